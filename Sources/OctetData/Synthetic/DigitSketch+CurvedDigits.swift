// The digits that are open curves: 2, 3 and 5.
extension DigitSketch {
  /// An arch, a diagonal, and a base that starts with a corner, a loop or a round turn.
  mutating func drawTwo() {
    let right = between(0.52, 0.95)
    let shoulder = between(0.16, 0.38)
    let left = between(0, 0.2)
    let low = between(0.76, 1)
    var knots: [Knot] = []
    let startHeight = between(0.06, 0.48)
    if happens(0.25) {
      // A small hook before the arch.
      knots.append(.smooth(left + between(0.08, 0.26), startHeight + between(0.02, 0.14)))
    }
    knots.append(.smooth(left + between(-0.02, 0.2), startHeight))
    knots.append(.smooth((left + right) / 2 - between(-0.05, 0.1), between(0, 0.05)))
    knots.append(.smooth(right, shoulder))
    knots.append(.smooth(right - between(0.1, 0.32), between(0.48, 0.74)))
    let form = between(0, 1)
    var end = between(0.5, 1.4)
    let endHeight = between(0.78, 1.12)
    if form < 0.4 {
      knots.append(.corner(left, low))
      knots.append(.smooth((left + end) / 2, low + between(-0.08, 0.05)))
      knots.append(.smooth(end, endHeight))
    } else if form < 0.82 {
      // The pen runs down past the foot of the diagonal, left and up, and out to the right over its own path.
      let size = between(0.07, 0.24)
      let flat = between(0.6, 1.1)
      knots.append(.smooth(left + size * 2.2, low - size * 0.4 * flat))
      knots.append(.smooth(left + size, low))
      knots.append(.smooth(left, low - size * 0.8 * flat))
      knots.append(.smooth(left + size * 1.1, low - size * 1.7 * flat))
      knots.append(.smooth(left + size * 2.8, low - size * 0.7 * flat))
      end = max(end, left + size * 2.8 + 0.15)
      if happens(0.4) { knots.append(.smooth((left + end) / 2 + size, low - between(-0.04, 0.06))) }
      knots.append(.smooth(end, endHeight + between(-0.1, 0.08)))
    } else {
      knots.append(.smooth(left + 0.05, low - 0.06))
      knots.append(.smooth(left + 0.1, low))
      knots.append(.smooth((left + end) / 2, low + between(-0.04, 0.04)))
      knots.append(.smooth(end, endHeight))
    }
    stroke(knots)
  }

  /// Two bowls, the upper one round or flat, that meet in a corner, a curve or a small loop.
  mutating func drawThree() {
    let waist = between(0.3, 0.62)
    let notch = between(0.22, 0.6)
    let upper = between(0.62, 0.96)
    let lower = between(0.6, 1)
    var knots: [Knot] = []
    if happens(0.15) {
      // A flat top and a diagonal.
      knots.append(.smooth(between(0.02, 0.24), between(0, 0.1)))
      knots.append(.corner(upper, between(-0.02, 0.07)))
      knots.append(.corner(notch, waist))
    } else {
      let start = between(0.02, 0.28)
      knots.append(.smooth(start - 0.02, between(0.06, 0.28)))
      knots.append(.smooth(0.45 + between(-0.1, 0.08), between(0, 0.04)))
      knots.append(.smooth(upper, waist * between(0.36, 0.58)))
      let meeting = between(0, 1)
      if meeting < 0.55 {
        knots.append(.smooth(upper - 0.16, waist * 0.84))
        knots.append(.corner(notch, waist))
      } else if meeting < 0.8 {
        knots.append(.smooth(notch + 0.12, waist - 0.03))
        knots.append(.smooth(notch - 0.04, waist + between(-0.01, 0.03)))
        knots.append(.smooth(notch + 0.08, waist + 0.05))
      } else {
        // A loop that reaches to the left.
        let size = between(0.03, 0.1)
        knots.append(.smooth(notch + 0.1, waist + size * 0.4))
        knots.append(.smooth(notch - size, waist + size))
        knots.append(.smooth(notch - size, waist - size * 0.6))
        knots.append(.smooth(notch + 0.12, waist + size * 0.3))
      }
    }
    knots.append(.smooth(lower - between(0.05, 0.16), waist + between(0.06, 0.13)))
    knots.append(.smooth(lower, waist + (1 - waist) * between(0.35, 0.6)))
    knots.append(.smooth(lower - between(0.1, 0.3), between(0.88, 0.95)))
    let end = between(-0.1, 0.36)
    knots.append(.smooth(max(end + 0.12, between(0.28, 0.5)), 1))
    knots.append(.smooth(end, between(0.74, 1.04)))
    stroke(knots)
  }

  /// A bar, a neck and a bowl: in one go from the right, with the bar put on last, or all in one curve.
  mutating func drawFive() {
    let neck = between(0.08, 0.42)
    let waist = between(0.28, 0.54)
    let belly = between(0.54, 0.98)
    let barHeight = between(-0.04, 0.12)
    let barEnd = between(0.54, 1.2)
    let barRise = between(-0.24, 0.1)
    let tail = between(-0.08, 0.22)
    let swell = between(0, 0.12)
    let fullness = (1 - waist) / 0.6
    let bowl: [Knot] = [
      .smooth(belly - between(0.04, 0.14), waist + between(0.05, 0.14) * fullness),
      .smooth(belly, waist + between(0.22, 0.34) * fullness),
      .smooth(belly - between(0.08, 0.24), waist + 0.5 * fullness),
      .smooth(between(0.3, 0.5), between(0.96, 1.02)), .smooth(tail, between(0.72, 1.02)),
    ]
    let joint = neck + between(-0.26, 0.1)
    let form = between(0, 1)
    if form < 0.4 {
      stroke(
        [
          .smooth(barEnd, barHeight + barRise), .corner(neck, barHeight),
          .corner(joint, waist), .smooth((joint + belly) / 2, waist - swell),
        ] + bowl)
    } else if form < 0.7 {
      let gap = between(-0.06, 0.18)
      stroke(
        [
          .smooth(neck, between(0, 0.12)), .corner(joint, waist),
          .smooth((joint + belly) / 2, waist - swell),
        ] + bowl)
      stroke([.smooth(neck + gap, barHeight), .smooth(barEnd, barHeight + barRise)])
    } else {
      // No corners: the bar flows into the neck and the neck into the bowl, like an S.
      stroke(
        [
          .smooth(barEnd, barHeight + barRise),
          .smooth((neck + barEnd) / 2, barHeight + between(-0.02, 0.05)),
          .smooth(neck, barHeight + 0.12), .smooth(neck - between(0, 0.06), waist * 0.75),
          .smooth((joint + belly) / 2 - 0.05, waist + between(-0.02, 0.08)),
        ] + bowl)
    }
  }
}
