import OctetNetwork

/// RSQRT of a full-integer .tflite file: `1 / sqrt(x)` with the steps in 32 bits in which LiteRT's kernel computes it.
struct LiteInverseRoot {
  static let function = ValueFunction.number(1) / .call(.sqrt, .argument)

  private let from: IntegerLayer.Encoding
  private let to: IntegerLayer.Encoding
  private let factor: FixedPointScaling

  init(from: IntegerLayer.Encoding, to: IntegerLayer.Encoding) throws(LiteTable.Failure) {
    // The root is taken in float, the ratio in double. The kernel's numbers are raised by 2^20.
    let ratio = 1 / Double(from.scale.squareRoot() * to.scale)
    guard let factor = FixedPointScaling(ratio * 0x1p-20) else {
      throw LiteTable.Failure(reason: "has scales with the ratio \(ratio); RSQRT takes ratios below 2^24")
    }
    (self.from, self.to, self.factor) = (from, to, factor)
  }

  /// The 256 results. Below 0, where LiteRT stops with an error, there is that of 0: the largest.
  func values() -> [Int8] {
    (-128...127).map { integer in
      guard integer > from.zeroPoint else { return 127 }
      let root = Self.inverseRoot(integer - from.zeroPoint)
      let raised = (root.multiplier << 20 + 1 << (30 + root.shift)) >> (31 + root.shift)
      return Int8(min(max(factor.scaledTwice(raised) + to.zeroPoint, -128), 127))
    }
  }

  /// `multiplier / 2^(31 + shift)` near `1 / sqrt(value)`, by five steps of Newton's method in fixed point.
  ///
  /// - Parameter value: above 0, at most 2^29.
  static func inverseRoot(_ value: Int) -> (multiplier: Int, shift: Int) {
    if value == 1 { return (Int(Int32.max), 0) }
    // The value is shifted by pairs of bits into 2^27 ..< 2^29, which stands for 0.5 ..< 2 after a half.
    let pairs = (Int32(value).leadingZeroBitCount - 1) / 2 - 1
    let shift = 11 - pairs
    // Three bits before the point, 28 behind it.
    let input = value << (2 * pairs - 1)
    let half = (input + 1) >> 1
    let oneAndHalf = 3 << 27
    var root = 1 << 28
    for _ in 0..<5 {
      let cube = limited(product(product(root, root), root) << 6)
      root = limited((product(oneAndHalf, root) - product(half, cube)) << 3)
    }
    // Half the root of 2, of 31 bits.
    let multiplier = product(root, 1_518_500_250)
    return shift < 0 ? (multiplier << -shift, 0) : (multiplier, shift)
  }

  private static func limited(_ value: Int) -> Int { min(max(value, Int(Int32.min)), Int(Int32.max)) }

  /// `a * b / 2^31`, rounded half up.
  private static func product(_ a: Int, _ b: Int) -> Int { (a * b + 1 << 30) >> 31 }
}
