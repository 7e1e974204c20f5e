/// A picture in the form of a model's input, and what was decided on the way there.
public struct FittedPicture: Equatable, Sendable {
  /// Pixels in a row of the model's input.
  public let width: Int
  /// Rows of the model's input.
  public let height: Int
  /// 1 for gray, 3 for red, green and blue, or blue, green and red for a model that takes them so.
  public let channels: Int
  /// `height x width x channels` bytes, row by row from the top: what the model takes. In the form of digits, 0 is
  /// paper and 255 is full ink, as in MNIST.
  public let pixels: [UInt8]

  /// Whether blue comes first.
  package let hasBlueFirst: Bool
  /// The pixels as people see them, with red first.
  package var seen: [UInt8] { hasBlueFirst ? pixels.blueFirst : pixels }

  /// Of the file.
  package let sourceWidth: Int
  package let sourceHeight: Int

  /// Whether dark and light changed places: the picture has dark ink on light paper, or that was asked for.
  public let isInverted: Bool
  /// What was done to the size; never `auto`.
  package let fit: PictureFitting.Fit
  /// Where the ink was found in the file's pixels; nil where none was looked for.
  package let inkBox: PixelBox?
  /// Whether the strokes were too thin to survive the scaling, and were broadened.
  public let isThickened: Bool
}

/// A rectangle of pixels.
package struct PixelBox: Equatable, Sendable {
  package var left: Int
  package var top: Int
  package var width: Int
  package var height: Int

  package init(left: Int, top: Int, width: Int, height: Int) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  var right: Int { left + width }
  var bottom: Int { top + height }
  var longerSide: Int { max(width, height) }

  /// The smallest box that holds both.
  func union(_ other: PixelBox) -> PixelBox {
    let (left, top) = (min(left, other.left), min(top, other.top))
    return PixelBox(
      left: left, top: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
  }

  /// The box with `margin` more on every side, as far as that lies in a picture of the given size.
  func expanded(by margin: Int, in width: Int, _ height: Int) -> PixelBox {
    let (left, top) = (max(0, left - margin), max(0, top - margin))
    return PixelBox(
      left: left, top: top, width: min(width, right + margin) - left,
      height: min(height, bottom + margin) - top)
  }
}

extension [UInt8] {
  /// Pixels of three channels with the first and the last of them in each other's place.
  package var blueFirst: [UInt8] {
    var turned = self
    turned.putBlueFirst()
    return turned
  }

  mutating func putBlueFirst() {
    for place in Swift.stride(from: 0, to: count - 2, by: 3) { swapAt(place, place + 2) }
  }
}
