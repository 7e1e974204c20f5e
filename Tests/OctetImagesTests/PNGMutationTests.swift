import OctetHost
import OctetImages
import Testing

/// Damaged files of every kind: an error or a picture of the size that the file states, never a crash.
@Suite struct PNGMutationTests {
  private static func samples() -> [SamplePNG] {
    var random = RandomStream(seed: 5, purpose: .testing)
    return PNGMatrixTests.kinds.enumerated().map { index, kind in
      var sample = SamplePNG(
        width: 5, height: 6, depth: kind.depth, colorType: kind.colorType, isInterlaced: index % 2 == 1,
        isTransparent: kind.isTransparent, random: &random)
      sample.hasAncillaryChunks = index % 3 == 0
      return sample
    }
  }

  /// Reads, and checks that what was read has the size in the bytes.
  private func read(_ bytes: [UInt8], with reader: inout PNGReader) -> GrayPicture? {
    guard let picture = try? readPNG(bytes, with: &reader) else { return nil }
    let width = bytes[16..<20].reduce(0) { $0 << 8 | Int($1) }
    let height = bytes[20..<24].reduce(0) { $0 << 8 | Int($1) }
    #expect(picture.width == width && picture.height == height)
    #expect(picture.pixels.count == width * height)
    return picture
  }

  @Test func `every truncation is an error`() {
    var reader = PNGReader()
    for sample in Self.samples() {
      let file = sample.file
      for length in 0..<file.count { #expect(read(Array(file[..<length]), with: &reader) == nil) }
      #expect(read(file, with: &reader)?.pixels == sample.grays())
    }
  }

  /// Checksums cover all but the lengths, the checksums and the signature: no change of a byte can go unseen.
  @Test func `every changed byte is an error`() {
    var reader = PNGReader()
    for sample in Self.samples() {
      var file = sample.file
      for place in file.indices {
        let original = file[place]
        for change: UInt8 in [0x01, 0x80, 0xFF, 0x20] {
          file[place] = original ^ change
          #expect(read(file, with: &reader) == nil, "byte \(place)")
        }
        file[place] = original
      }
    }
  }

  /// Byte changes, cuts and moved pieces, mostly with corrected checksums, so that they reach what is behind them.
  @Test func `hundred thousand mutations`() {
    var reader = PNGReader(limits: PNGLimits(width: 64, height: 64))
    var random = RandomStream(seed: 6, purpose: .testing)
    let files = Self.samples().map(\.file)
    var readable = 0
    for _ in 0..<100_000 {
      var file = files[Int(random.next() % UInt64(files.count))]
      for _ in 0...random.next() % 3 { mutate(&file, &random) }
      if random.next() % 8 != 0 { mendChecksums(&file) }
      if read(file, with: &reader) != nil { readable += 1 }
    }
    // Some changes are harmless; if all or none were, the test would test little.
    #expect((1000...60_000).contains(readable), "\(readable)")
  }

  private func mutate(_ file: inout [UInt8], _ random: inout RandomStream) {
    guard file.count > 8 else { return }
    let place = 8 + Int(random.next() % UInt64(file.count - 8))
    let length = min(file.count - place, 1 + Int(random.next() % 12))
    switch random.next() % 6 {
    case 0: file[place] ^= 1 << UInt8(random.next() % 8)
    case 1: file[place] = UInt8(random.next() % 256)
    case 2: file.removeSubrange(place..<place + length)
    case 3: file.insert(contentsOf: file[place..<place + length], at: place)
    case 4: for index in place..<place + length { file[index] = UInt8(random.next() % 256) }
    default: file[8 + Int(random.next() % 25)] = UInt8(random.next() % 17)
    }
  }

  /// Walks the chunks as far as they make sense and gives each the right CRC-32.
  private func mendChecksums(_ file: inout [UInt8]) {
    var place = 8
    while place + 12 <= file.count {
      let length = file[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= file.count - place - 12 else { return }
      var sum = ~UInt32(0)
      for byte in file[place + 4..<place + 8 + length] {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : sum >> 1 ^ 0xEDB8_8320 }
      }
      for index in 0..<4 {
        file[place + 8 + length + index] = UInt8(truncatingIfNeeded: ~sum >> UInt32(24 - 8 * index))
      }
      place += 12 + length
    }
  }
}
