import OctetHost
import OctetImages
import TestSupport
import Testing

/// What is written is what libpng reads, checksums and all.
@Suite struct PNGWriterTests {
  @Test(arguments: [(1, 1), (28, 28), (1, 4096), (4096, 1), (300, 217), (255, 257), (65_534, 1)])
  func `reads back`(width: Int, height: Int) throws {
    var random = RandomStream(seed: 7, purpose: .testing)
    let pixels = (0..<width * height).map { _ in UInt8(random.next() % 256) }
    let file = PNGWriter.encode(width: width, height: height, pixels: pixels.span)
    let picture = try readPNG(file, limits: PNGLimits(width: 65_535, height: 65_535))
    #expect(picture == GrayPicture(width: width, height: height, pixels: pixels))
  }

  @Test(arguments: [(1, 1), (32, 32), (300, 217), (30_000, 1)])
  func `reads back in color`(width: Int, height: Int) throws {
    var random = RandomStream(seed: 8, purpose: .testing)
    let pixels = (0..<width * height * 3).map { _ in UInt8(random.next() % 256) }
    let folder = try TemporaryFolder()
    let path = try folder.write(
      PNGWriter.encode(width: width, height: height, channels: 3, pixels: pixels.span), to: "p.png")
    var reader = PNGReader(limits: PNGLimits(width: 65_535, height: 65_535))
    var picture = ColorPicture()
    try reader.read(path: path, into: &picture)
    #expect(picture.width == width && picture.height == height && picture.pixels == pixels)
  }

  @Test func `bytes are those of the format`() {
    let file = PNGWriter.encode(width: 2, height: 1, pixels: [0, 255].span)
    // Made with Python's zlib and struct.
    let expected: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0,
      0, 0, 1, 8, 0, 0, 0, 0, 0xD1, 0x49, 0x20, 0x56, 0x00, 0x00, 0x00, 0x0E, 0x49, 0x44, 0x41, 0x54, 0x78,
      0x01, 0x01, 0x03, 0x00, 0xFC, 0xFF, 0x00, 0x00, 0xFF, 0x01, 0x02, 0x01, 0x00, 0xB7, 0x01, 0x2E, 0xF7,
      0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]
    #expect(file == expected)
    #expect(
      PNGWriter.encode(width: 28, height: 28, pixels: [UInt8](repeating: 0, count: 784).span).count == 880)
  }
}
