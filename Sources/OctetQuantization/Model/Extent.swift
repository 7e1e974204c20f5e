/// A height and a width: of a window, a stride, a pool.
package struct Extent: Hashable, Sendable {
  package var height: Int
  package var width: Int

  package init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// What stands where there is no window or pool.
  package static let one = Extent(1, 1)

  package var count: Int { height * width }
}

extension Extent: CustomStringConvertible {
  package var description: String { "\(height)x\(width)" }
}
