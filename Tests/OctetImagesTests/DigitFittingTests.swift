import OctetHost
import OctetImages
import Testing

/// Pictures of other sizes, brought to MNIST's form.
@Suite struct DigitFittingTests {
  @Test func `box is scaled to twenty pixels and centered`() throws {
    var page = PaperPage(200, 160)
    page.draw(left: 130, top: 20, width: 40, height: 80)
    let fitted = try fit(page.picture)
    #expect(fitted.isInverted && fitted.fit == .digit && !fitted.isThickened)
    #expect(fitted.inkBox == PixelBox(left: 130, top: 20, width: 40, height: 80))
    var expected = PaperPage(28, 28, 0)
    // The middle of its mass falls between pixels, and the nearest to the middle of pixel 14 is the further one.
    expected.draw(left: 10, top: 5, width: 10, height: 20, 255)
    #expect(fitted.pixels == expected.picture.pixels)
  }

  @Test func `wide ink keeps its shape`() throws {
    var page = PaperPage(300, 300, 0)
    page.draw(left: 10, top: 200, width: 200, height: 50, 255)
    let fitted = try fit(page.picture)
    #expect(!fitted.isInverted)
    #expect(strongBox(fitted) == PixelBox(left: 5, top: 12, width: 20, height: 5))
  }

  @Test func `other model sizes keep the share`() throws {
    var page = PaperPage(100, 100)
    page.draw(left: 10, top: 10, width: 20, height: 20)
    let fitted = try fit(page.picture, width: 56, height: 42)
    #expect(fitted.pixels.count == 56 * 42)
    #expect(strongBox(fitted) == PixelBox(left: 14, top: 7, width: 30, height: 30))
    #expect(try fit(page.picture, width: 1, height: 1).pixels == [255])
  }

  @Test func `place on the page does not matter`() throws {
    var first: FittedPicture?
    for (left, top) in [(0, 0), (3, 7), (140, 90), (50, 1), (139, 0)] {
      var page = PaperPage(200, 150)
      page.drawSeven(left: left, top: top, size: 60, breadth: 6)
      let fitted = try fit(page.picture)
      #expect(fitted.pixels == (first ?? fitted).pixels)
      first = first ?? fitted
    }
  }

  /// One pixel in a thousand: the same 7 as in bold.
  @Test(arguments: [1, 2, 3])
  func `hairlines survive`(breadth: Int) throws {
    var page = PaperPage(1000, 800)
    page.drawSeven(left: 400, top: 100, size: 600, breadth: breadth)
    let fitted = try fit(page.picture)
    #expect(fitted.isThickened)
    var bold = PaperPage(1000, 800)
    bold.drawSeven(left: 400, top: 100, size: 600, breadth: 60)
    #expect(distance(fitted.pixels, try fit(bold.picture).pixels) < 22)
    #expect(fitted.pixels.filter { $0 > 200 }.count > 30)
  }

  @Test func `vertical line is more than a pixel broad`() throws {
    var page = PaperPage(500, 900)
    page.draw(left: 20, top: 100, width: 1, height: 700)
    let box = try #require(strongBox(try fit(page.picture)))
    #expect(box.height == 20)
    #expect((2...4).contains(box.width))
  }

  @Test func `small ink on a large page is read in detail`() throws {
    var page = PaperPage(4096, 4096)
    page.drawSeven(left: 3900, top: 50, size: 80, breadth: 8)
    let fitted = try fit(page.picture)
    let box = try #require(fitted.inkBox)
    #expect(box == PixelBox(left: 3900, top: 50, width: 60, height: 80))
    var close = PaperPage(120, 120)
    close.drawSeven(left: 30, top: 20, size: 80, breadth: 8)
    #expect(distance(fitted.pixels, try fit(close.picture).pixels) < 5)
  }

  @Test func `interlaced pictures give the same`() throws {
    var page = PaperPage(700, 601)
    page.drawSeven(left: 333, top: 111, size: 90, breadth: 3, 100)
    var fitter = PictureFitter(try #require(PictureFitting()))
    var sample = SamplePNG(page.picture)
    let straight = try fit(sample.file, with: &fitter)
    sample.isInterlaced = true
    #expect(try fit(sample.file, with: &fitter) == straight)
  }

  @Test func `dust is left out and detached strokes are kept`() throws {
    var page = PaperPage(250, 250)
    page.draw(left: 100, top: 120, width: 20, height: 100)
    page.draw(left: 100, top: 105, width: 80, height: 8)
    let clean = try fit(page.picture)
    #expect(clean.inkBox == PixelBox(left: 100, top: 105, width: 80, height: 115))
    page.draw(left: 5, top: 240, width: 3, height: 3)
    page.draw(left: 240, top: 10, width: 2, height: 4)
    #expect(try fit(page.picture).pixels == clean.pixels)
  }

  @Test func `faint ink is made full`() throws {
    var strong = PaperPage(300, 200)
    var faint = PaperPage(300, 200, 200)
    strong.drawSeven(left: 30, top: 30, size: 120, breadth: 12)
    faint.drawSeven(left: 30, top: 30, size: 120, breadth: 12, 180)
    #expect(try fit(faint.picture).pixels == (try fit(strong.picture).pixels))
  }

  @Test func `long and narrow pictures`() throws {
    for (width, height) in [(4096, 1), (1, 4096), (4096, 3)] {
      var page = PaperPage(width, height)
      if width > height {
        page.draw(left: 100, top: 0, width: 1500, height: height)
      } else {
        page.draw(left: 0, top: 100, width: width, height: 1500)
      }
      let fitted = try fit(page.picture, invert: .yes)
      let box = try #require(strongBox(fitted))
      #expect(max(box.width, box.height) == 20)
      #expect(min(box.width, box.height) <= 3)
    }
  }
}

/// What has no ink is an error, not a digit.
@Suite struct BlankPictureTests {
  private func expectNoInk(_ picture: GrayPicture, _ note: String = "") {
    for kind: PictureFitting.Fit in [.auto, .digit] {
      let error = #expect(throws: PictureError.self, "\(note)") { _ = try fit(picture, kind) }
      #expect(
        error?.description
          == """
          sample.png: no ink found: the picture is blank, or what is on it cannot be distinguished from \
          the paper; look at it
          """)
    }
  }

  @Test(arguments: [(1, 1), (28, 28), (2, 3), (300, 200), (1000, 800)], [0, 128, 255] as [UInt8])
  func `plain pages`(size: (Int, Int), gray: UInt8) {
    expectNoInk(PaperPage(size.0, size.1, gray).picture)
  }

  @Test func `paper in uneven light`() {
    var random = RandomStream(seed: 11, purpose: .testing)
    for (across, down, curve, noise) in [
      (100, 0, 0, 0), (0, -80, 0, 0), (60, 60, 40, 0), (0, 0, 60, 0), (80, -30, 40, 12), (0, 0, 0, 40),
    ] {
      let (width, height) = (600, 400)
      let pixels = (0..<width * height).map { place in
        let (x, y) = (place % width - width / 2, place / width - height / 2)
        var value = 150 + across * x / width + down * y / height
        value -= curve * (x * x + y * y) / (width * width / 4 + height * height / 4)
        if noise > 0 { value += Int(random.next() % UInt64(2 * noise + 1)) - noise }
        return UInt8(max(0, min(255, value)))
      }
      expectNoInk(
        GrayPicture(width: width, height: height, pixels: pixels),
        "light \(across) \(down) \(curve) noise \(noise)")
    }
  }
}

/// Whatever a picture shows, there is an answer.
@Suite struct AnyPictureTests {
  @Test func `random pictures of random sizes`() throws {
    var random = RandomStream(seed: 12, purpose: .testing)
    var fitter = PictureFitter(try #require(PictureFitting(fit: .digit)))
    var blank = 0
    for round in 0..<600 {
      let longest = [3, 20, 60, 300, 600][round % 5]
      let width = 1 + Int(random.next() % UInt64(longest))
      let height = 1 + Int(random.next() % UInt64(longest))
      var page = PaperPage(width, height, UInt8(random.next() % 256))
      for _ in 0..<random.next() % 12 {
        let left = Int(random.next() % UInt64(width))
        let top = Int(random.next() % UInt64(height))
        page.draw(
          left: left, top: top, width: 1 + Int(random.next() % UInt64(width - left)),
          height: 1 + Int(random.next() % UInt64(height - top)), UInt8(random.next() % 256))
      }
      let range = random.next() % 256
      let noise = [0, 2, 20, 255][Int(random.next() % 4)]
      let pixels = page.picture.pixels.map { pixel in
        UInt8(clamping: Int(pixel) + Int(random.next() % (range + 1)) * noise / 255)
      }
      let bytes = file(GrayPicture(width: width, height: height, pixels: pixels))
      do {
        let fitted = try fit(bytes, with: &fitter)
        #expect(fitted.pixels.count == 784)
        #expect(fitted.pixels.contains(255))
        let box = try #require(fitted.inkBox)
        #expect(box.left >= 0 && box.top >= 0 && box.width > 0 && box.height > 0)
        #expect(box.left + box.width <= width && box.top + box.height <= height)
        // Earlier pictures leave no trace.
        var fresh = PictureFitter(fitter.options)
        #expect(try fit(bytes, with: &fresh) == fitted)
      } catch PictureError.noInk {
        blank += 1
      }
    }
    #expect(blank < 400)
  }

  @Test func `damaged files are errors of the reader`() throws {
    var fitter = PictureFitter(try #require(PictureFitting()))
    var page = PaperPage(900, 900)
    page.drawSeven(left: 20, top: 20, size: 60, breadth: 5)
    let bytes = file(page.picture)
    for length in [0, 8, 40, 5000, bytes.count - 1] {
      let error = #expect(throws: PictureError.self) { try fit(Array(bytes[..<length]), with: &fitter) }
      guard case .png = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
    #expect(try fit(bytes, with: &fitter).isInverted)
  }
}
