import Octet
import OctetHost
import OctetImages
import Testing

/// Chunks that mean nothing here may be as long as a file: color profiles, XMP, Exif and text often pass 64 KB.
@Suite struct PNGLargeChunkTests {
  private static let sample: SamplePNG = {
    var random = RandomStream(seed: 5, purpose: .testing)
    return SamplePNG(width: 9, height: 7, depth: 8, colorType: .palette, random: &random)
  }()

  @Test(arguments: ["tEXt", "zTXt", "iTXt", "iCCP", "eXIf", "sPLT", "prVt", "prVT"])
  func `are skipped`(name: String) throws {
    for length in [65_535, 65_536, 65_537, 300_000] {
      let chunk = SamplePNG.chunk(name, [UInt8](repeating: 0x41, count: length))
      let file = SamplePNG.inserting(chunk, into: Self.sample.file)
      #expect(try readPNG(file).pixels == Self.sample.grays())
    }
  }

  /// In all more than libpng may take of memory, and a chunk of nearly the largest file.
  @Test func `many and huge ones`() throws {
    let part = SamplePNG.chunk("prVt", [UInt8](repeating: 7, count: 700_000))
    let many = [UInt8]((0..<20).map { _ in part }.joined())
    #expect(try readPNG(SamplePNG.inserting(many, into: Self.sample.file)).pixels == Self.sample.grays())
    let huge = SamplePNG.chunk("eXIf", [UInt8](repeating: 7, count: 60_000_000))
    let file = Array(Self.sample.file.dropLast(12)) + huge + Array(Self.sample.file.suffix(12))
    #expect(try readPNG(file).pixels == Self.sample.grays())
  }

  @Test func `are still checked`() {
    var wrongSum = SamplePNG.chunk("iTXt", [UInt8](repeating: 0x41, count: 100_000))
    wrongSum[50_000] ^= 1
    let file = SamplePNG.inserting(wrongSum, into: Self.sample.file)
    #expect(throws: PNGError.self) { try readPNG(file) }
    // Longer than the file, and longer than any file that is read.
    for length: [UInt8] in [[0, 1, 0x86, 0xA1], [0x7F, 0xFF, 0xFF, 0xFF]] {
      var cut = SamplePNG.chunk("iTXt", [UInt8](repeating: 0x41, count: 100_000))
      cut.replaceSubrange(0..<4, with: length)
      #expect(throws: PNGError.self) { try readPNG(SamplePNG.inserting(cut, into: Self.sample.file)) }
    }
  }
}

extension SamplePNG {
  /// A chunk with its length and checksum.
  static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + data
    var checksum = Checksum()
    checksum.add(body.span.bytes)
    func word(_ value: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
    }
    return word(UInt32(data.count)) + body + word(checksum.value)
  }

  /// The file with bytes behind its header.
  static func inserting(_ bytes: [UInt8], into file: [UInt8]) -> [UInt8] {
    Array(file[..<33]) + bytes + Array(file[33...])
  }

  private static let large = chunk("prVt", [UInt8](repeating: 0x41, count: 70_000))

  /// The file with a large chunk behind its header, and one before its end.
  static func chunks(around file: [UInt8]) -> [UInt8] {
    inserting(large, into: Array(file.dropLast(12)) + large + Array(file.suffix(12)))
  }
}
