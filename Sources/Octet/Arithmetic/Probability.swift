/// Integer softmax and sigmoid, in 1/65,536, as docs/NUMERICS.md defines them.
enum Probability {
  static let one: UInt32 = 65_536

  /// 1 in the fixed point of `power`.
  static let unit: UInt32 = 1 << 22

  /// `round(2^22 * 2^(-i / 64))`
  static let powers: InlineArray<65, UInt32> = [
    4_194_304, 4_149_123, 4_104_429, 4_060_216, 4_016_479, 3_973_214, 3_930_414, 3_888_076,
    3_846_194, 3_804_763, 3_763_778, 3_723_234, 3_683_128, 3_643_453, 3_604_206, 3_565_381,
    3_526_975, 3_488_983, 3_451_399, 3_414_221, 3_377_443, 3_341_061, 3_305_071, 3_269_469,
    3_234_251, 3_199_411, 3_164_947, 3_130_854, 3_097_129, 3_063_767, 3_030_764, 2_998_116,
    2_965_821, 2_933_873, 2_902_269, 2_871_006, 2_840_080, 2_809_486, 2_779_223, 2_749_285,
    2_719_670, 2_690_373, 2_661_393, 2_632_724, 2_604_365, 2_576_310, 2_548_558, 2_521_105,
    2_493_948, 2_467_083, 2_440_508, 2_414_219, 2_388_213, 2_362_487, 2_337_038, 2_311_864,
    2_286_960, 2_262_325, 2_237_956, 2_213_848, 2_190_001, 2_166_410, 2_143_074, 2_119_988,
    2_097_152,
  ]

  /// About `2^22 * 2^(-distance * step / 2^24)`: `e` to the minus distance, in steps of the logits.
  static func power(_ distance: UInt32, step: UInt32) -> UInt32 {
    let product = distance.multipliedFullWidth(by: step)
    // floor(product / 2^8) if that fits 32 bits.
    guard product.high < 256 else { return 0 }
    let exponent = (product.high &<< 24) | (product.low &>> 8)
    let whole = exponent &>> 16
    guard whole <= 22 else { return 0 }
    let interval = Int((exponent &>> 10) & 63)
    let rest = exponent & 1023
    // The difference is below 2^16, so its product with 1023 fits.
    let fall = (powers[interval] &- powers[interval &+ 1]) &* rest
    return (powers[interval] &- ((fall &+ 512) &>> 10)) &>> whole
  }

  /// `a / b` in 1/65,536, rounded half up, for `a <= b < 2^31`.
  static func share(_ a: UInt32, of b: UInt32) -> UInt32 {
    #if _pointerBitWidth(_64)
      return UInt32(truncatingIfNeeded: (UInt64(a) &<< 17 &+ UInt64(b)) / (2 &* UInt64(b)))
    #else
      // A long division, as small chips have no divider.
      if a == b { return one }
      var rest = a
      var quotient: UInt32 = 1
      // Until the first of 16 bits arrives behind the sixteenth; counted so, the compiler does not write the steps out.
      while quotient < one {
        rest &<<= 1
        quotient &<<= 1
        if rest >= b {
          rest &-= b
          quotient |= 1
        }
      }
      quotient &-= one
      // rest / b is the fraction that is left: half or more of it rounds up.
      return rest >= b &- rest ? quotient &+ 1 : quotient
    #endif
  }

  /// The probability that a logit stands for on its own.
  static func sigmoid(_ logit: Int32, step: UInt32) -> UInt32 {
    let other = power(logit.magnitude, step: step)
    return share(logit >= 0 ? unit : other, of: unit &+ other)
  }
}
