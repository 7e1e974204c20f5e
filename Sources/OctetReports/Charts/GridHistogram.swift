import OctetCommandLine

/// How often each of the 256 integers stands for a value, with the real values along the axis and, in orange, what lies
/// beyond the integers.
package struct GridCounts: Sendable {
  /// For the integers -128 to 127.
  package private(set) var counts = [Int](repeating: 0, count: 256)
  /// Values below the lowest integer and above the highest.
  package private(set) var below = 0
  package private(set) var above = 0

  package init() {}

  /// Counts a value given in steps, zero point included, unless it is no number.
  package mutating func add(_ steps: Double, count: Int = 1) {
    let rounded = steps.rounded()
    if rounded.isNaN { return }
    if rounded < -128 {
      below += count
    } else if rounded > 127 {
      above += count
    } else {
      counts[Int(rounded) + 128] += count
    }
  }

  var total: Int { counts.reduce(below + above, +) }
  var used: Int { counts.count { $0 > 0 } }
}

/// Draws `GridCounts`; bars grow with the logarithm, since zeros outnumber everything after a ReLU.
struct GridHistogram {
  let grid: GridCounts
  /// What a step is worth and which integer stands for 0; nil where each output has a scale of its own.
  let encoding: (scale: Double, zeroPoint: Int)?
  let alternative: String

  func drawing() -> Drawing {
    let (left, top, bottom) = (14.0, 18.0, 92.0)
    let step = 1.3
    let end = left + 256 * step
    var drawing = Drawing(width: end + 14, height: 110, alternative: alternative)
    // The grid: every sixteenth integer.
    for integer in stride(from: -128, through: 128, by: 16) {
      let x = left + Double(integer + 128) * step
      drawing.line(x, top, x, bottom, "g")
      if integer.isMultiple(of: 32) { drawing.write("\(min(integer, 127))", x, top - 5, "m mid sm") }
    }
    let most = max(grid.counts.max() ?? 1, grid.below, grid.above, 1)
    func height(_ count: Int) -> Double { (bottom - top) * LogScale.share(count, of: most) }
    var bars = Path()
    for (index, count) in grid.counts.enumerated() where count > 0 {
      bars.bar(left + Double(index) * step, bottom, step, height(count))
    }
    drawing.path(bars, "f1")
    for (count, x) in [(grid.below, left - 7), (grid.above, end + 1)] where count > 0 {
      drawing.rectangle(
        x, bottom - height(count), 6, height(count), "f2", hint: "\(NumberText.grouped(count)) values")
    }
    drawing.line(left, bottom, end, bottom, "ax")
    guard let encoding else {
      drawing.write("-128 steps", left, bottom + 14, "m sm")
      drawing.write("0", left + 128.5 * step, bottom + 14, "m mid sm")
      drawing.write("127 steps", end, bottom + 14, "m end sm")
      return drawing
    }
    for (integer, style) in [(-128, "m sm"), (127, "m end sm")] {
      let value = Double(integer - encoding.zeroPoint) * encoding.scale
      drawing.write(Self.text(value, scale: encoding.scale), integer < 0 ? left : end, bottom + 14, style)
    }
    let zero = left + (Double(encoding.zeroPoint) + 128.5) * step
    if zero > left + 40, zero < end - 40 { drawing.write("0", zero, bottom + 14, "m mid sm") }
    return drawing
  }

  /// With as many decimals as tell single steps apart.
  private static func text(_ value: Double, scale: Double) -> String {
    var decimals = 0
    var step = scale
    while step < 1, decimals < 8 {
      step *= 10
      decimals += 1
    }
    return NumberText.fixed(value == 0 ? 0 : value, decimals: decimals)
  }
}
