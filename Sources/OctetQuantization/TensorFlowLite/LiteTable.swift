import Octet
import OctetInterchange
import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The 256 results of an operator of one value in a full-integer .tflite file, with the steps in which LiteRT's
/// reference kernels compute it: some in float, some in integers, each rounded as there.
struct LiteTable {
  struct Failure: Error {
    let reason: String
  }

  let from: IntegerLayer.Encoding
  let to: IntegerLayer.Encoding

  /// In the order of the input's integers, that of -128 first.
  func values(_ function: Graph.Function) throws(Failure) -> [Int8] {
    switch function {
    // QUANTIZE takes the ratio of the scales in double, the others in float.
    case .identity: return try rescaled(by: Double(from.scale) / Double(to.scale), -128...127)
    case .relu: return try clamped(0, nil)
    case .relu6: return try clamped(0, 6)
    case .reluN1To1: return try clamped(-1, 1)
    case .sigmoid:
      guard to.scale == 1 / 256 else {
        throw Failure(reason: "gives a scale of \(to.scale); LOGISTIC has 1/256")
      }
      return try floats(LiteFloats.function(function))
    case .tanh, .elu, .gelu, .geluTanh, .value(.call(.exp, .argument)):
      return try floats(LiteFloats.function(function))
    case .leakyReLU(let slope): return try leaky(slope)
    case .hardSwish: return try LiteHardSwish(from: from, to: to).values()
    case .value(.call(.abs, .argument)): return try magnitudes()
    case .value(.call(.log, .argument)):
      // What has no logarithm becomes the smallest integer.
      let least = Float(-128 - to.zeroPoint) * to.scale
      return try floats { $0 > 0 ? Float(log(Double($0))) : least }
    case .value(.call(.sqrt, .argument)): return try roots()
    case .value(LiteInverseRoot.function): return try LiteInverseRoot(from: from, to: to).values()
    case .value(.smaller(.argument, .number(0))) where from == to:
      return (-128...127).map { Int8(min($0, from.zeroPoint)) }
    case .value: throw Failure(reason: "is a function that is supported of floats only")
    }
  }

  /// What floats become by QUANTIZE, one for each integer of the input, that of -128 first.
  func quantized(_ floats: [Float]) throws(Failure) -> [Int8] {
    var values: [Int8] = []
    for float in floats {
      let value = (float / to.scale).rounded(.toNearestOrAwayFromZero)
      // LiteRT makes an integer of 32 bits of it, which larger ones are not.
      guard value.magnitude < 0x1p30 else {
        throw Failure(
          reason:
            "makes integers of \(float), which is \(float.isNaN ? "no number" : "too large for its scale")")
      }
      values.append(Int8(min(max(Int(value) + to.zeroPoint, -128), 127)))
    }
    return values
  }

  /// Roots, which are cut off to whole steps. Below 0, where LiteRT stops with an error, the root of 0.
  private func roots() throws(Failure) -> [Int8] {
    try (-128...127).map { integer throws(Failure) in
      let root = (from.scale * Float(max(integer - from.zeroPoint, 0))).squareRoot() / to.scale
      guard root < 0x1p30 else { throw Failure(reason: "gives a scale of \(to.scale), which is too small") }
      return Int8(min(max(Int(root) + to.zeroPoint, -128), 127))
    }
  }

  /// One factor for what is below 0, another for the rest; each product is rounded twice.
  private func leaky(_ slope: Float) throws(Failure) -> [Int8] {
    let ratios = [from.scale * slope / to.scale, from.scale / to.scale]
    let factors = ratios.map { FixedPointScaling(Double($0.magnitude)) }
    guard let below = factors[0], let above = factors[1] else {
      throw Failure(reason: "has scales with the ratios \(ratios); they must be below 16")
    }
    return (-128...127).map { integer in
      let value = integer - from.zeroPoint
      // A negative factor is that of the negated value: halves go away from zero in the second rounding alone, so a
      // value is negated first, as LiteRT multiplies by a negative number.
      let scaled = value >= 0 ? above.scaledTwice(value) : below.scaledTwice(slope < 0 ? -value : value)
      return Int8(min(max(scaled + to.zeroPoint, -128), 127))
    }
  }

  private func clamped(_ low: Float, _ high: Float?) throws(Failure) -> [Int8] {
    func place(_ value: Float) -> Int {
      let integer = (value / to.scale).rounded(.toNearestOrAwayFromZero)
      // Far outside the type, where it is cut off.
      return to.zeroPoint + Int(min(max(integer, -1e6), 1e6))
    }
    let limits = max(place(low), -128)...max(min(high.map(place) ?? 127, 127), max(place(low), -128))
    return try rescaled(by: Double(from.scale / to.scale), limits)
  }

  /// A product that is rounded twice.
  private func rescaled(by ratio: Double, _ limits: ClosedRange<Int>) throws(Failure) -> [Int8] {
    guard let factor = FixedPointScaling(ratio) else {
      throw Failure(reason: "has scales with the ratio \(ratio); it must be below 16")
    }
    return (-128...127).map { integer in
      let value = factor.scaledTwice(integer - from.zeroPoint) + to.zeroPoint
      return Int8(min(max(min(max(value, limits.lowerBound), limits.upperBound), -128), 127))
    }
  }

  /// Distances from zero, which are rounded twice where the scales differ.
  private func magnitudes() throws(Failure) -> [Int8] {
    guard let factor = FixedPointScaling(Double(from.scale / to.scale)) else {
      throw Failure(reason: "has scales with the ratio \(from.scale / to.scale); it must be below 16")
    }
    return (-128...127).map { integer in
      let distance = abs(integer - from.zeroPoint)
      let value = from.scale == to.scale ? distance : factor.scaledTwice(distance)
      return Int8(min(max(value + to.zeroPoint, -128), 127))
    }
  }

  /// A function of floats; LiteRT multiplies by the inverse of the scale.
  private func floats(_ function: (Float) -> Float) throws(Failure) -> [Int8] {
    let inverse = 1 / to.scale
    // Of a scale too small for that, 0 would be no number.
    guard inverse.isFinite else { throw Failure(reason: "gives a scale of \(to.scale), which is too small") }
    var values: [Int8] = []
    for integer in -128...127 {
      let value = function(from.scale * Float(integer - from.zeroPoint)) * inverse
      let moved = value.rounded(.toNearestOrAwayFromZero) + Float(to.zeroPoint)
      guard !moved.isNaN else {
        throw Failure(reason: "is no number for the input \(from.scale * Float(integer - from.zeroPoint))")
      }
      values.append(Int8(min(max(moved, -128), 127)))
    }
    return values
  }
}
