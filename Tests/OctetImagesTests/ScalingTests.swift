import OctetHost
import OctetImages
import Testing
import TestSupport

/// Pictures that are scaled, against means over a grid so fine that every pixel of picture and result is a whole number
/// of its cells.
@Suite struct ScalingTests {
  /// The part of the picture that is used, and the part of the result that it fills.
  private struct Layout {
    var source: PixelBox
    var target: PixelBox
  }

  /// From the definitions: the largest part of the model's proportions in the middle, or the largest place for the
  /// whole picture, with sides rounded to the nearest.
  private func layout(_ fit: PictureFitting.Fit, _ picture: (Int, Int), _ input: (Int, Int)) -> Layout {
    func nearest(_ value: Double) -> Int { max(1, Int((value + 0.5).rounded(.down))) }
    func centered(_ width: Int, _ height: Int, in size: (Int, Int)) -> PixelBox {
      PixelBox(left: (size.0 - width) / 2, top: (size.1 - height) / 2, width: width, height: height)
    }
    let whole = Layout(
      source: centered(picture.0, picture.1, in: picture), target: centered(input.0, input.1, in: input))
    let (across, down) = (Double(picture.0) / Double(input.0), Double(picture.1) / Double(input.1))
    switch fit {
    case .crop:
      let scale = min(across, down)
      return Layout(
        source: centered(
          across == scale ? picture.0 : nearest(Double(input.0 * picture.1) / Double(input.1)),
          down == scale ? picture.1 : nearest(Double(input.1 * picture.0) / Double(input.0)), in: picture),
        target: whole.target)
    case .pad:
      let scale = max(across, down)
      return Layout(
        source: whole.source,
        target: centered(
          across == scale ? input.0 : nearest(Double(picture.0 * input.1) / Double(picture.1)),
          down == scale ? input.1 : nearest(Double(picture.1 * input.0) / Double(picture.0)), in: input))
    default: return whole
    }
  }

  private func expected(
    _ pixels: [UInt8], _ channels: Int, _ fit: PictureFitting.Fit, _ picture: (Int, Int), _ input: (Int, Int)
  ) -> [UInt8] {
    let layout = layout(fit, picture, input)
    let (source, target) = (layout.source, layout.target)
    var result = [UInt8](repeating: 0, count: input.0 * input.1 * channels)
    for row in 0..<target.height {
      for column in 0..<target.width {
        for channel in 0..<channels {
          var sum = 0
          for y in row * source.height..<(row + 1) * source.height {
            for x in column * source.width..<(column + 1) * source.width {
              let place =
                (source.top + y / target.height) * picture.0 + source.left + x / target.width
              sum += Int(pixels[place * channels + channel])
            }
          }
          let place = (target.top + row) * input.0 + target.left + column
          let mean = Double(sum) / Double(source.width * source.height)
          result[place * channels + channel] = UInt8((mean + 0.5).rounded(.down))
        }
      }
    }
    return result
  }

  @Test(arguments: [PictureFitting.Fit.stretch, .crop, .pad], [1, 3])
  func `every pixel is the mean of what it covers`(kind: PictureFitting.Fit, channels: Int) throws {
    var random = RandomStream(seed: 31, purpose: .testing, UInt64(channels))
    let folder = try TemporaryFolder()
    for number in 0..<150 {
      func side() -> Int { 1 + Int(random.next() % (number < 100 ? 9 : 40)) }
      let (picture, input) = ((side(), side()), (side(), side()))
      let sample = SamplePNG(
        width: picture.0, height: picture.1, depth: 8, colorType: channels == 1 ? .gray : .rgb,
        isInterlaced: number % 3 == 0, random: &random)
      let pixels = channels == 1 ? sample.grays(background: 255) : sample.colors(background: 255)
      let options = try #require(
        PictureFitting(width: input.0, height: input.1, channels: channels, fit: kind, inversion: .no))
      var fitter = PictureFitter(options)
      let expected = expected(pixels, channels, kind, picture, input)
      let fitted = try fit(sample.file, with: &fitter)
      #expect(fitted.pixels == expected, "\(picture) to \(input)")
      #expect(fitted.fit == kind && fitted.channels == channels && !fitted.isInverted)
      // The same from memory, and as rows that never become a whole picture.
      let held =
        channels == 1
        ? try fitter.fit(GrayPicture(width: picture.0, height: picture.1, pixels: pixels), name: "held")
        : try fitter.fit(ColorPicture(width: picture.0, height: picture.1, pixels: pixels), name: "held")
      #expect(held.pixels == expected)
      let path = try folder.write(sample.file, to: "sample.png")
      let rows = OrderedRows()
      let fed = try fitter.fit(path: path, rows: rows.take)
      #expect((fed.pixels.isEmpty ? rows.pixels : fed.pixels) == expected)
      #expect(fed.pixels.isEmpty == (number % 3 != 0))
    }
  }

  @Test func `the largest pictures do not overflow`() throws {
    let width = 4_096
    let picture = GrayPicture(
      width: width, height: 4_096, pixels: [UInt8](repeating: 255, count: width * 4_096))
    for kind: PictureFitting.Fit in [.stretch, .crop, .pad] {
      let options = try #require(PictureFitting(width: 511, height: 3, fit: kind, inversion: .no))
      var fitter = PictureFitter(options)
      let fitted = try fitter.fit(picture, name: "white")
      #expect(fitted.pixels.contains(0) == (kind == .pad) && fitted.pixels.contains(255))
      #expect(fitted.pixels.allSatisfy { $0 == 255 || $0 == 0 })
    }
  }

  @Test func `scaled pictures are turned as others are`() throws {
    var page = PaperPage(60, 50, 255)
    page.draw(left: 20, top: 10, width: 10, height: 30, 0)
    let turned = try fit(page.picture, .stretch, invert: .auto, width: 12, height: 10)
    let never = try fit(page.picture, .stretch, invert: .no, width: 12, height: 10)
    #expect(turned.isInverted && turned.pixels == never.pixels.map { 255 - $0 })
    #expect(try fit(page.picture, .stretch, invert: .yes, width: 12, height: 10) == turned)
  }

  @Test func `gray and color become each other`() throws {
    var random = RandomStream(seed: 32, purpose: .testing)
    let sample = SamplePNG(width: 7, height: 5, depth: 8, colorType: .rgb, random: &random)
    let gray = try #require(PictureFitting(width: 7, height: 5, fit: .exact, inversion: .no))
    var fitter = PictureFitter(gray)
    let color = ColorPicture(width: 7, height: 5, pixels: sample.colors(background: 255))
    #expect(try fitter.fit(color, name: "held").pixels == sample.grays(background: 255))
    let threefold = try #require(
      PictureFitting(width: 7, height: 5, channels: 3, fit: .exact, inversion: .yes))
    fitter = PictureFitter(threefold)
    let grays = GrayPicture(width: 7, height: 5, pixels: sample.grays(background: 255))
    #expect(
      try fitter.fit(grays, name: "held").pixels == grays.pixels.flatMap { [255 - $0, 255 - $0, 255 - $0] })
  }
}
