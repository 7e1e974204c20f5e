import Foundation
import OctetData
import OctetImages
import TestSupport
import Testing

/// Pictures that have the model's size already.
@Suite struct ExactFittingTests {
  private func digit(_ index: Int = 0) -> GrayPicture {
    let images = SyntheticDigits.generate(count: index + 1, seed: 5)
    return GrayPicture(width: 28, height: 28, pixels: Array(images.pixels.suffix(784)))
  }

  private func inverted(_ picture: GrayPicture) -> GrayPicture {
    GrayPicture(width: picture.width, height: picture.height, pixels: picture.pixels.map { 255 - $0 })
  }

  @Test func `pixels stay as they are`() throws {
    for index in 0..<20 {
      let picture = digit(index)
      let fitted = try fit(picture)
      #expect(fitted.pixels == picture.pixels)
      #expect(fitted.fit == .exact && !fitted.isInverted && !fitted.isThickened && fitted.inkBox == nil)
      #expect(fitted.sourceWidth == 28 && fitted.sourceHeight == 28)
      let dark = try fit(inverted(picture))
      #expect(dark.pixels == picture.pixels)
      #expect(dark.isInverted)
    }
  }

  @Test func `inversion can be forced`() throws {
    let picture = digit()
    #expect(try fit(picture, invert: .yes).pixels == picture.pixels.map { 255 - $0 })
    #expect(try fit(picture, invert: .yes).isInverted)
    #expect(try fit(inverted(picture), invert: .no).pixels == picture.pixels.map { 255 - $0 })
    #expect(try !fit(inverted(picture), invert: .no).isInverted)
  }

  /// Only where nothing has to be found out first: an interlaced picture does not come row by row.
  @Test(arguments: [false, true], [PictureFitting.Inversion.no, .yes, .auto])
  func `rows go straight into a sink where the picture is taken as it is`(
    isInterlaced: Bool, inversion: PictureFitting.Inversion
  ) throws {
    let picture = digit(3)
    var sample = SamplePNG(picture)
    sample.isInterlaced = isInterlaced
    let folder = try TemporaryFolder()
    try folder.write(sample.file, to: "digit.png")
    let options = try #require(PictureFitting(width: 28, height: 28, fit: .exact, inversion: inversion))
    var fitter = PictureFitter(options)
    let rows = OrderedRows()
    let direct = try fitter.fit(path: folder.path("digit.png"), rows: rows.take)
    let whole = try fitter.fit(path: folder.path("digit.png"))
    let isDirect = !isInterlaced && inversion == .no
    #expect(direct.pixels == (isDirect ? [] : whole.pixels))
    #expect(rows.pixels == (isDirect ? picture.pixels : []))
    #expect(direct.isInverted == whole.isInverted && direct.fit == whole.fit)
    #expect(direct.width == whole.width && direct.sourceHeight == whole.sourceHeight)
  }

  @Test func `another size is an error when exact is asked for`() throws {
    let error = #expect(throws: PictureError.self) { try fit(PaperPage(28, 29).picture, .exact) }
    #expect(
      error?.description
        == """
        sample.png: is 28 x 29 pixels, and the model needs 28 x 28; give another picture, or scale it \
        (--fit stretch, crop, pad, or auto for a digit)
        """)
  }

  @Test func `digit fits what has the size too`() throws {
    var page = PaperPage(28, 28, 0)
    page.draw(left: 2, top: 3, width: 5, height: 10, 255)
    let fitted = try fit(page.picture, .digit)
    #expect(fitted.fit == .digit)
    #expect(fitted.inkBox == PixelBox(left: 2, top: 3, width: 5, height: 10))
    #expect(strongBox(fitted) == PixelBox(left: 10, top: 5, width: 10, height: 20))
  }

  @Test func `sizes of models are limited`() {
    #expect(PictureFitting(width: 256, height: 1) != nil)
    #expect(PictureFitting(width: 257, height: 28) == nil)
    #expect(PictureFitting(width: 28, height: 0) == nil)
    for fit: PictureFitting.Fit in [.stretch, .crop, .pad] {
      #expect(PictureFitting(width: 512, height: 1, channels: 3, fit: fit, inversion: .no) != nil)
      #expect(PictureFitting(width: 512, height: 513, channels: 3, fit: fit, inversion: .no) == nil)
    }
    #expect(PictureFitting(width: 4_096, height: 4_096, fit: .exact) != nil)
    #expect(PictureFitting(width: 4_097, height: 1, fit: .exact) == nil)
    // Ink is looked for in gray pictures only.
    #expect(PictureFitting(channels: 3, fit: .digit, inversion: .no) == nil)
    #expect(PictureFitting(channels: 3, fit: .auto, inversion: .no) == nil)
    #expect(PictureFitting(channels: 3, fit: .exact, inversion: .auto) == nil)
    #expect(PictureFitting(channels: 3, fit: .exact, inversion: .yes) != nil)
    #expect(PictureFitting(channels: 2, fit: .exact, inversion: .no) == nil)
  }

  @Test(
    .enabled(if: ProcessInfo.processInfo.environment["OCTET_MNIST"] != nil, "set OCTET_MNIST to its folder"))
  func `every digit of MNIST is taken as it is`() throws {
    let data = try MNISTFolder(ProcessInfo.processInfo.environment["OCTET_MNIST"] ?? "").read()
    var fitter = PictureFitter(try #require(PictureFitting()))
    for images in [data.train, try #require(data.test)] {
      var wrong = 0
      for index in 0..<images.count {
        let pixels = images.pixels[index * 784..<(index + 1) * 784]
        let bytes = PNGWriter.encode(width: 28, height: 28, pixels: Array(pixels).span)
        if try !fit(bytes, with: &fitter).pixels.elementsEqual(pixels) { wrong += 1 }
      }
      #expect(wrong == 0)
    }
  }
}
