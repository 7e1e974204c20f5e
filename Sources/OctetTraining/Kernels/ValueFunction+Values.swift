import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What a function of one value gives, and its slope.
extension ValueFunction {
  package func value(_ argument: Double) -> Double {
    switch self {
    case .argument: argument
    case .number(let number): number
    case .call(let function, let inner): function.value(inner.value(argument))
    case .combined(let operation, let left, let right):
      operation.result(left.value(argument), right.value(argument))
    }
  }

  /// Numbers that are worked out together: enough that walking through the expression costs little.
  private static let piece = 256

  /// Puts the function's values in place of the arguments.
  func apply(_ values: UnsafeMutablePointer<Float>, count: Int) {
    for start in stride(from: 0, to: count, by: Self.piece) {
      let range = start..<min(start + Self.piece, count)
      let found = self.values(range.map { Double(values[$0]) })
      for (index, value) in zip(range, found) { values[index] = Float(value) }
    }
  }

  /// Multiplies a gradient by the slopes at the arguments.
  func multiplyDerivative(
    _ gradient: UnsafeMutablePointer<Float>, arguments: UnsafePointer<Float>, count: Int
  ) {
    for start in stride(from: 0, to: count, by: Self.piece) {
      let range = start..<min(start + Self.piece, count)
      let found = slopes(range.map { Double(arguments[$0]) }).slopes
      for (index, slope) in zip(range, found) { gradient[index] *= Float(slope) }
    }
  }

  private func values(_ arguments: [Double]) -> [Double] {
    switch self {
    case .argument: return arguments
    case .number(let number): return [Double](repeating: number, count: arguments.count)
    case .call(let function, let inner): return inner.values(arguments).map { function.value($0) }
    case .combined(let operation, let left, let right):
      var found = left.values(arguments)
      for (index, other) in right.values(arguments).enumerated() {
        found[index] = operation.result(found[index], other)
      }
      return found
    }
  }

  /// Values and slopes, by the rules of sums, products, quotients and chains.
  private func slopes(_ arguments: [Double]) -> (values: [Double], slopes: [Double]) {
    let count = arguments.count
    switch self {
    case .argument: return (arguments, [Double](repeating: 1, count: count))
    case .number(let number):
      return ([Double](repeating: number, count: count), [Double](repeating: 0, count: count))
    case .call(let function, let inner):
      var (values, slopes) = inner.slopes(arguments)
      for index in 0..<count {
        let value = function.value(values[index])
        slopes[index] *= function.slope(values[index], value: value)
        values[index] = value
      }
      return (values, slopes)
    case .combined(let operation, let left, let right):
      var (values, slopes) = left.slopes(arguments)
      let (others, otherSlopes) = right.slopes(arguments)
      for index in 0..<count {
        let (first, second) = (values[index], others[index])
        slopes[index] = operation.slope(first, second, slopes[index], otherSlopes[index])
        values[index] = operation.result(first, second)
      }
      return (values, slopes)
    }
  }
}

// Under other names, as the cases below have those of the C library.
private func exponential(_ x: Double) -> Double { exp(x) }
private func logarithm(_ x: Double) -> Double { log(x) }
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
private func errorFunction(_ x: Double) -> Double { erf(x) }
private func sine(_ x: Double) -> Double { sin(x) }
private func cosine(_ x: Double) -> Double { cos(x) }
private func arctangent(_ x: Double) -> Double { atan(x) }

extension ValueFunction.Function {
  package func value(_ x: Double) -> Double {
    switch self {
    case .exp: exponential(x)
    case .log: logarithm(x)
    case .sqrt: x.squareRoot()
    // The argument of the exponential is never above 0, so nothing overflows.
    case .sigmoid: x >= 0 ? 1 / (1 + exponential(-x)) : exponential(x) / (1 + exponential(x))
    case .tanh: hyperbolicTangent(x)
    case .erf: errorFunction(x)
    case .softplus: max(x, 0) + log1p(exponential(-x.magnitude))
    case .abs: x.magnitude
    case .sin: sine(x)
    case .cos: cosine(x)
    case .atan: arctangent(x)
    // Of floats, as all formats have between their operators: what is no whole number but for its last digits as a
    // double would else jump.
    case .floor: Double(Float(x).rounded(.down))
    case .round: Double(Float(x).rounded(.toNearestOrEven))
    case .step: x >= 0 ? 1 : 0
    }
  }

  /// - Parameter value: what the function gives for `x`.
  func slope(_ x: Double, value: Double) -> Double {
    switch self {
    case .exp: value
    case .log: 1 / x
    case .sqrt: 0.5 / value
    case .sigmoid: value * (1 - value)
    case .tanh: 1 - value * value
    case .erf: 2 / Double.pi.squareRoot() * exponential(-x * x)
    case .softplus: Self.sigmoid.value(x)
    case .abs: x >= 0 ? 1 : -1
    case .sin: cosine(x)
    case .cos: -sine(x)
    case .atan: 1 / (1 + x * x)
    case .floor, .round, .step: 0
    }
  }
}

extension ValueFunction.Operation {
  /// Where both are equal, a maximum or minimum follows the first.
  func slope(_ left: Double, _ right: Double, _ leftSlope: Double, _ rightSlope: Double) -> Double {
    switch self {
    case .add: leftSlope + rightSlope
    case .subtract: leftSlope - rightSlope
    case .multiply: leftSlope * right + rightSlope * left
    case .divide: (leftSlope - rightSlope * left / right) / right
    case .maximum: left >= right ? leftSlope : rightSlope
    case .minimum: left <= right ? leftSlope : rightSlope
    case .gate: left == 0 ? 0 : rightSlope
    }
  }
}
