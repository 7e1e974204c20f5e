/// From an accumulator to an output value: multiply, round, shift, add the zero point, clamp.
///
/// docs/NUMERICS.md defines both ways of rounding and proves that nothing here overflows.
package enum Requantization {
  /// `floor((x * multiplier + 2^(shift - 1)) / 2^shift)` for a shift of 33 to 62.
  @inline(__always)
  package static func requantize(_ value: Int32, multiplier: Int32, shift: UInt8) -> Int32 {
    shifted(value.multipliedFullWidth(by: multiplier).high, shift)
  }

  /// The product is rounded to a multiple of 2^31, half up, and that to a multiple of 2^shift, half away from zero.
  ///
  /// Together they are one rounding of a product that is 2^30 farther from zero.
  @inline(__always)
  package static func requantizeTwice(_ value: Int32, multiplier: Int32, shift: UInt8) -> Int32 {
    let product = Int64(value) &* Int64(multiplier) &+ (value < 0 ? -(1 << 30) : 1 << 30)
    return shifted(Int32(truncatingIfNeeded: product &>> 32), shift)
  }

  /// Rounds the high half of a product: with shifts of at least 33 the low half cannot carry into the result.
  @inline(__always)
  private static func shifted(_ high: Int32, _ shift: UInt8) -> Int32 {
    // Half is added where it is the lowest bit: floor((floor(h / 2^(p - 1)) + 1) / 2) = floor((h + 2^(p - 1)) / 2^p).
    ((high &>> (Int32(truncatingIfNeeded: shift) &- 33)) &+ 1) &>> 1
  }
}
