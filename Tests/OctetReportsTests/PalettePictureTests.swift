import Foundation
import OctetImages
import OctetReports
import Testing

@Suite struct PalettePictureTests {
  private func decoded(_ picture: PalettePicture) throws -> GrayPicture {
    var reader = PNGReader()
    var gray = GrayPicture()
    try picture.png.withUnsafeBytes { try reader.read(bytes: $0, name: "picture", into: &gray) }
    return gray
  }

  @Test(arguments: [1, 2, 4, 8], [1, 5, 8, 28, 131])
  func `are PNG files with the grays that so many bits can tell`(bits: Int, width: Int) throws {
    let height = 7
    let gray = (0..<width * height).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let found = try decoded(PalettePicture(gray: gray, width: width, height: height, bits: bits))
    #expect(found.width == width && found.height == height)
    let half = 255 / ((1 << bits) - 1) / 2 + 1
    for (before, after) in zip(gray, found.pixels) { #expect(abs(Int(before) - Int(after)) <= half) }
    if bits == 8 { #expect(found.pixels == gray) }
  }

  @Test
  func `show what lies behind them through their holes`() throws {
    let picture = PalettePicture(width: 3, height: 1, palette: .grayWithHoles(bits: 4), pixels: [0, 1, 15])
    #expect(try decoded(picture).pixels == [0, 255, 255])
  }

  @Test
  func `have colours for numbers of both signs`() throws {
    let picture = PalettePicture(diverging: [-1, 0, 1, .nan, 9], limit: 1, width: 5, height: 1)
    #expect(picture.pixels == [0, 127, 254, 127, 254])
    let found = try decoded(picture)
    #expect(found.pixels[1] == 250 && found.pixels[0] < 150 && found.pixels[2] < 150)
  }

  @Test(arguments: 0..<9)
  func `are written as Foundation writes base 64`(width: Int) {
    let picture = PalettePicture(
      gray: (0..<(width + 1) * 3).map { UInt8($0 * 7) }, width: width + 1, height: 3)
    #expect(
      picture.dataAddress == "data:image/png;base64," + Data(picture.png).base64EncodedString())
  }

  @Test
  func `keep their mean when they are reduced`() {
    let tile = PictureTile(width: 4, height: 2, pixels: [0, 100, 200, 200, 100, 200, 0, 0])
    #expect(tile.reduced(to: 2) == PictureTile(width: 2, height: 1, pixels: [100, 100]))
    #expect(tile.reduced(to: 4) == tile)
    let wide = PictureTile(width: 4096, height: 1, pixels: [UInt8](repeating: 9, count: 4096)).reduced(to: 10)
    #expect(wide.width == 10 && wide.height == 1 && wide.pixels.allSatisfy { $0 == 9 })
  }
}
