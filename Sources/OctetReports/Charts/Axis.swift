import OctetCommandLine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The numbers along one side of a chart: round ones that hold all values between them.
struct Axis {
  let low: Double
  let high: Double
  let ticks: [Double]
  /// Decimals that tell the ticks apart.
  let decimals: Int

  /// - Parameter count: ticks to aim at.
  init(from lowest: Double, to highest: Double, count: Int = 4) {
    // Within these ends the axis has a finite length; it never runs backwards.
    let most = 1e300
    var lowest = lowest.isFinite ? min(max(lowest, -most), most) : 0
    var highest = max(lowest, highest.isFinite ? min(max(highest, -most), most) : 1)
    if highest - lowest < 1e-12 * max(abs(highest), 1e-300) {
      let room = max(abs(highest) / 2, 1e-9)
      (lowest, highest) = (lowest >= 0 ? max(lowest - room, 0) : lowest - room, highest + room)
    }
    let step = Self.roundStep((highest - lowest) / Double(count))
    let first = (lowest / step + 1e-9).rounded(.down)
    let last = (highest / step - 1e-9).rounded(.up)
    low = first * step
    high = last * step
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    var decimals = 0
    var rest = step
    // A step of 0.25 needs two decimals, one of 0.2 needs one.
    while decimals < 9, abs(rest - rest.rounded()) > 1e-6 * max(rest, 1) || rest < 0.5 {
      rest *= 10
      decimals += 1
    }
    self.decimals = decimals
  }

  /// 1, 2, 2.5 or 5 times a power of ten, not below `step`.
  private static func roundStep(_ step: Double) -> Double {
    var power = 1.0
    while power * 10 <= step { power *= 10 }
    while power > step { power /= 10 }
    for factor in [1, 2, 2.5, 5, 10] where power * factor >= step * (1 - 1e-9) { return power * factor }
    return power * 10
  }

  /// Where a value lies, from 0 to 1.
  func place(_ value: Double) -> Double { min(max((value - low) / (high - low), 0), 1) }

  func text(_ tick: Double) -> String { NumberText.fixed(tick == 0 ? 0 : tick, decimals: decimals) }
}

/// Counts that differ a thousandfold, side by side.
enum LogScale {
  /// From 0 for no count to 1 for `most`; a count of one can still be seen.
  static func share(_ count: Int, of most: Int) -> Double {
    guard count > 0, most > 0 else { return 0 }
    return log2(Double(count) + 1) / log2(Double(most) + 1)
  }
}
