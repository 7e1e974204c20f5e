/// Bars from left to right, one or more for each row, each with its number in words.
struct BarChart {
  struct Bar {
    /// Nil for what has no length, such as a ratio without noise.
    let value: Double?
    let text: String
    let style: SeriesStyle
  }

  struct Row {
    let label: String
    let bars: [Bar]
  }

  let rows: [Row]
  var legend: [(name: String, style: SeriesStyle)] = []
  var lowest = 0.0
  let alternative: String
  var width = 360.0

  private let barHeight = 11.0

  func drawing() -> Drawing {
    let labelWidth = min(TextWidth.longest(rows.map(\.label)), width * 0.4)
    let textWidth = TextWidth.longest(rows.flatMap(\.bars).map(\.text))
    let top = legend.isEmpty ? 4.0 : 26.0
    let perBar = barHeight + 3
    let rowHeights = rows.map { Double($0.bars.count) * perBar + 7 }
    var drawing = Drawing(
      width: width, height: top + rowHeights.reduce(0, +) + 2, alternative: alternative)
    let left = labelWidth + 8
    let room = max(width - left - textWidth - 8, 40)
    let values = rows.flatMap(\.bars).compactMap(\.value).filter(\.isFinite)
    let highest = max(values.max() ?? 1, lowest + 1e-12)
    var y = top
    for (row, height) in zip(rows, rowHeights) {
      let middle = y + (height - 7) / 2
      drawing.write(TextWidth.fitted(row.label, within: labelWidth), labelWidth, middle + 4, "end")
      for (index, bar) in row.bars.enumerated() {
        let place = y + Double(index) * perBar
        var length = 0.0
        if let value = bar.value, value.isFinite {
          length = room * max(value - lowest, 0) / (highest - lowest)
          drawing.rectangle(left, place + 1, max(length, value > lowest ? 1 : 0), barHeight, bar.style.fill)
        }
        drawing.write(bar.text, left + length + 5, place + barHeight - 1, "sm")
      }
      y += height
    }
    drawing.line(left, top - 2, left, y - 4, "ax")
    if !legend.isEmpty { drawing.legend(legend, left, 14) }
    return drawing
  }
}
