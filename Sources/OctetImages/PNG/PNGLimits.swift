/// What a PNG file may be at most. An untrusted file can claim anything; these limits bound time and memory.
package struct PNGLimits: Equatable, Sendable {
  /// Pixels.
  package let width: Int
  /// Pixels.
  package let height: Int
  package let fileBytes: Int

  /// No limit lets a side be longer than this, so that sums over a picture fit 64 bits with much room.
  package static let longestSide = 65_535

  package init(width: Int = 4096, height: Int = 4096, fileBytes: Int = 64 << 20) {
    precondition(
      (1...Self.longestSide).contains(width) && (1...Self.longestSide).contains(height) && fileBytes >= 0)
    self.width = width
    self.height = height
    self.fileBytes = fileBytes
  }
}
