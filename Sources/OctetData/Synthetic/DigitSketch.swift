import OctetHost

/// The strokes of one digit in a unit box, before a hand distorts them: x to the right, y downwards, both in
/// about 0...1.
///
/// A stroke is given by knots that the pen passes through, smoothly or turning a corner. Each knot is moved a
/// little at random, so no two digits have the same shape even where they are built the same way.
struct DigitSketch {
  typealias Point = SIMD2<Float>

  /// A place the pen passes through.
  struct Knot {
    var point: Point
    /// The direction may change suddenly here.
    var isCorner = false

    static func smooth(_ x: Float, _ y: Float) -> Knot { Knot(point: Point(x, y)) }
    static func corner(_ x: Float, _ y: Float) -> Knot { Knot(point: Point(x, y), isCorner: true) }
  }

  /// Each stroke as a chain of points close enough for straight pieces between them to look curved.
  private(set) var strokes: [[Point]] = []

  /// How many spaces between strokes, or holes, there are side by side and one above the other. A pen must
  /// not fill them.
  let whitespaces: Point

  private var random: RandomStream
  /// How far a knot may stray from its place, as a share of the box.
  private let looseness: Float

  init(digit: Int, random: RandomStream) {
    self.random = random
    looseness = 0.01 + 0.04 * self.random.nextUnit()
    strokes.reserveCapacity(4)
    whitespaces = Self.whitespaces[digit]
    switch digit {
    case 0: drawZero()
    case 1: drawOne()
    case 2: drawTwo()
    case 3: drawThree()
    case 4: drawFour()
    case 5: drawFive()
    case 6: drawSix()
    case 7: drawSeven()
    case 8: drawEight()
    default: drawNine()
    }
  }
}

extension DigitSketch {
  /// By digit. A 1 has none, so its pen may be as broad as it likes.
  private static let whitespaces: [Point] = [
    Point(1, 1), Point(0, 0), Point(1, 2), Point(1, 2), Point(1, 1),
    Point(1, 2), Point(1, 2), Point(1, 1), Point(1, 2), Point(1, 2),
  ]
}

// What the shapes of the digits are made with.
extension DigitSketch {
  /// A value between the two, all equally likely.
  mutating func between(_ lower: Float, _ upper: Float) -> Float {
    lower + (upper - lower) * random.nextUnit()
  }

  /// True with the given probability.
  mutating func happens(_ probability: Float) -> Bool {
    random.nextUnit() < probability
  }

  /// Draws a stroke through `knots`, each a little off its place.
  mutating func stroke(_ knots: [Knot]) {
    let moved = knots.map { knot in
      Knot(point: knot.point + looseness * Point(between(-1, 1), between(-1, 1)), isCorner: knot.isCorner)
    }
    var points: [Point] = []
    points.reserveCapacity(moved.count * Self.piecesPerKnot + 1)
    var start = 0
    for end in moved.indices.dropFirst() where moved[end].isCorner || end == moved.count - 1 {
      Self.appendCurve(through: moved[start...end], to: &points)
      start = end
    }
    strokes.append(points)
  }

  /// Knots along an ellipse from one angle on, in turns: 0 is to the right, 1/4 at the bottom, 3/4 at the
  /// top. A positive `sweep` runs clockwise. The radius grows evenly to `growth` times itself, for spirals.
  func arc(
    around center: Point, radii: Point, from start: Float, sweep: Float, growth: Float = 1
  ) -> [Knot] {
    let steps = max(2, Int((abs(sweep) * 8).rounded(.up)))
    return (0...steps).map { step in
      let progress = Float(step) / Float(steps)
      let angle = start + sweep * progress
      let direction = Point(PolynomialSine.cosine(turns: angle), PolynomialSine.sine(turns: angle))
      return Knot(point: center + radii * direction * (1 + (growth - 1) * progress))
    }
  }

  private static let piecesPerKnot = 5

  /// Appends a centripetal Catmull-Rom spline, the kind that makes no loops of its own between uneven knots.
  private static func appendCurve(through knots: ArraySlice<Knot>, to points: inout [Point]) {
    let first = knots.startIndex
    let last = knots.endIndex - 1
    if points.isEmpty { points.append(knots[first].point) }
    if last - first == 1 {
      points.append(knots[last].point)
      return
    }
    for index in first..<last {
      let begin = knots[index].point
      let end = knots[index + 1].point
      // Past either end of the curve the neighbour is the reflection of the last but one knot.
      let before = index > first ? knots[index - 1].point : 2 * begin - end
      let after = index + 1 < last ? knots[index + 2].point : 2 * end - begin
      let gap = spacing(begin, end)
      let gapBefore = spacing(before, begin)
      let gapAfter = spacing(end, after)
      let chord = (end - begin) / gap
      let departure =
        gap * ((begin - before) / gapBefore - (end - before) / (gapBefore + gap) + chord)
      let arrival = gap * (chord - (after - begin) / (gap + gapAfter) + (after - end) / gapAfter)
      for piece in 1...piecesPerKnot {
        let t = Float(piece) / Float(piecesPerKnot)
        let rest = 1 - t
        // The cubic Hermite form, grouped so that it is exact at both ends.
        let fromBegin: Point = rest * rest * ((1 + 2 * t) * begin + t * departure)
        let fromEnd: Point = t * t * ((3 - 2 * t) * end - rest * arrival)
        points.append(fromBegin + fromEnd)
      }
    }
  }

  /// The square root of the distance, kept away from zero because it divides.
  private static func spacing(_ first: Point, _ second: Point) -> Float {
    let difference = second - first
    return max(1e-3, (difference * difference).sum().squareRoot().squareRoot())
  }
}
