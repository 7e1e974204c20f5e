import OctetHost
import OctetImages
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is wrong with a file is said in one line; nothing is guessed.
@Suite struct PNGErrorTests {
  private static func sample(
    depth: Int = 8, colorType: PNGColorType = .gray, isInterlaced: Bool = false
  ) -> SamplePNG {
    var random = RandomStream(seed: 4, purpose: .testing)
    return SamplePNG(
      width: 9, height: 7, depth: depth, colorType: colorType, isInterlaced: isInterlaced, random: &random)
  }

  /// The place of a chunk's length field.
  private static func chunk(_ name: String, in file: [UInt8]) -> Int {
    let name = Array(name.utf8)
    return (file.indices.first { file[$0...].starts(with: name) } ?? 4) - 4
  }

  private func reason(_ bytes: [UInt8], limits: PNGLimits = PNGLimits()) -> String? {
    do throws(PNGError) {
      _ = try readPNG(bytes, limits: limits)
      return nil
    } catch {
      #expect(error.description == "sample.png: " + error.reason)
      #expect(!error.description.contains("\n"))
      return error.reason
    }
  }

  @Test func `a file that is not a PNG says so`() {
    #expect(reason([]) == "is empty; save the picture again")
    #expect(reason(Array("hello, world".utf8)) == "is not a PNG file; convert it to PNG")
    #expect(reason([0xFF, 0xD8, 0xFF, 0xE0]) == "is not a PNG file; convert it to PNG")
    // What a transfer as text makes of one.
    #expect(reason([0x89, 0x50, 0x4E, 0x47, 0x0A, 0x1A, 0x0A]) == "is not a PNG file; convert it to PNG")
    #expect(reason([0x89, 0x50]) == "ends too early, after 2 bytes; copy or save the picture again")
  }

  @Test func `sizes are checked before anything is allocated`() {
    var file = Self.sample().file
    file.replaceSubrange(16..<24, with: [0x80, 0, 0, 0, 0x80, 0, 0, 0])
    #expect(
      reason(file) == "is 2147483648 x 2147483648 pixels, and the limit is 4096 x 4096; make it smaller")
    file.replaceSubrange(16..<24, with: [0, 0, 16, 1, 0, 0, 0, 1])
    #expect(reason(file) == "is 4097 x 1 pixels, and the limit is 4096 x 4096; make it smaller")
    file.replaceSubrange(16..<24, with: [0, 0, 0, 0, 0, 0, 0, 1])
    #expect(reason(file) == "is damaged: it claims 0 x 1 pixels; save the picture again")
    let whole = Self.sample().file
    #expect(reason(whole, limits: PNGLimits(width: 9, height: 7, fileBytes: whole.count)) == nil)
    #expect(
      reason(whole, limits: PNGLimits(width: 9, height: 6))
        == "is 9 x 7 pixels, and the limit is 9 x 6; make it smaller")
    #expect(
      reason(whole, limits: PNGLimits(fileBytes: whole.count - 1))
        == "holds \(whole.count) bytes, and the limit is \(whole.count - 1); make the picture smaller")
  }

  @Test(arguments: ["IHDR", "IDAT", "IEND", "tEXt", "gAMA", "tIME", "pHYs", "zTXt"])
  func `wrong checksum is an error in every chunk`(name: String) {
    var sample = Self.sample()
    sample.hasAncillaryChunks = true
    var file = sample.file
    guard file.indices.contains(where: { file[$0...].starts(with: Array(name.utf8)) }) else { return }
    let start = Self.chunk(name, in: file)
    let length = file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    file[start + 8 + length] ^= 1
    #expect(reason(file)?.contains("CRC error") == true)
  }

  @Test func `missing end is an error`() {
    let file = Self.sample().file
    let end = Self.chunk("IEND", in: file)
    #expect(
      reason(Array(file[..<end])) == "ends too early, after \(end) bytes; copy or save the picture again")
    #expect(reason(file + [1, 2, 3]) == nil)
  }

  @Test func `missing pixels are an error`() {
    let file = Self.sample().file
    var without = file
    without.removeSubrange(Self.chunk("IDAT", in: file)..<Self.chunk("IEND", in: file))
    #expect(reason(without)?.contains("is damaged near byte") == true)
    // Whole chunks, but a row too few in them.
    let picture = GrayPicture(width: 9, height: 6, pixels: [UInt8](repeating: 3, count: 54))
    var short = PNGWriter.encode(width: 9, height: 6, pixels: picture.pixels.span)
    let long = PNGWriter.encode(width: 9, height: 7, pixels: [UInt8](repeating: 3, count: 63).span)
    short.replaceSubrange(8..<33, with: long[8..<33])
    #expect(reason(short)?.contains("is damaged near byte") == true)
    // And a row too many.
    var tall = long
    let shorter = PNGWriter.encode(width: 9, height: 6, pixels: picture.pixels.span)
    tall.replaceSubrange(8..<33, with: shorter[8..<33])
    #expect(reason(tall)?.contains("is damaged near byte") == true)
  }

  @Test(arguments: [false, true])
  func `palette index out of range names the pixel`(isInterlaced: Bool) {
    var sample = Self.sample(depth: 8, colorType: .palette, isInterlaced: isInterlaced)
    sample.palette = [[0, 0, 0], [255, 255, 255]]
    sample.samples = [UInt16](repeating: 1, count: 63)
    sample.samples[3 * 9 + 5] = 2
    #expect(
      reason(sample.file)
        == "is damaged: the pixel in row 3, column 5 has color 2 of a palette of 2; save the picture again")
    sample.samples[3 * 9 + 5] = 0
    #expect(reason(sample.file) == nil)
  }

  @Test func `missing palette is an error`() {
    var file = Self.sample(depth: 2, colorType: .palette).file
    file.removeSubrange(Self.chunk("PLTE", in: file)..<Self.chunk("IDAT", in: file))
    #expect(reason(file)?.contains("Missing PLTE") == true)
  }

  /// A chunk that must be understood, and is not.
  @Test func `unknown critical chunk is an error`() {
    var file = Self.sample().file
    let place = Self.chunk("IDAT", in: file)
    var other = Array(file[place...])
    other.replaceSubrange(4..<8, with: "IDAX".utf8)
    file.insert(contentsOf: other, at: place)
    #expect(reason(file) != nil)
  }

  @Test func `what is not a file says so`() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    try folder.write([], to: "empty.png")
    try folder.write(Self.sample().file, to: "line\nbreak.png")
    let cases = [
      ("missing.png", "cannot be opened (No such file or directory); check the path and its permissions"),
      ("empty.png", "is empty; save the picture again"),
      (".", "is a folder; name the files in it"),
      ("pipe", "is a pipe, socket or device; save the picture to a file and name that"),
      ("empty.png/x", "cannot be opened (Not a directory); check the path and its permissions"),
      ("zero\0byte", "cannot be opened (the path holds a zero byte); check the path and its permissions"),
    ]
    var reader = PNGReader()
    for (name, reason) in cases {
      var picture = GrayPicture()
      let path = folder.path(name)
      do throws(PNGError) {
        try reader.read(path: name.contains("\0") ? name : path, into: &picture)
        Issue.record("\(name) was read")
      } catch {
        #expect(error.reason == reason)
        #expect(!error.description.contains("\0"))
      }
    }
    var picture = GrayPicture()
    try reader.read(path: folder.path("line\nbreak.png"), into: &picture)
    #expect(picture.pixels == Self.sample().grays())
    #expect(
      PNGError("line\nbreak\u{1B}[2J", .empty).description
        == "line\\u{a}break\\u{1b}[2J: is empty; save the picture again")
  }

  @Test func `what only looks like a file is refused`() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path("pipe"), 0o600) == 0)
    // A picture waits in the pipe, and stays there.
    let ends = open(folder.path("pipe"), O_RDWR | O_NONBLOCK)
    defer { close(ends) }
    let file = Self.sample().file
    #expect(file.withUnsafeBytes { write(ends, $0.baseAddress, $0.count) } == file.count)
    // Large ones with and without the beginning of a picture, nearly all of it holes.
    try folder.write(Array(file[0..<33]), to: "large.png")
    try folder.write([1], to: "large.bin")
    for name in ["large.png", "large.bin"] { #expect(truncate(folder.path(name), 1 << 40) == 0) }
    let special = "is a pipe, socket or device; save the picture to a file and name that"
    var reader = PNGReader()
    for (path, reason) in [
      (folder.path("pipe"), special), ("/dev/null", special), ("/dev/zero", special),
      ("/dev/urandom", special),
      (folder.path("large.png"), "1099511627776"), (folder.path("large.bin"), "1099511627776"),
    ] {
      var picture = GrayPicture()
      do throws(PNGError) {
        try reader.read(path: path, into: &picture)
        Issue.record("\(path) was read")
      } catch {
        #expect(error.reason.contains(reason), "\(path): \(error.reason)")
      }
    }
    var taken = [UInt8](repeating: 0, count: file.count + 1)
    #expect(taken.withUnsafeMutableBytes { read(ends, $0.baseAddress, $0.count) } == file.count)
    #expect(taken.prefix(file.count).elementsEqual(file))
    // A reader that has met all these still reads a file.
    try folder.write(file, to: "good.png")
    var picture = GrayPicture()
    try reader.read(path: folder.path("good.png"), into: &picture)
    #expect(picture.pixels == Self.sample().grays())
  }
}
