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
    let levels = canvas.levels.span.extracting(0..<canvas.count)
    // At most 4 x 256 cells.
    var counts = InlineArray<256, UInt16>(repeating: 0)
    func count(_ place: Int) { counts[Int(levels[place] / InkCanvas.steps)] += 1 }
    var total = 0
    for row in 0..<canvas.height {
      let start = row * canvas.width
      if row == 0 || row == canvas.height - 1 {
        for column in 0..<canvas.width { count(start + column) }
        total += canvas.width
      } else {
        // In the rows between, only the first and the last cell.
        count(start)
        if canvas.width > 1 { count(start + canvas.width - 1) }
        total += min(canvas.width, 2)
      }
    }
    var seen = 0
    var median = 0
    while median < 255 {
      seen += Int(counts[median])
      if 2 * seen >= total { break }
      median += 1
    }
    level = Int32(median) * InkCanvas.steps
    var near = 0
    for gray in max(0, median - Int(Self.tolerance))...min(255, median + Int(Self.tolerance)) {
      near += Int(counts[gray])
    }
    isEven = 2 * near >= total
  }
}
