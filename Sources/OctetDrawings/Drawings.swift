import OctetData
import OctetHost
import OctetImages
import OctetNetwork

/// Digits as people draw them, brought to a network's form as `octet classify` does: what to train a reader of drawings
/// on.
///
/// A digit is an image of 28x28 such as MNIST's, or a sketch of `SyntheticDigits`. It is drawn anew, with pens from a
/// hairline to a broad brush, on pages of many sizes, as an icon, or as a photo, and the picture goes through the same
/// fitting as a file. A drawing depends on the seed and its own number alone, on however many cores it is made.
package struct Drawings: Sendable {
  /// Digits of 28x28 to draw again, each so often; nil for sketches alone.
  package var digits: LabeledItems?
  package var timesPerDigit = 2
  package var sketches = 0
  package var seed: UInt64 = 1

  package init() {}

  package var count: Int { (digits?.count ?? 0) * timesPerDigit + sketches }

  private static let pixels = SyntheticDigits.shape.count
  /// Pictures in which no ink is found are drawn again, in another style.
  private static let attempts = 20
  /// Drawings that a core makes at a time.
  private static let piece = 64

  /// Drawings by their numbers, below `count`, on all cores.
  package func make(_ numbers: Range<Int>, _ workers: Workers) -> (pixels: [UInt8], labels: [UInt8]) {
    precondition(numbers.lowerBound >= 0 && numbers.upperBound <= count, "there are no such drawings")
    var pixels = [UInt8](repeating: 0, count: numbers.count * Self.pixels)
    var labels = [UInt8](repeating: 0, count: numbers.count)
    pixels.withUnsafeMutableBufferPointer { pixels in
      labels.withUnsafeMutableBufferPointer { labels in
        // Each piece writes places of its own.
        nonisolated(unsafe) let (pixels, labels) = (pixels, labels)
        workers.forEachPiece(of: numbers.count, size: Self.piece) { piece, _ in
          guard let fitting = PictureFitting() else {
            preconditionFailure("28x28 is a size that digits have")
          }
          var fitter = PictureFitter(fitting)
          for place in piece {
            let (drawing, label) = drawing(numbers.lowerBound + place, with: &fitter)
            labels[place] = label
            for pixel in drawing.indices { pixels[place * Self.pixels + pixel] = drawing[pixel] }
          }
        }
      }
    }
    return (pixels, labels)
  }

  private func drawing(_ number: Int, with fitter: inout PictureFitter) -> (pixels: [UInt8], label: UInt8) {
    let drawn = (digits?.count ?? 0) * timesPerDigit
    for attempt in 0..<Self.attempts {
      var random = RandomStream(seed: seed, purpose: .drawing, UInt64(number), UInt64(attempt))
      var field: LineField?
      var hasBreadth = false
      let label: UInt8
      if let digits, number < drawn {
        let index = number / timesPerDigit
        let image = digits.pixels[index * Self.pixels..<(index + 1) * Self.pixels]
        label = UInt8(digits.labels[index])
        hasBreadth = random.nextUnit() < 0.3
        field = hasBreadth ? LineField(edgesOf: image) : LineField(linesOf: image)
        // Data may hold images that no style shows, such as empty ones: they stay what they are.
        if field == nil || attempt == Self.attempts - 1 { return (Array(image), label) }
      } else {
        let sketch = SyntheticDigits.strokes(index: number - drawn, seed: seed)
        field = LineField(strokes: sketch.strokes)
        label = UInt8(sketch.digit)
      }
      guard let field else { continue }
      let style = DrawingStyle(random: &random, hasBreadth: hasBreadth)
      let picture = style.picture(of: field, &random)
      guard let fitted = try? fitter.fit(picture, name: "") else { continue }
      return (fitted.pixels, label)
    }
    preconditionFailure("the ink of a sketch is found in some style")
  }
}

extension DrawingStyle {
  func picture(of field: LineField, _ random: inout RandomStream) -> GrayPicture {
    var pixels = [UInt8](repeating: 0, count: width * height)
    let patches = width / 4 + 1
    var patch = [Float](repeating: 0, count: texture > 0 ? patches * (height / 4 + 1) : 0)
    for place in patch.indices { patch[place] = random.nextFloat(in: -texture..<texture) }
    let corner = (Float(width * width) + Float(height * height)) / 4
    for row in 0..<height {
      for column in 0..<width {
        var value = paper + (ink - paper) * cover(field, row: row, column: column)
        if kind == .photo {
          let away = Point(Float(column), Float(row)) - Point(Float(width), Float(height)) / 2
          value += (slope * away).sum() - falloff * (away * away).sum() / corner
          if texture > 0 { value += patch[row / 4 * patches + column / 4] }
        }
        if noise > 0 {
          // The sum of three evenly spread values is nearly normal.
          value += noise * (random.nextUnit() + random.nextUnit() + random.nextUnit() - 1.5) * 2
        }
        pixels[row * width + column] = UInt8(max(0, min(255, value.rounded())))
      }
    }
    return GrayPicture(width: width, height: height, pixels: pixels)
  }
}
