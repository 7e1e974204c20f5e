/// How a product is rounded to an integer. The raw value is the byte in the file.
///
///     exact value         -2.5  -1.5  -0.5   0.5   1.5   2.5
///     halfUp                -2    -1     0     1     2     3
///     halfUpThenAway        -3    -2    -1     1     2     3
///
/// `halfUpThenAway` differs in ties below zero, and where the first of its two roundings makes a tie: a product that is
/// less than 2^30 from one.
public enum Rounding: UInt8, Sendable {
  /// Once, half going up.
  case halfUp = 0
  /// To a multiple of 2^31, half going up, and then half away from zero, as TensorFlow Lite's convolutions do.
  case halfUpThenAway = 1
}

/// From an accumulator to an output value: multiply, round, shift, add the zero point, clamp.
///
/// docs/NUMERICS.md defines both ways of rounding and proves that nothing here overflows.
package enum Requantization {
  /// `x * multiplier / 2^shift`, rounded to an integer, for a shift of 33 to 62.
  ///
  /// Rounding twice is one rounding of a product that is 2^30 farther from zero. With such shifts the high half of the
  /// product is all it takes.
  @inline(__always)
  package static func requantize(
    _ value: Int32, multiplier: Int32, shift: UInt8, _ rounding: Rounding
  ) -> Int32 {
    let product = value.multipliedFullWidth(by: multiplier)
    let high = rounding == .halfUpThenAway ? fartherHigh(product.high, product.low) : product.high
    // Half is added where it is the lowest bit: floor((floor(h / 2^(p - 1)) + 1) / 2) = floor((h + 2^(p - 1)) / 2^p).
    return ((high &>> (Int32(truncatingIfNeeded: shift) &- 33)) &+ 1) &>> 1
  }

  /// The high half of a product that is 2^30 farther from zero. A call, as the compiler copies loops for each way of
  /// rounding, and few models take this one.
  @inline(never)
  private static func fartherHigh(_ high: Int32, _ low: UInt32) -> Int32 {
    // What 2^30 carries into the high half, or borrows from it.
    high >= 0 ? high &+ (low >= 0xC000_0000 ? 1 : 0) : high &- (low < 0x4000_0000 ? 1 : 0)
  }
}
