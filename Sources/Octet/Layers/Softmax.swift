extension LayerKind {
  /// What share the exponential of each channel has in those of all channels at its place.
  package enum Softmax {
    @inline(__always)
    package static var traits: LayerTraits { .softmax | .keepsChannels }

    /// A factor and a shift, which bring differences of the input to `ExponentialNumber`.
    static var constantsBytes: UInt32 { 16 }
    /// More channels could make the sum larger than its type.
    static var mostChannels: UInt16 { 4_095 }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let exponential = ScaledExponential(shape, run.model)
      let channels = Int(shape.input.channels)
      let values = run.rows(step.source)[0]
      let target = run.memory.place(step.target).assumingMemoryBound(to: Int8.self)
      var start = 0
      for _ in 0..<Int(shape.input.width) {
        exponential.writeShares(values + start, count: channels, to: target + start)
        start &+= channels
      }
    }
  }
}

/// The exponential of a difference of two integers, as the fixed-point arithmetic that TensorFlow Lite's reference
/// kernels use has it.
///
/// docs/NUMERICS.md defines each step. Numbers are of 32 bits; `Q n` has `n` binary digits before the point.
struct ScaledExponential {
  private let multiplier: Int32
  private let shift: Int32
  /// Differences below this one count as minus infinity.
  private let lowest: Int32

  init(_ shape: LayerShape, _ model: ModelRecords) {
    let offset = shape.layer.constantsOffset
    multiplier = Int32(bitPattern: model.bytes.word(offset))
    shift = Int32(model.bytes.byte(offset &+ 4))
    lowest = -((31 &<< 26) &>> shift)
  }

  /// - Parameter difference: not above 0.
  /// - Returns: in Q 0; nil for 0.
  private func value(_ difference: Int32) -> Int32? {
    guard difference >= lowest else { return nil }
    return FixedPoint.exponential(FixedPoint.product(difference &<< shift, multiplier))
  }

  func writeShares(
    _ values: UnsafePointer<Int8>, count: Int, to target: UnsafeMutablePointer<Int8>
  ) {
    var largest = values[0]
    for index in 1..<count { largest = max(largest, values[index]) }
    var sum: Int32 = 0
    for index in 0..<count {
      // From Q 0 to Q 12.
      if let value = value(Int32(values[index]) &- Int32(largest)) { sum &+= FixedPoint.halved(value, 12) }
    }
    // The sum is at least 1, so it has at most 12 leading zeros.
    var zeros: Int32 = 0
    while sum &<< zeros > 0 { zeros &+= 1 }
    let reciprocal = FixedPoint.reciprocal(UInt32(bitPattern: sum) &<< UInt32(bitPattern: zeros))
    for index in 0..<count {
      guard let value = value(Int32(values[index]) &- Int32(largest)) else {
        target[index] = -128
        continue
      }
      let share = FixedPoint.halved(FixedPoint.product(reciprocal, value), 12 &- zeros &+ 31 &- 8)
      target[index] = Int8(truncatingIfNeeded: min(max(share &- 128, -128), 127))
    }
  }
}

/// Arithmetic on numbers of 32 bits with a point.
enum FixedPoint {
  /// The product of two numbers of Q 0, or of Q 0 and Q n: `a * b / 2^31`, half up.
  @inline(__always)
  static func product(_ a: Int32, _ b: Int32) -> Int32 {
    let product = a.multipliedFullWidth(by: b)
    let low = product.low &+ 1 &<< 30
    let high = product.high &+ (low < product.low ? 1 : 0)
    // Both are never -2^31 here, so it fits.
    return high &<< 1 | Int32(bitPattern: low &>> 31)
  }

  /// `value / 2^places`, half away from zero, for 1 to 34 places; beyond 31 only for a value that is not below 0.
  @inline(__always)
  static func halved(_ value: Int32, _ places: Int32) -> Int32 {
    guard places <= 31 else { return 0 }
    let mask = Int32(bitPattern: (UInt32(1) &<< UInt32(bitPattern: places)) &- 1)
    let isUp = value & mask > (mask &>> 1) &+ (value < 0 ? 1 : 0)
    return (value &>> places) &+ (isUp ? 1 : 0)
  }

  /// `e^value` in Q 0, for a value of Q 5 that is not above 0.
  ///
  /// The value is a multiple of 1/4 and a rest in [-1/4, 0). The power of the rest is a polynomial around -1/8, that of
  /// the multiple a product of one constant for each of its binary digits.
  static func exponential(_ value: Int32) -> Int32 {
    guard value != 0 else { return .max }
    let quarter: Int32 = 1 &<< 24
    let rest = (value & (quarter &- 1)) &- quarter
    // In Q 0, around -1/8.
    let x = (rest &<< 5) &+ (1 &<< 28)
    let x2 = product(x, x)
    let x3 = product(x2, x)
    let x4 = product(x2, x2)
    // x^4/24 + x^3/6 + x^2/2.
    let higher = halved(product(halved(x4, 2) &+ x3, 715_827_883) &+ x2, 1)
    var power = 1_895_147_668 &+ product(1_895_147_668, x &+ higher)
    let multiple = rest &- value
    let powers: InlineArray<7, Int32> = [
      // e^-(1/4), e^-(1/2), e^-1 … e^-16.
      1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
    ]
    for digit in 0..<7 where multiple & (quarter &<< Int32(truncatingIfNeeded: digit)) != 0 {
      power = product(power, powers[digit])
    }
    return power
  }

  /// `2^31 / whole` in Q 0, for a whole of 2^31 to 2^32 - 1, by three steps of Newton's method.
  static func reciprocal(_ whole: UInt32) -> Int32 {
    let half = Int32(bitPattern: whole &>> 1)
    // In Q 2: 48/17 - 32/17 * half.
    var x = 1_515_870_810 &+ product(half, -1_010_580_540)
    for _ in 0..<3 {
      let error = (1 &<< 29) &- product(half, x)
      x = x &+ raised(product(x, error), 2)
    }
    // It is twice the reciprocal, in Q 2.
    return raised(x, 1)
  }

  /// `value * 2^places`, or the number of 32 bits that is nearest to it.
  private static func raised(_ value: Int32, _ places: Int32) -> Int32 {
    if value > Int32.max &>> places { return .max }
    if value < Int32.min &>> places { return .min }
    return value &<< places
  }
}
