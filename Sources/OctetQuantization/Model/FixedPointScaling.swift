/// A real factor as the runtime multiplies by it: `multiplier / 2^shift`, with the multiplier in [2^30, 2^31).
package struct FixedPointScaling: Hashable, Sendable {
  package let multiplier: Int32
  /// 33 to 62.
  package let shift: UInt8

  package init(multiplier: Int32, shift: UInt8) {
    self.multiplier = multiplier
    self.shift = shift
  }

  /// Factors lie below this: `2^31 / 2^33`.
  package static let limit = 0.25
  /// The smallest factor: `2^30 / 2^62`.
  package static let smallest = 0x1p-32
  package static let shifts: ClosedRange<Int> = 33...62

  /// The pair nearest to `factor`, half going up; nil where no pair is near, because the factor is below `smallest`,
  /// not below `limit` once rounded, or no number.
  package init?(_ factor: Double) {
    guard factor >= Self.smallest, factor < Self.limit else { return nil }
    // factor = significand * 2^exponent with the significand in [1, 2). Scaling by a power of two is exact, and so is
    // the rounding to an integer of 31 bits: a double holds 53.
    var multiplier = (factor.significand * 0x1p30).rounded(.toNearestOrAwayFromZero)
    var shift = 30 - Int(factor.exponent)
    if multiplier == 0x1p31 {
      multiplier = 0x1p30
      shift -= 1
    }
    guard Self.shifts.contains(shift) else { return nil }
    self.init(multiplier: Int32(multiplier), shift: UInt8(shift))
  }

  /// What the pair stands for.
  package var factor: Double {
    Double(multiplier) * Double(sign: .plus, exponent: -Int(shift), significand: 1)
  }

  /// The pair nearest to `factor`, which is at most a rounding away from the limits.
  package init(clamping factor: Double) {
    let kept = min(max(factor, Self.smallest), Self.limit * (1 - 0x1p-40))
    self =
      FixedPointScaling(kept) ?? FixedPointScaling(multiplier: .max, shift: UInt8(Self.shifts.lowerBound))
  }

  /// The product with the factor, half going up.
  package func scaled(_ sum: Int) -> Int {
    (sum * Int(multiplier) + 1 << (Int(shift) - 1)) >> Int(shift)
  }
}
