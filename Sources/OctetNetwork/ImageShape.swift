/// Height, width and channels of one image or feature map, stored row by row, channels last.
///
/// A flat vector of `n` values is `1 x 1 x n`.
package struct ImageShape: Hashable, Sendable {
  package let height: Int
  package let width: Int
  package let channels: Int

  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// A flat vector.
  package init(flat count: Int) {
    self.init(height: 1, width: 1, channels: count)
  }

  /// Values in one image.
  package var count: Int { height * width * channels }

  /// Whether images of another shape are inputs of this one: a flat input takes the values of any image in their order.
  package func takes(_ images: ImageShape) -> Bool {
    images == self || (isFlat && images.count == count)
  }

  package var isFlat: Bool { height == 1 && width == 1 }
}

extension ImageShape: CustomStringConvertible {
  package var description: String { isFlat ? "\(channels)" : "\(height)x\(width)x\(channels)" }
}
