/// The outermost cells of a canvas, which are paper more often than ink.
struct PictureFrame {
  /// What cells of one level may differ, in steps of gray: what a scanner or a lossy format does to a white page.
  static let tolerance: Int32 = 5

  /// The median, to a step of gray.
  private(set) var level: Int32 = 0
  /// Most of the frame has that level.
  private(set) var isEven = true

  init() {}

  init(_ canvas: InkCanvas) {
    var counts = [Int](repeating: 0, count: 256)
    var total = 0
    for row in 0..<canvas.height {
      let isEnd = row == 0 || row == canvas.height - 1
      // In the rows between, only the first and the last cell.
      let step = isEnd ? 1 : max(1, canvas.width - 1)
      for column in stride(from: 0, to: canvas.width, by: step) {
        counts[Int(canvas.levels[row * canvas.width + column] / InkCanvas.steps)] += 1
        total += 1
      }
    }
    var seen = 0
    var median = 0
    while median < 255 {
      seen += counts[median]
      if 2 * seen >= total { break }
      median += 1
    }
    level = Int32(median) * InkCanvas.steps
    let near = counts[max(0, median - Int(Self.tolerance))...min(255, median + Int(Self.tolerance))].reduce(
      0, +)
    isEven = 2 * near >= total
  }
}
