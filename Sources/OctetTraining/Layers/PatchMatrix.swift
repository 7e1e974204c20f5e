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

  private static let blockBytes = 384 * 1024

  init(_ plan: WindowPlan) {
    self.plan = plan
    let window = plan.window
    columns = window.height * window.width * plan.input.channels
    let bytesPerRow = plan.output.width * columns * MemoryLayout<Float>.stride
    rowsPerBlock = min(max(Self.blockBytes / bytesPerRow, 1), plan.output.height)
    isIdentity = window.height == 1 && window.width == 1 && window.strideHeight == 1 && window.strideWidth == 1
  }

  /// Room that one block takes.
  var floatsPerBlock: Int { rowsPerBlock * plan.output.width * columns }

  var blocks: Int { (plan.output.height + rowsPerBlock - 1) / rowsPerBlock }

  func outputRows(ofBlock block: Int) -> Range<Int> {
    block * rowsPerBlock..<min((block + 1) * rowsPerBlock, plan.output.height)
  }

  /// Copies the patches of `rows` from one image.
  func gather(_ image: UnsafePointer<Float>, rows: Range<Int>, into matrix: UnsafeMutablePointer<Float>) {
    visit(rows) { imageOffset, matrixOffset, count, isBorder in
      let target = matrix + matrixOffset
      if isBorder {
        target.update(repeating: 0, count: count)
      } else {
        Self.copy(image + imageOffset, to: target, count: count)
      }
    }
  }

  /// Adds the patches of `rows` back to where `gather` took them from.
  func scatter(_ matrix: UnsafePointer<Float>, rows: Range<Int>, addingTo image: UnsafeMutablePointer<Float>) {
    visit(rows) { imageOffset, matrixOffset, count, isBorder in
      if !isBorder { VectorKernels.add(matrix + matrixOffset, to: image + imageOffset, count: count) }
    }
  }

  /// Calls `body` for every run of floats that lies together in both the image and the matrix, and for every run of
  /// border, which has no place in the image.
  @inline(__always)
  private func visit(
    _ rows: Range<Int>, _ body: (_ imageOffset: Int, _ matrixOffset: Int, _ count: Int, _ isBorder: Bool) -> Void
  ) {
    let window = plan.window
    let channels = plan.input.channels
    let run = window.width &* channels
    var matrixOffset = 0
    for row in rows {
      let top = row &* window.strideHeight &- plan.top
      for column in 0..<plan.output.width {
        let left = column &* window.strideWidth &- plan.left
        let clippedLeft = max(left, 0)
        let clippedRight = min(left &+ window.width, plan.input.width)
        for windowRow in 0..<window.height {
          let inputRow = top &+ windowRow
          if inputRow < 0 || inputRow >= plan.input.height || clippedLeft >= clippedRight {
            body(0, matrixOffset, run, true)
          } else {
            let before = (clippedLeft &- left) &* channels
            let inside = (clippedRight &- clippedLeft) &* channels
            if before > 0 { body(0, matrixOffset, before, true) }
            let imageOffset = (inputRow &* plan.input.width &+ clippedLeft) &* channels
            body(imageOffset, matrixOffset &+ before, inside, false)
            if before &+ inside < run {
              body(0, matrixOffset &+ before &+ inside, run &- before &- inside, true)
            }
          }
          matrixOffset &+= run
        }
      }
    }
  }

  /// Runs are short, three floats for the first layer of most networks; a call to memcpy would cost more than they do.
  @inline(__always)
  private static func copy(_ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    var index = 0
    while index &+ 8 <= count {
      VectorKernels.store(VectorKernels.load(source, index), target, index)
      index &+= 8
    }
    while index < count {
      target[index] = source[index]
      index &+= 1
    }
  }
}
