/// From an accumulator to an output value: multiply, round, shift, add the zero point, clamp.
///
/// docs/NUMERICS.md defines both ways of rounding and proves that nothing here overflows.
package enum Requantization {
  /// `x * multiplier / 2^shift`, rounded to an integer, for a shift of 33 to 62.
  ///
  /// Once: half goes up. Twice: to a multiple of 2^31, half up, and then half away from zero; together that is one rounding
  /// of a product that is 2^30 farther from zero. With such shifts the high half of the product is all it takes.
  @inline(__always)
  package static func requantize(
    _ value: Int32, multiplier: Int32, shift: UInt8, roundsTwice: Bool
  ) -> Int32 {
    let product = value.multipliedFullWidth(by: multiplier)
    let high = roundsTwice ? fartherHigh(product.high, product.low) : product.high
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
