/// Shares of several kinds for each row, as points on a scale that need not begin at 0.
struct DotChart {
  struct Row {
    let label: String
    /// One for each kind.
    let values: [Double]
  }

  let kinds: [(name: String, style: SeriesStyle)]
  let rows: [Row]
  let alternative: String

  func drawing() -> Drawing {
    let (width, top, rowHeight) = (360.0, 30.0, 20.0)
    let labelWidth = min(TextWidth.longest(rows.map(\.label)), 120)
    let (left, right) = (labelWidth + 16, width - 16)
    let bottom = top + rowHeight * Double(rows.count)
    var drawing = Drawing(width: width, height: bottom + 22, alternative: alternative)
    let axis = Axis(from: rows.flatMap(\.values).min() ?? 0, to: 1)
    func x(_ value: Double) -> Double { left + (right - left) * axis.place(value) }
    for tick in axis.ticks where tick <= 1.000001 {
      drawing.line(x(tick), top - 6, x(tick), bottom, "g")
      drawing.write(axis.text(tick), x(tick), bottom + 15, "m mid")
    }
    for (index, row) in rows.enumerated() {
      let y = top + rowHeight * (Double(index) + 0.5)
      drawing.write(TextWidth.fitted(row.label, within: labelWidth), labelWidth, y + 4, "end")
      let places = row.values.map(x)
      if let low = places.min(), let high = places.max() { drawing.line(low, y, high, y, "ax") }
      for (value, kind) in zip(row.values, kinds) { drawing.point(x(value), y, kind.style, radius: 3.5) }
    }
    drawing.legend(kinds, left, 14)
    return drawing
  }
}
