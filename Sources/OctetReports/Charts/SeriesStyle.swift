/// How the parts of a chart that belong together look. Lines differ in their dashes and points in their shape, too, so
/// that nothing depends on colour alone.
package enum SeriesStyle: Int, Sendable, CaseIterable {
  case first = 1
  case second
  case third
  case fourth

  var line: String { "l\(rawValue)" }
  var fill: String { "f\(rawValue)" }
}

extension Drawing {
  /// A point in the shape of its series: circle, square, diamond, triangle.
  mutating func point(_ x: Double, _ y: Double, _ style: SeriesStyle, radius: Double = 3) {
    switch style {
    case .first: circle(x, y, radius: radius, style.fill)
    case .second: rectangle(x - radius, y - radius, 2 * radius, 2 * radius, style.fill)
    case .third, .fourth:
      var outline = Path()
      let reach = radius * 1.35
      outline.move(x, y - reach)
      outline.line(x + reach, style == .third ? y : y + reach)
      if style == .third { outline.line(x, y + reach) }
      outline.line(x - reach, style == .third ? y : y + reach)
      path(outline, style.fill)
    }
  }

  /// Names beside samples of their looks, from left to right.
  mutating func legend(
    _ names: [(name: String, style: SeriesStyle)], _ x: Double, _ y: Double, asLines: Bool = false
  ) {
    var x = x
    for (name, style) in names {
      if asLines {
        line(x, y - 4, x + 18, y - 4, style.line)
        write(name, x + 23, y, "m")
        x += 35 + TextWidth.estimate(name)
      } else {
        point(x + 4, y - 4, style, radius: 4)
        write(name, x + 12, y, "m")
        x += 24 + TextWidth.estimate(name)
      }
    }
  }
}
