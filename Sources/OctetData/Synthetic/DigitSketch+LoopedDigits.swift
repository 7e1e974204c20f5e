// The digits with a closed loop: 0, 6, 8 and 9.
extension DigitSketch {
  /// One turn around, rarely a true ellipse: open, closed, overlapping, or with an end that runs inwards or
  /// out.
  mutating func drawZero() {
    let width = between(0.2, 0.55)
    let direction: Float = happens(0.85) ? -1 : 1
    let start = between(0.6, 0.95)
    let form = between(0, 1)
    let sweep: Float
    let growth: Float
    if form < 0.15 {
      sweep = between(0.88, 0.97)
      growth = between(0.9, 1.1)
    } else if form < 0.82 {
      sweep = between(0.98, 1.12)
      growth = between(0.8, 1.15)
    } else {
      sweep = 1.02
      growth = between(0.88, 1.05)
    }
    let center = Point(0.5, 0.5)
    var knots = arc(
      around: center, radii: Point(width, 0.5), from: start, sweep: direction * sweep, growth: growth)
    if form >= 0.82 {
      let reach = between(0.1, 1.35)
      let angle = start + direction * between(1.06, 1.16)
      let end =
        Point(width, 0.5) * reach
        * Point(PolynomialSine.cosine(turns: angle), PolynomialSine.sine(turns: angle))
      knots.append(Knot(point: center + end))
    }
    // Two bulges make it boxy or slim, three make it pointed like an egg or a drop.
    let dents = Point(between(0, 0.1), between(0, 0.12))
    let places = Point(between(0, 1), between(0, 1))
    for index in knots.indices {
      let angle = start + direction * sweep * Float(index) / Float(knots.count)
      let dent =
        dents.x * PolynomialSine.sine(turns: 2 * angle + places.x)
        + dents.y * PolynomialSine.sine(turns: 3 * angle + places.y)
      knots[index].point = center + (knots[index].point - center) * (1 + dent)
    }
    stroke(knots)
  }

  /// A stem that runs down into a loop, which may stay open or curl inwards.
  mutating func drawSix() {
    let loopTop = between(0.4, 0.7)
    let loopRight = between(0.34, 1.1)
    let left = between(0, 0.12)
    let top = between(0.2, 0.85)
    let bulge = between(-0.08, 0.12)
    let middle = (loopTop + 1) / 2
    let half = (1 - loopTop) / 2
    let closing = between(-0.12, 0.22)
    stroke([
      .smooth(top, between(0, 0.04)),
      .smooth(left + (top - left) * 0.48 - bulge, 0.24),
      .smooth(left + (top - left) * 0.12 - bulge / 2, 0.52),
      .smooth(left, 0.76),
      .smooth(left + (loopRight - left) * 0.16, 0.93),
      .smooth((left + loopRight) / 2 + 0.02, 1),
      .smooth(loopRight - 0.05, middle + half * 0.7),
      .smooth(loopRight, middle),
      .smooth(loopRight - 0.1, loopTop + half * 0.3),
      .smooth((left + loopRight) / 2 + between(-0.04, 0.06), loopTop),
      .smooth(left + closing * 0.7 + 0.05, middle - half * between(0.1, 0.7)),
      .smooth(left + closing, middle + half * between(-0.2, 0.6)),
    ])
  }

  /// An S that crosses itself on the way back, or one loop set on another.
  mutating func drawEight() {
    let waist = between(0.34, 0.66)
    let upper = between(0.2, 0.48)
    let lower = upper * between(0.45, 1.5)
    let shift = between(-0.14, 0.14)
    if happens(0.1) {
      let top = Point(0.5 + shift, waist / 2)
      let bottom = Point(0.5, (waist + 1) / 2)
      stroke(
        arc(
          around: top, radii: Point(upper, waist / 2), from: between(0.6, 0.9), sweep: -between(0.93, 1.1)))
      stroke(
        arc(
          around: bottom, radii: Point(lower, (1 - waist) / 2), from: between(0.6, 0.9),
          sweep: -between(0.93, 1.1)))
      return
    }
    let center = 0.5 + shift
    // Most writers begin at the upper right and go to the left.
    let side: Float = happens(0.85) ? 1 : -1
    // How far up the end goes past the crossing, and how it leans: it may miss the beginning on either side.
    let reach = between(0, 1)
    let lean = between(0.35, 1.4)
    stroke([
      .smooth(center + side * upper * between(0.5, 1.4), waist * between(-0.05, 0.45)),
      .smooth(center + side * upper * between(-0.2, 0.3), between(-0.02, 0.02)),
      .smooth(center - side * upper, waist * between(0.35, 0.55)),
      .smooth(center - side * upper * between(0.2, 0.6), waist * between(0.76, 0.9)),
      .smooth(center + side * lower * between(0.1, 0.45), waist + between(0.03, 0.1)),
      .smooth(0.5 + side * lower, (waist + 1) / 2 + between(0, 0.08)),
      .smooth(0.5 + side * lower * 0.6, 0.95),
      .smooth(0.5, 1),
      .smooth(0.5 - side * lower * 0.7, 0.94),
      .smooth(0.5 - side * lower, (waist + 1) / 2 + between(0.02, 0.1)),
      .smooth(0.5 - side * lower * between(0.3, 0.65), waist + 0.12),
      .smooth(center + side * upper * between(0.05, 0.35), waist * 0.85),
      .smooth(center + side * upper * lean * 0.9, waist * (0.6 - 0.16 * reach)),
      .smooth(center + side * upper * lean, waist * (0.48 - 0.5 * reach)),
    ])
  }

  /// A loop with a leg: straight, bent to the left, or hooked; the loop may stay open towards the leg.
  mutating func drawNine() {
    let right = between(0.6, 0.95)
    let left = right - between(0.3, 0.9)
    let loopBottom = between(0.28, 0.66)
    let middle = loopBottom / 2
    let gap = between(0, 0.22) * (right - left)
    let foot = right + between(-0.55, 0.15)
    let bow = between(-0.04, 0.12)
    var knots: [Knot] = [
      .smooth(right - gap, between(0, 0.2) * loopBottom * 1.6),
      .smooth((left + right) / 2 + between(-0.05, 0.12), between(-0.02, 0.06)),
      .smooth(left + (right - left) * 0.12, middle * between(0.35, 0.55)),
      .smooth(left, middle + between(0, 0.1)),
      .smooth(left + (right - left) * between(0.07, 0.17), loopBottom - 0.04),
      .smooth((left + right) / 2 - between(0, 0.1), loopBottom),
      .smooth(right - (right - left) * between(0.1, 0.25), loopBottom * between(0.66, 0.9)),
    ]
    let turn = between(-0.05, 0.16)
    knots.append(happens(0.6) ? .corner(right, turn) : .smooth(right, turn + 0.08))
    let leg = right - foot
    if happens(0.15) {
      knots.append(.smooth(right, 0.55))
      knots.append(.smooth(right - 0.06, 0.85))
      knots.append(.smooth(right - between(0.2, 0.4), 1))
      knots.append(.smooth(between(0.05, 0.35), between(0.86, 1)))
    } else {
      knots.append(.smooth(right - leg * 0.3 + bow * 0.6, 0.45))
      knots.append(.smooth(right - leg * 0.68 + bow * 0.5, 0.75))
      knots.append(.smooth(foot, 1))
    }
    stroke(knots)
  }
}
