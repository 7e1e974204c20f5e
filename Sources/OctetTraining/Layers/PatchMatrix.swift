import OctetFloatKernels
import OctetNetwork

/// Lays the pixels under each place of a window side by side, so that a convolution becomes a matrix product.
///
/// One row per place, one column per weight: `places x (window height x window width x channels)`. Built for a few
/// output rows at a time, so that it stays in the second-level cache.
struct PatchMatrix {
  let plan: WindowPlan
  /// Floats in one row of the matrix.
  let columns: Int
  /// Output rows whose patches are built together.
  let rowsPerBlock: Int
  /// A 1x1 window with stride 1 needs no copy: the image is its own patch matrix.
  let isIdentity: Bool

  private let kernelWindow: octet_window

  private static let blockBytes = 384 * 1024

  init(_ plan: WindowPlan) {
    self.plan = plan
    kernelWindow = plan.kernelWindow
    let window = plan.window
    columns = window.height * window.width * plan.input.channels
    let bytesPerRow = plan.output.width * columns * MemoryLayout<Float>.stride
    rowsPerBlock = min(max(Self.blockBytes / bytesPerRow, 1), plan.output.height)
    isIdentity =
      window.height == 1 && window.width == 1 && window.strideHeight == 1 && window.strideWidth == 1
  }

  /// Room that one block takes.
  var floatsPerBlock: Int { rowsPerBlock * plan.output.width * columns }

  var blocks: Int { (plan.output.height + rowsPerBlock - 1) / rowsPerBlock }

  func outputRows(ofBlock block: Int) -> Range<Int> {
    block * rowsPerBlock..<min((block + 1) * rowsPerBlock, plan.output.height)
  }

  /// Copies the patches of `rows` from one image.
  func gather(_ image: UnsafePointer<Float>, rows: Range<Int>, into matrix: UnsafeMutablePointer<Float>) {
    withUnsafePointer(to: kernelWindow) {
      octet_gather_patches(matrix, image, $0, rows.lowerBound, rows.upperBound)
    }
  }

  /// Adds the patches of `rows` back to where `gather` took them from.
  func scatter(_ matrix: UnsafePointer<Float>, rows: Range<Int>, addingTo image: UnsafeMutablePointer<Float>)
  {
    withUnsafePointer(to: kernelWindow) {
      octet_scatter_patches(image, matrix, $0, rows.lowerBound, rows.upperBound)
    }
  }
}
