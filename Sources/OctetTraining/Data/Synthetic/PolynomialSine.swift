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
