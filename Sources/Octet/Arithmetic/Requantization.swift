/// From an accumulator to an output value: multiply, round once, shift, add the zero point, clamp.
///
/// docs/NUMERICS.md defines it and proves that nothing here overflows.
package enum Requantization {
  /// `floor((x * multiplier + 2^(shift - 1)) / 2^shift)` for a shift of 33 to 62.
  ///
  /// With such shifts the low half of the product cannot carry into the result, so the high half is all it takes.
  @inline(__always)
  package static func requantize(_ value: Int32, multiplier: Int32, shift: UInt8) -> Int32 {
    let high = value.multipliedFullWidth(by: multiplier).high
    // Half is added where it is the lowest bit: floor((floor(h / 2^(p - 1)) + 1) / 2) = floor((h + 2^(p - 1)) / 2^p).
    return ((high &>> (Int32(truncatingIfNeeded: shift) &- 33)) &+ 1) &>> 1
  }
}
