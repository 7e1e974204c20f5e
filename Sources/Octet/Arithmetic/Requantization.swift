/// How a product, or a mean, is rounded to an integer. The raw value is the byte in the file.
///
///     exact value         -2.5  -1.5  -0.5   0.5   1.5   2.5
///     halfUp                -2    -1     0     1     2     3
///     halfUpThenAway        -3    -2    -1     1     2     3
///     awayFromZero          -3    -2    -1     1     2     3
///
/// `halfUpThenAway` differs from the last where the first of its two roundings makes a tie: a product that is less than
/// 2^30 from one.
public enum Rounding: UInt8, Sendable {
  /// Once, half going up: what Octet's own quantizer writes.
  case halfUp = 0
  /// To a multiple of 2^31, half going up, and then half away from zero, as TensorFlow Lite's reference kernels do in
  /// convolutions, sums of two values and means over axes.
  case halfUpThenAway = 1
  /// Once, half away from zero, as they do in products with a matrix and in average pools.
  case awayFromZero = 2

  /// Known to be false where a program is built without it.
  @inline(__always)
  package var isTwice: Bool { IncludedKinds.roundingTwice && self == .halfUpThenAway }
  /// Likewise.
  @inline(__always)
  package var isAway: Bool { IncludedKinds.roundingAway && self == .awayFromZero }
}

/// From an accumulator to an output value: multiply, round, shift, add the zero point, clamp.
///
/// docs/NUMERICS.md defines each way of rounding and proves that nothing here overflows.
package enum Requantization {
  /// `x * multiplier / 2^shift`, rounded to an integer, for a shift of 33 to 62.
  ///
  /// Rounding twice is one rounding of a product that is 2^30 farther from zero; rounding half away from zero is
  /// rounding half up where a product below zero is 1 smaller. With such shifts the high half of the product is all it
  /// takes.
  @inline(__always)
  package static func requantize(
    _ value: Int32, multiplier: Int32, shift: UInt8, _ rounding: Rounding
  ) -> Int32 {
    let product = value.multipliedFullWidth(by: multiplier)
    var high = product.high
    if rounding.isTwice {
      high = fartherHigh(high, product.low)
    } else if rounding.isAway {
      high = lowerHigh(high, product.low)
    }
    // Half is added where it is the lowest bit: floor((floor(h / 2^(p - 1)) + 1) / 2) = floor((h + 2^(p - 1)) / 2^p).
    return ((high &>> (Int32(truncatingIfNeeded: shift) &- 33)) &+ 1) &>> 1
  }

  /// The same for any shift of 27 to 62: where it is below 33, the result may be larger than 32 bits, and what is
  /// beyond 2^17 is cut off, which no clamp lets through.
  package static func requantizeCoarsely(
    _ value: Int32, multiplier: Int32, shift: UInt8, _ rounding: Rounding
  ) -> Int32 {
    guard shift < Limit.coarseShift else {
      return requantize(value, multiplier: multiplier, shift: shift, rounding)
    }
    // The factor is 1/8 or more, or 0, so values of more than 2^20 give no other result.
    let kept = min(max(value, -(1 &<< 20)), 1 &<< 20)
    return requantizeRaised(kept, multiplier: multiplier, shift: shift, rounding)
  }

  /// A product that is rounded twice, for a shift of 31 to 62 and a value of less than 2^29.
  @inline(never)
  package static func requantizeTwice(_ value: Int32, multiplier: Int32, shift: UInt8) -> Int32 {
    shift < Limit.coarseShift
      ? requantizeRaised(value, multiplier: multiplier, shift: shift, .halfUpThenAway)
      : requantize(value, multiplier: multiplier, shift: shift, .halfUpThenAway)
  }

  /// For a shift of less than 33: the value takes what is missing to 33, for which there must be room.
  private static func requantizeRaised(
    _ value: Int32, multiplier: Int32, shift: UInt8, _ rounding: Rounding
  ) -> Int32 {
    let missing = Int32(Limit.coarseShift) &- Int32(shift)
    guard rounding.isTwice else {
      return requantize(value &<< missing, multiplier: multiplier, shift: Limit.coarseShift, rounding)
    }
    // The first of two roundings is to a multiple of 2^31, so with a shift of 31 at most it is the only one.
    let first = requantize(
      value &<< max(missing, 2), multiplier: multiplier, shift: Limit.coarseShift, .halfUp)
    return missing >= 2 ? first : (first &+ (first < 0 ? 0 : 1)) &>> 1
  }

  /// The high half of a product that is 2^30 farther from zero. A call, as the compiler copies loops for each way of
  /// rounding, and few models take this one.
  @inline(never)
  private static func fartherHigh(_ high: Int32, _ low: UInt32) -> Int32 {
    // What 2^30 carries into the high half, or borrows from it.
    high >= 0 ? high &+ (low >= 0xC000_0000 ? 1 : 0) : high &- (low < 0x4000_0000 ? 1 : 0)
  }

  /// The high half of a product that is 1 smaller where it is below zero.
  @inline(never)
  private static func lowerHigh(_ high: Int32, _ low: UInt32) -> Int32 {
    high < 0 && low == 0 ? high &- 1 : high
  }

  /// `sum / count`, half away from zero.
  package static func mean(_ sum: Int32, of count: Int32) -> Int32 {
    let half = count / 2
    return (sum >= 0 ? sum &+ half : sum &- half) / count
  }
}
