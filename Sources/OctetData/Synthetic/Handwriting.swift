import OctetHost

/// How one hand writes: slant, proportions, an unsteady line, and a pen. Drawn at random for every digit.
struct Handwriting {
  typealias Point = SIMD2<Float>

  /// Rows of the matrix that slants, turns and stretches.
  private let firstRow: Point
  private let secondRow: Point
  /// Slow waves across the page, which bend strokes that are close together alike.
  private let waves: [Wave]
  /// Half the width of a stroke, in pixels.
  private let penRadius: Float
  private static let finestRadius: Float = 0.6
  /// The least paper between two strokes side by side, in pixels, as far as the finest pen allows.
  private let opening: Float
  /// How much the pressure of the pen changes along a stroke, how fast, and where it begins.
  private let pressureSwing: Float
  private let pressureRate: Float
  private let pressureStart: Float

  /// The longer side of the ink, in pixels.
  let size: Float
  /// The distance over which an edge fades from ink to paper, in pixels.
  let edgeWidth: Float
  /// How strong the ink is: above 1 it is full before the middle of a stroke, so edges are steeper.
  let strength: Float
  /// Where the centre of mass goes, from the middle of the image, in pixels.
  let offset: Point

  private struct Wave {
    let direction: Point
    let phase: Float
    let displacement: Point
  }

  init(random: inout RandomStream) {
    func between(_ lower: Float, _ upper: Float) -> Float { random.nextFloat(in: lower..<upper) }
    // The sum of three evenly spread values: a bell from -3 to 3 whose standard deviation is one.
    func bell() -> Float { between(-1, 1) + between(-1, 1) + between(-1, 1) }

    let slant = 0.16 + 0.3 * bell()
    let turn = 0.022 * bell()
    let aspect = between(0.6, 1.35)
    let sine = PolynomialSine.sine(turns: turn)
    let cosine = PolynomialSine.cosine(turns: turn)
    // Stretch to `aspect`, slant the top to the right, then turn.
    firstRow = Point(cosine * aspect, -cosine * slant - sine)
    secondRow = Point(sine * aspect, -sine * slant + cosine)

    let unsteadiness = between(0.0, 0.08)
    waves = (0..<3).map { step in
      let frequency = between(0.4, 0.9) + 0.45 * Float(step)
      let heading = between(0, 1)
      let push = between(0, 1)
      return Wave(
        direction: frequency
          * Point(PolynomialSine.cosine(turns: heading), PolynomialSine.sine(turns: heading)),
        phase: between(0, 1),
        displacement: unsteadiness / Float(step + 1)
          * Point(PolynomialSine.cosine(turns: push), PolynomialSine.sine(turns: push)))
    }
    penRadius = max(Self.finestRadius, 1.25 + 0.45 * bell())
    opening = between(0.8, 3)
    pressureSwing = between(0, 0.3)
    pressureRate = between(0.3, 1.6)
    pressureStart = between(0, 1)
    size = between(18.8, 20.2)
    edgeWidth = between(0.8, 1.5)
    strength = between(1, 1.25)
    offset = Point(between(-0.4, 0.4), between(-0.4, 0.4))
  }

  /// The strokes as this hand would write them, still in the unit of the sketch but with the pen's radius in
  /// pixels.
  func written(_ sketch: DigitSketch) -> [[InkPoint]] {
    let moved = sketch.strokes.map { stroke in stroke.map(placed) }
    let radius = fittingRadius(of: moved, whitespaces: sketch.whitespaces)
    return moved.map { stroke in inked(stroke, radius: radius) }
  }

  /// Half the width of the pen, made finer where it would fill the spaces between the strokes: a writer whose
  /// pen is broad writes larger, and the image is then made smaller, pen and all.
  private func fittingRadius(of strokes: [[Point]], whitespaces: Point) -> Float {
    var lower = Point(repeating: .infinity)
    var upper = Point(repeating: -.infinity)
    for point in strokes.joined() {
      lower = pointwiseMin(lower, point)
      upper = pointwiseMax(upper, point)
    }
    let extent = upper - lower
    let pixels = extent * (size - 2 * penRadius) / max(extent.x, extent.y, 1e-3)
    var radius = penRadius
    for axis in 0..<2 where whitespaces[axis] > 0 {
      radius = min(radius, (pixels[axis] / whitespaces[axis] - opening) / 2)
    }
    return max(Self.finestRadius, radius)
  }

  private func inked(_ stroke: [Point], radius: Float) -> [InkPoint] {
    let step = 1 / Float(max(1, stroke.count - 1))
    return stroke.indices.map { index in
      let pressure = PolynomialSine.sine(turns: pressureStart + pressureRate * step * Float(index))
      return InkPoint(
        position: stroke[index], radius: radius * (1 + pressureSwing * pressure))
    }
  }

  private func placed(_ point: Point) -> Point {
    var bent = point - Point(0.5, 0.5)
    for wave in waves {
      bent +=
        wave.displacement
        * PolynomialSine.sine(turns: wave.phase + (wave.direction * point).sum())
    }
    return Point((firstRow * bent).sum(), (secondRow * bent).sum())
  }
}

/// A place on a stroke and half the width of the stroke there.
struct InkPoint {
  var position: SIMD2<Float>
  var radius: Float
}

/// Sine and cosine of an angle in turns, from a polynomial.
///
/// The C library's sine differs in its last bits from platform to platform. This one uses only additions,
/// products and rounding to whole numbers, which IEEE 754 defines to the bit, so a drawing comes out alike
/// everywhere.
package enum PolynomialSine {
  /// The sine of `turns` whole turns; the error is below 1e-5, far less than a drawing shows.
  package static func sine(turns: Float) -> Float {
    // Fold onto [-1/4, 1/4], where the series converges fast: first drop whole turns, then mirror at a
    // quarter.
    var angle = turns - turns.rounded(.toNearestOrEven)
    if angle > 0.25 { angle = 0.5 - angle }
    if angle < -0.25 { angle = -0.5 - angle }
    let radians = angle * (2 * Float.pi)
    let square = radians * radians
    // The Taylor series up to the ninth power: at a quarter turn the next term is 3.6e-6.
    let ninth: Float = 1 / 362_880
    let seventh: Float = -1 / 5_040
    let fifth: Float = 1 / 120
    let third: Float = -1 / 6
    return radians * (1 + square * (third + square * (fifth + square * (seventh + square * ninth))))
  }

  package static func cosine(turns: Float) -> Float {
    sine(turns: turns + 0.25)
  }
}
