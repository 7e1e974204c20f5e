import OctetDrawings
import OctetHost
import OctetImages

/// A digit of 28x28 drawn again as the pictures that people have: scanned, painted, photographed.
struct RenderedDigit {
  enum Style: String, CaseIterable, Sendable {
    /// Ten times as large, smooth, off center on a dark page.
    case large
    /// The same in dark ink on a white page.
    case paper
    /// Cut out with a narrow margin.
    case cropped
    /// Lines of one pixel, as from a paint program, on a white page of 1000 x 800.
    case hairline
    /// Lines of three pixels.
    case pen
    /// Three times as large, on a page of 1600 x 1200.
    case tiny
    /// Ink of half the contrast on paper with a texture, in uneven light, with a sensor's noise.
    case photo
    /// Photo with a hard shadow over a corner and dust.
    case shadow
  }

  /// `28 x 28`, light ink.
  let digit: [UInt8]
  private static let side = 28

  func picture(_ style: Style, _ random: inout RandomStream) -> GrayPicture {
    switch style {
    case .large: onPage(scaled(10), 280, width: 500, height: 420, &random)
    case .paper: inverted(onPage(scaled(10), 280, width: 500, height: 420, &random))
    case .cropped: cropped(8)
    case .hairline: inverted(onPage(lines(20, radius: 0), 560, width: 1000, height: 800, &random))
    case .pen: inverted(onPage(lines(14, radius: 1), 392, width: 1000, height: 800, &random))
    case .tiny: inverted(onPage(scaled(3), 84, width: 1600, height: 1200, &random))
    case .photo: photo(hasShadow: false, &random)
    case .shadow: photo(hasShadow: true, &random)
    }
  }

  /// The ink between the middles of the digit's pixels, `factor` times as large; bilinear.
  private func scaled(_ factor: Int) -> [UInt8] {
    let side = Self.side * factor
    var pixels = [UInt8](repeating: 0, count: side * side)
    for row in 0..<side {
      let y = max(0, min(Float(Self.side - 1), (Float(row) + 0.5) / Float(factor) - 0.5))
      for column in 0..<side {
        let x = max(0, min(Float(Self.side - 1), (Float(column) + 0.5) / Float(factor) - 0.5))
        let (left, top) = (min(Int(x), Self.side - 2), min(Int(y), Self.side - 2))
        let (across, down) = (x - Float(left), y - Float(top))
        let at = { (row: Int, column: Int) in Float(digit[row * Self.side + column]) }
        let upper = at(top, left) * (1 - across) + at(top, left + 1) * across
        let lower = at(top + 1, left) * (1 - across) + at(top + 1, left + 1) * across
        pixels[row * side + column] = UInt8((upper * (1 - down) + lower * down).rounded())
      }
    }
    return pixels
  }

  /// The middle lines of the strokes, broadened by `radius` on each side.
  private func lines(_ factor: Int, radius: Int) -> [UInt8] {
    let side = Self.side * factor
    var ink = scaled(factor).map { $0 >= 128 }
    Thinning.thin(&ink, side: side)
    var pixels = [UInt8](repeating: 0, count: side * side)
    for place in ink.indices where ink[place] {
      let (row, column) = place.quotientAndRemainder(dividingBy: side)
      for otherRow in max(0, row - radius)...min(side - 1, row + radius) {
        for otherColumn in max(0, column - radius)...min(side - 1, column + radius) {
          pixels[otherRow * side + otherColumn] = 255
        }
      }
    }
    return pixels
  }

  /// Somewhere on a dark page.
  private func onPage(
    _ ink: [UInt8], _ side: Int, width: Int, height: Int, _ random: inout RandomStream
  ) -> GrayPicture {
    let left = Int(random.next() % UInt64(width - side + 1))
    let top = Int(random.next() % UInt64(height - side + 1))
    var pixels = [UInt8](repeating: 0, count: width * height)
    for row in 0..<side {
      for column in 0..<side { pixels[(top + row) * width + left + column] = ink[row * side + column] }
    }
    return GrayPicture(width: width, height: height, pixels: pixels)
  }

  private func inverted(_ picture: GrayPicture) -> GrayPicture {
    GrayPicture(width: picture.width, height: picture.height, pixels: picture.pixels.map { 255 - $0 })
  }

  /// Little more than the box around the ink, dark on light.
  private func cropped(_ factor: Int) -> GrayPicture {
    let side = Self.side * factor
    let ink = scaled(factor)
    let places = ink.indices.filter { ink[$0] >= 100 }
    let rows = places.map { $0 / side }
    let columns = places.map { $0 % side }
    guard let top = rows.min().map({ max(0, $0 - 10) }),
      let bottom = rows.max().map({ min(side - 1, $0 + 10) }),
      let left = columns.min().map({ max(0, $0 - 10) }),
      let right = columns.max().map({ min(side - 1, $0 + 10) })
    else { return GrayPicture(width: side, height: side, pixels: ink) }
    let pixels = (top...bottom).flatMap { row in
      (left...right).map { column in 255 - ink[row * side + column] }
    }
    return GrayPicture(width: right - left + 1, height: bottom - top + 1, pixels: pixels)
  }

  private func photo(hasShadow: Bool, _ random: inout RandomStream) -> GrayPicture {
    let (width, height) = (640, 480)
    let page = onPage(scaled(12), 336, width: width, height: height, &random).pixels
    let slopes = (random.nextFloat(in: -0.12..<0.12), random.nextFloat(in: -0.12..<0.12))
    let contrast = random.nextFloat(in: 80..<140)
    let corner = random.nextFloat(in: 120..<200)
    var texture = [Float](repeating: 0, count: (width / 4 + 2) * (height / 4 + 2))
    for place in texture.indices { texture[place] = random.nextFloat(in: -6..<6) }
    var pixels = [UInt8](repeating: 0, count: width * height)
    for row in 0..<height {
      for column in 0..<width {
        let (x, y) = (Float(column - width / 2), Float(row - height / 2))
        var light = 190 + x * slopes.0 + y * slopes.1 - (x * x + y * y) / 4000
        if hasShadow, Float(column) + Float(row) < corner { light -= 50 }
        // The sum of four evenly spread values is nearly normal, here with a deviation of 8.
        let noise = (random.nextUnit() + random.nextUnit() + random.nextUnit() + random.nextUnit() - 2) * 13.9
        let ink = Float(page[row * width + column]) / 255 * contrast
        let value = light - ink + noise + texture[row / 4 * (width / 4 + 2) + column / 4]
        pixels[row * width + column] = UInt8(max(0, min(255, value.rounded())))
      }
    }
    if hasShadow {
      for _ in 0..<20 {
        let place = Int(random.next() % UInt64(width * (height - 3)))
        for row in 0..<3 {
          for column in 0..<3 where place + row * width + column < pixels.count {
            pixels[place + row * width + column] = 60
          }
        }
      }
    }
    return GrayPicture(width: width, height: height, pixels: pixels)
  }
}
