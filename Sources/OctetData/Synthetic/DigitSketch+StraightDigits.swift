// The digits that are mostly straight lines: 1, 4 and 7.
extension DigitSketch {
  /// A line, sometimes bent, sometimes with an upstroke at the top, now and then with a base.
  mutating func drawOne() {
    let bend = between(-0.07, 0.07)
    let down: [Knot] = [.smooth(0.5 + bend / 2, 0.33), .smooth(0.5 + bend, 0.66), .smooth(0.5, 1)]
    let hasFlag = happens(0.2)
    if hasFlag {
      let reach = between(0.08, 0.36)
      let drop = between(0.06, 0.32)
      stroke([.smooth(0.5 - reach, drop), .corner(0.5, 0)] + down)
    } else {
      stroke([.smooth(0.5, 0)] + down)
    }
    if happens(hasFlag ? 0.4 : 0.05) {
      let half = between(0.14, 0.42)
      let shift = between(-0.08, 0.08)
      stroke([
        .smooth(0.5 - half + shift, between(0.97, 1.04)), .smooth(0.5 + half + shift, between(0.95, 1.02)),
      ])
    }
  }

  /// Open at the top, closed to a triangle, or written in one go like a narrow y.
  mutating func drawFour() {
    let stem = between(0.55, 0.88)
    let bar = between(0.4, 0.72)
    let left = between(0, 0.15)
    let overshoot = between(-0.05, 0.32)
    let foot = stem + between(-0.2, 0.08)
    let form = between(0, 1)
    if form < 0.55 {
      // Open: a left stroke that turns into the bar, and a stem of its own.
      let top = left + between(0, 0.32)
      let turn: Knot =
        happens(0.6) ? .corner(left, bar) : .smooth(left + 0.02, bar - 0.04)
      let low: Float = between(-0.05, 0.05)
      stroke([
        .smooth(top, between(0, 0.2)), .smooth((top + left) / 2 - between(-0.02, 0.06), bar * 0.55), turn,
        .smooth((left + stem) / 2, bar + low), .smooth(stem + overshoot, bar + between(-0.12, 0.06)),
      ])
      let start = between(-0.02, 0.36)
      stroke([.smooth(stem + between(-0.02, 0.1), start), .smooth(stem, 0.6), .smooth(foot, 1)])
    } else if form < 0.8 {
      // Closed: from the top of the stem down to the left, then the bar.
      let peak = stem + between(-0.14, 0.06)
      stroke([
        .smooth(peak, 0), .smooth((peak + left) / 2 + between(-0.06, 0.04), bar / 2), .corner(left, bar),
        .smooth(stem + overshoot, bar + between(-0.08, 0.05)),
      ])
      stroke([
        .smooth(peak + between(-0.02, 0.08), between(-0.04, 0.16)), .smooth(stem, 0.55), .smooth(foot, 1),
      ])
    } else {
      // One go: down, a cup to the right, up the stem and back down along it.
      let depth = bar + between(-0.05, 0.06)
      let rise = between(0.06, 0.28)
      let cup = between(0.02, 0.12)
      stroke([
        .smooth(left + between(0, 0.2), between(0, 0.12)), .smooth(left, depth * 0.6),
        .smooth(left + cup, depth), .smooth((left + stem) / 2 + 0.08, depth - between(-0.02, 0.06)),
        .smooth(stem - 0.02, depth * 0.75), .corner(stem + between(0, 0.08), rise),
        .smooth(stem, 0.55), .smooth(foot, 1),
      ])
    }
  }

  /// A bar and a leg, straight or bowed, with or without a stroke through the leg and a tick at the start.
  mutating func drawSeven() {
    let left = between(0, 0.2)
    let right = between(0.7, 1)
    let tilt = between(-0.16, 0.14)
    let foot = between(0.1, 0.75)
    let bow = between(-0.14, 0.12)
    var knots: [Knot] = []
    let beginning = between(0, 1)
    if beginning < 0.35 {
      // A tick down to the left of the bar.
      knots.append(.smooth(left + between(-0.08, 0.05), between(0.12, 0.46)))
      knots.append(.corner(left, 0.06 - tilt / 2))
    } else if beginning < 0.55 {
      // The tick and the bar are one arch.
      knots.append(.smooth(left + between(-0.05, 0.05), between(0.16, 0.42)))
      knots.append(.smooth(left + between(0.03, 0.1), 0.08 - tilt / 2))
    } else {
      knots.append(.smooth(left, 0.06 - tilt / 2 + between(0, 0.08)))
    }
    knots.append(.smooth((left + right) / 2, between(-0.04, 0.1)))
    if happens(0.6) {
      knots.append(.corner(right, 0.02 + tilt / 2))
    } else {
      knots.append(.smooth(right - 0.05, 0.01 + tilt / 2))
      knots.append(.smooth(right, 0.1 + tilt / 2))
    }
    knots.append(.smooth(right + (foot - right) * 0.45 - bow, 0.45))
    knots.append(.smooth(right + (foot - right) * 0.8 - bow, 0.75))
    knots.append(.smooth(foot, 1))
    stroke(knots)
    if happens(0.22) {
      let height = between(0.38, 0.66)
      let middle = right + (foot - right) * height - bow + between(-0.06, 0.06)
      let half = between(0.12, 0.36)
      let slope = between(-0.12, 0.08)
      stroke([.smooth(middle - half, height - slope), .smooth(middle + half, height + slope)])
    }
  }
}
