/// HARD_SWISH of a full-integer .tflite file: `x * min(max(x + 3, 0), 6) / 6` with the steps in 16 bits in which
/// LiteRT's reference kernel computes it.
struct LiteHardSwish {
  private let from: IntegerLayer.Encoding
  private let to: IntegerLayer.Encoding
  /// The input's steps, raised by 2^7, to the output's.
  private let output: Factor
  /// The same to steps of which 2^15 are 3.
  private let relu: Factor

  /// `multiplier * 2^(exponent - 15)`.
  private struct Factor {
    let multiplier: Int
    let exponent: Int

    /// A multiplier of 31 bits, and then the upper 16 of it; nil for what is no factor.
    init?(_ factor: Float) {
      guard factor > 0, factor.isFinite else { return nil }
      var exponent = Int(factor.exponent) + 1
      // A float's 24 bits fit, so nothing is rounded.
      var multiplier = Int(Double(factor.significand) * 0x1p30)
      if exponent < -31 { (exponent, multiplier) = (0, 0) }
      let largest = Int(Int32.max)
      self.multiplier = multiplier >= largest - 1 << 15 ? Int(Int16.max) : (multiplier + 1 << 15) >> 16
      self.exponent = exponent
    }
  }

  init(from: IntegerLayer.Encoding, to: IntegerLayer.Encoding) throws(LiteTable.Failure) {
    let raised = from.scale / 128
    guard let output = Factor(raised / to.scale), output.exponent <= 0,
      let relu = Factor(raised / (Float(3) / 32_768))
    else {
      throw LiteTable.Failure(
        reason: "has scales with the ratio \(from.scale / to.scale); HARD_SWISH takes ratios below 128")
    }
    (self.from, self.to, self.output, self.relu) = (from, to, output, relu)
  }

  /// The 256 results.
  func values() throws(LiteTable.Failure) -> [Int8] {
    (-128...127).map { integer in
      // At most 255 * 128, which is below 2^15.
      let value = (integer - from.zeroPoint) << 7
      let wanted = Self.product(value, output.multiplier)
      var share = value
      if relu.exponent > 0 { share = Self.shifted(share, relu.exponent - 1) }
      share = Self.product(share, relu.multiplier)
      if relu.exponent > 0 { share = Self.shifted(share, 1) }
      if relu.exponent < 0 { share = Self.divided(share, -relu.exponent) }
      // From -1 … 1 to 0 … 1.
      share = (share + 1 << 15) >> 1
      let made = Self.divided(Self.cutProduct(share, wanted), -output.exponent)
      return Int8(min(max(made + to.zeroPoint, -128), 127))
    }
  }

  private static func limited(_ value: Int) -> Int { min(max(value, Int(Int16.min)), Int(Int16.max)) }

  private static func shifted(_ value: Int, _ places: Int) -> Int {
    // Beyond 16 places anything but 0 is at an end.
    limited(value << min(places, 16))
  }

  /// `2 * a * b / 2^16`, rounded half away from zero.
  private static func product(_ a: Int, _ b: Int) -> Int {
    let nudge = a * b >= 0 ? 1 << 14 : 1 - 1 << 14
    return limited((a * b + nudge) / (1 << 15))
  }

  /// The same cut off towards zero.
  private static func cutProduct(_ a: Int, _ b: Int) -> Int { limited(a * b / (1 << 15)) }

  /// By a power of two, rounded half away from zero.
  private static func divided(_ value: Int, _ places: Int) -> Int {
    guard places > 0 else { return value }
    let size = (value.magnitude + 1 << (places - 1)) >> places
    return value < 0 ? -Int(size) : Int(size)
  }
}
