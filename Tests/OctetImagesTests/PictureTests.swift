import Octet
import OctetData
import OctetHost
import OctetImages
import OctetNetwork
import Testing

/// The library's picture, beside the reader of files that the programs use.
@Suite struct PictureTests {
  @Test(arguments: RenderedDigit.Style.allCases)
  func `a picture in memory is fitted as its file is`(style: RenderedDigit.Style) throws {
    let digits = SyntheticDigits.generate(count: 4, seed: 7)
    let size = digits.shape.count
    for index in 0..<digits.count {
      var random = RandomStream(seed: UInt64(index), purpose: .testing, 0x91C)
      let digit = RenderedDigit(digit: Array(digits.pixels[index * size..<(index + 1) * size]))
      let drawn = digit.picture(style, &random)
      let picture = try Picture(png: file(drawn))
      #expect(
        picture.pixels == drawn.pixels && picture.width == drawn.width && picture.height == drawn.height)
      #expect(try picture.fitted(width: 28, height: 28, form: .digits) == fit(drawn))
    }
  }

  @Test func `models that take blue first get it so, however a picture is fitted`() throws {
    var random = RandomStream(seed: 3, purpose: .testing, 0xB1)
    let pixels = (0..<12 * 9 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let picture = try Picture(width: 12, height: 9, channels: 3, pixels: pixels)
    let sizes: [(PictureForm.Fit, Int, Int)] = [
      (.exact, 12, 9), (.stretch, 5, 7), (.crop, 6, 6), (.pad, 20, 20),
    ]
    for (fit, width, height) in sizes {
      func fitted(_ picture: Picture, blueFirst: Bool) throws -> FittedPicture {
        try picture.fitted(
          width: width, height: height, channels: 3,
          form: PictureForm(fit: fit, inversion: .no, takesBlueFirst: blueFirst))
      }
      let (red, blue) = (try fitted(picture, blueFirst: false), try fitted(picture, blueFirst: true))
      #expect(blue.pixels == red.pixels.blueFirst && blue.pixels != red.pixels, "\(fit)")
      #expect(blue.seen == red.pixels && red.seen == red.pixels)
    }
  }

  @Test func `a picture is written as it is read`() throws {
    let picture = try Picture(width: 3, height: 2, pixels: [0, 1, 2, 253, 254, 255])
    #expect(try Picture(png: picture.png).pixels == picture.pixels)
  }

  @Test func `each failure has its kind`() throws {
    func kind(_ body: () throws -> Void) -> PictureFailure.Kind? {
      do {
        try body()
        return nil
      } catch {
        return (error as? PictureFailure)?.kind
      }
    }
    let blank = try Picture(width: 40, height: 30, pixels: [UInt8](repeating: 255, count: 1200))
    #expect(kind { _ = try Picture(path: "/nowhere/picture.png") } == .notReadable)
    #expect(kind { _ = try Picture(path: "/") } == .notReadable)
    #expect(kind { _ = try Picture(png: []) } == .notPNG)
    #expect(kind { _ = try Picture(png: Array(blank.png.dropLast(30))) } == .damaged)
    #expect(kind { _ = try Picture(width: 2, height: 2, pixels: [1, 2, 3]) } == .wrongSize)
    #expect(kind { _ = try Picture(width: 0, height: 2, pixels: []) } == .wrongSize)
    #expect(kind { _ = try Picture(width: Int.max, height: 2, pixels: []) } == .wrongSize)
    #expect(kind { _ = try blank.fitted(width: 28, height: 28, form: .digits) } == .noInk)
    #expect(kind { _ = try blank.fitted(width: 28, height: 28, form: .unchanged) } == .wrongSize)
    #expect(kind { _ = try blank.fitted(width: 0, height: 28, form: .digits) } == .wrongSize)
    var large = blank.png
    // The width in the header, whose check sum comes behind it.
    large.replaceSubrange(16..<20, with: [0, 1, 0, 0])
    #expect(kind { _ = try Picture(png: large) } != nil)
  }

  @Test func `a failure names the file`() throws {
    let failure = #expect(throws: PictureFailure.self) { try Picture(path: "/nowhere/picture.png") }
    #expect(failure?.description.hasPrefix("/nowhere/picture.png: ") == true)
  }
}
