/// Values over a count that begins at 1: epochs.
struct LineChart {
  struct Series {
    let name: String
    /// Nil where there is none.
    let values: [Double?]
    let style: SeriesStyle
  }

  let series: [Series]
  let xName: String
  /// Whether the vertical axis begins at 0 whatever the values are.
  let startsAtZero: Bool
  var highest = Double.infinity
  /// A position on the horizontal axis that stands out, with its name.
  var mark: (position: Int, name: String)?
  /// Appended to the numbers of the vertical axis.
  var unit = ""
  /// The numbers of the axis are the values times this.
  var factor = 1.0
  let alternative: String

  private let width = 360.0
  /// Room for the numbers of the vertical axis.
  private var left: Double {
    let axis = axis
    return max(54, 8 + (axis.ticks.map { TextWidth.estimate(axis.text($0) + unit) }.max() ?? 0))
  }
  private let right = 348.0
  /// Below the legend and the name of the mark, where there are any.
  private var top: Double {
    (series.count > 1 ? 6 + Self.legendLine * Double(legendRows.count) : 8) + (mark == nil ? 4 : 14)
  }
  private static let legendLine = 16.0

  /// As many names in a row as there is room for.
  private var legendRows: [[Series]] {
    var rows: [[Series]] = []
    var room = 0.0
    for one in series {
      let needed = 35 + TextWidth.estimate(one.name)
      if room < needed {
        rows.append([])
        room = width - left
      }
      rows[rows.count - 1].append(one)
      room -= needed
    }
    return rows
  }
  private var bottom: Double { top + 144 }

  private var axis: Axis {
    let values = series.flatMap(\.values).compactMap { $0 }.filter(\.isFinite).map { $0 * factor }
    return Axis(
      from: startsAtZero ? min(0, values.min() ?? 0) : values.min() ?? 0, to: values.max() ?? 1)
  }

  func drawing() -> Drawing {
    var drawing = Drawing(width: width, height: bottom + 38, alternative: alternative)
    let (axis, left) = (axis, left)
    let high = min(axis.high, max(highest * factor, axis.low + 1e-9))
    let count = max(series.map(\.values.count).max() ?? 1, 1)
    func x(_ position: Int) -> Double {
      count == 1 ? (left + right) / 2 : left + (right - left) * Double(position - 1) / Double(count - 1)
    }
    func y(_ value: Double) -> Double {
      bottom - (bottom - top) * min(max((value * factor - axis.low) / (high - axis.low), 0), 1)
    }
    for tick in axis.ticks where tick <= high * (1 + 1e-9) {
      let place = y(tick / factor)
      drawing.line(left, place, right, place, "g")
      drawing.write(axis.text(tick) + unit, left - 6, place + 4, "m end")
    }
    for position in Self.positions(upTo: count) {
      drawing.write("\(position)", x(position), bottom + 16, "m mid")
    }
    drawing.write(xName, (left + right) / 2, bottom + 32, "m mid")
    drawing.line(left, bottom, right, bottom, "ax")
    if let mark {
      let place = x(mark.position)
      drawing.line(place, top, place, bottom, "dim")
      drawing.write(mark.name, min(place, right - 8), top - 6, "m mid sm")
    }
    for one in series { draw(one, &drawing, x, y) }
    guard series.count > 1 else { return drawing }
    for (index, row) in legendRows.enumerated() {
      drawing.legend(
        row.map { ($0.name, $0.style) }, left, 14 + Self.legendLine * Double(index), asLines: true)
    }
    return drawing
  }

  private func draw(
    _ series: Series, _ drawing: inout Drawing, _ x: (Int) -> Double, _ y: (Double) -> Double
  ) {
    var path = Path()
    var isDrawing = false
    for (index, value) in series.values.enumerated() {
      guard let value, value.isFinite else {
        isDrawing = false
        continue
      }
      if isDrawing { path.line(x(index + 1), y(value)) } else { path.move(x(index + 1), y(value)) }
      isDrawing = true
    }
    drawing.path(path, series.style.line)
    guard series.values.count <= 40 else { return }
    for (index, value) in series.values.enumerated() {
      if let value, value.isFinite { drawing.point(x(index + 1), y(value), series.style, radius: 2.5) }
    }
  }

  /// Round positions, at most nine; the first is always among them.
  private static func positions(upTo count: Int) -> [Int] {
    if count <= 9 { return Array(1...count) }
    var step = 1
    for factor in [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] where count / step > 7 {
      step = factor
    }
    while count / step > 9 { step *= 2 }
    return [1] + stride(from: step, through: count, by: step).filter { $0 > 1 }
  }
}
