import Octet

/// A real factor as the runtime multiplies by it: `multiplier / 2^shift`, with the multiplier 0 or in [2^30, 2^31).
package struct FixedPointScaling: Hashable, Sendable {
  package let multiplier: Int32
  /// 27 to 62.
  package let shift: UInt8

  package init(multiplier: Int32, shift: UInt8) {
    self.multiplier = multiplier
    self.shift = shift
  }

  /// The factors that the quantizer chooses lie below this: an output's step is never finer than that of what it is
  /// made of.
  package static let limit = 1.0
  /// The smallest factor but 0: `2^30 / 2^62`.
  package static let smallest = 0x1p-32
  package static let shifts: ClosedRange<Int> = 27...62

  /// The pair nearest to `factor`, half going up; nil where no pair is near, because the factor is not below 16 once
  /// rounded, or no number, or negative.
  ///
  /// With a factor below `smallest` no sum of 32 bits comes to half a step, so it is as good as 0.
  package init?(_ factor: Double) {
    guard factor >= 0, factor < 16 else { return nil }
    guard factor >= Self.smallest else {
      self.init(multiplier: 0, shift: UInt8(Self.shifts.upperBound))
      return
    }
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

  /// The factor of a mean that rounds half up, of values that are not below zero: `1 / (256 * cells)`, rounded up.
  ///
  /// A product is then never below the true one, nor above it by more than `255 * 2^-30`, while the fractions of a mean
  /// are `1 / (2 * cells)` apart or more: so each mean is rounded as the true one is.
  package init(meanOf cells: Int) {
    let divisor = 256 * cells
    let places = Int.bitWidth - 1 - divisor.leadingZeroBitCount
    let isPower = divisor.nonzeroBitCount == 1
    let shift = isPower ? 30 + places : 31 + places
    self.init(multiplier: Int32((1 << shift + divisor - 1) / divisor), shift: UInt8(shift))
  }

  /// What the pair stands for.
  package var factor: Double {
    Double(multiplier) * Double(sign: .plus, exponent: -Int(shift), significand: 1)
  }

  /// The pair nearest to `factor`, which is at most a rounding away from the limits.
  package init(clamping factor: Double) {
    let kept = min(max(factor, Self.smallest), Self.limit * (1 - 0x1p-40))
    self = FixedPointScaling(kept) ?? FixedPointScaling(multiplier: .max, shift: 31)
  }

  /// The product with the factor, half going up.
  package func scaled(_ sum: Int) -> Int {
    (sum * Int(multiplier) + 1 << (Int(shift) - 1)) >> Int(shift)
  }

  /// The product with the factor, rounded to a multiple of 2^31 half going up and then half away from zero.
  func scaledTwice(_ value: Int) -> Int {
    guard shift > 31 else { return scaled(value) }
    let first = (value * Int(multiplier) + 1 << 30) >> 31
    let size = (abs(first) + 1 << (Int(shift) - 32)) >> (Int(shift) - 31)
    return first < 0 ? -size : size
  }

  /// The factor of a sum of so many cells as TensorFlow Lite's MEAN works it out: the multiplier of the scales' ratio
  /// is divided as an integer, cut off, and not brought to 31 bits again. Nil where the ratio is too large, or so small
  /// that the multiplier would lose more than a bit.
  package init?(liteMean ratio: Double, cells: Int) {
    // A ratio of 16 or more may be none once it is divided. By a power of two it keeps its digits.
    let lowered = ratio < 1 ? 0 : 20
    guard let whole = FixedPointScaling(ratio * Double(sign: .plus, exponent: -lowered, significand: 1)),
      whole.multiplier > 0
    else { return nil }
    let exponent = 31 - Int(whole.shift) + lowered
    let places = Int.bitWidth - 1 - cells.leadingZeroBitCount
    guard places <= 31 + exponent, Self.shifts.contains(31 - exponent + places) else { return nil }
    // Where the exponent is above 0 the sum is shifted up first, which must not leave 32 bits.
    guard exponent - places <= 0 || 255 * cells << (exponent - places) < 1 << 31 else { return nil }
    self.init(
      multiplier: Int32((Int(whole.multiplier) << places) / cells), shift: UInt8(31 - exponent + places))
  }
}
