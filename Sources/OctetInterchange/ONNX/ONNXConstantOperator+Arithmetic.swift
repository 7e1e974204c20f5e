#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Arithmetic on constants, element by element, with broadcasting.
///
/// Floats are computed in the type of the file and rounded to it. Integers that leave their type, or 32 bits, are
/// refused: the format wraps some of them and leaves others open.
extension ONNXConstantOperator {
  static let arithmetic = [
    two("Add", +) { $0.addingReportingOverflow($1) },
    two("Sub", -) { $0.subtractingReportingOverflow($1) },
    two("Mul", *) { $0.multipliedReportingOverflow(by: $1) },
    // Integers are cut off toward 0. A division by 0 overflows too.
    two("Div", /) { $0.dividedReportingOverflow(by: $1) },
    two("Pow", { pow($0, $1) }, power, mixesTypes: true),
    ONNXConstantOperator("Mod", modulo),
    several("Max", { max($0, $1) }, integers: { max($0, $1) }),
    several("Min", { min($0, $1) }, integers: { min($0, $1) }),
    several("Sum", +),
    several("Mean", +, isMean: true),
    compare("Equal", isFixed: { $0 <= 0 ? false : nil }) { $0 == $1 },
    compare("Greater", isFixed: { $0 <= 0 ? true : nil }) { $0 > $1 },
    compare("GreaterOrEqual", isFixed: { $0 <= 1 ? true : nil }) { $0 >= $1 },
    compare("Less", isFixed: { $0 <= 1 ? false : nil }) { $0 < $1 },
    compare("LessOrEqual", isFixed: { $0 <= 0 ? false : nil }) { $0 <= $1 },
    logic("And") { $0 && $1 }, logic("Or") { $0 || $1 }, logic("Xor") { $0 != $1 },
  ]

  typealias Integers = @Sendable (Int64, Int64) -> (partialValue: Int64, overflow: Bool)

  private static func two(
    _ name: String, _ floats: @escaping @Sendable (Double, Double) -> Double, _ integers: @escaping Integers,
    mixesTypes: Bool = false
  ) -> ONNXConstantOperator {
    ONNXConstantOperator(
      name,
      { inputs, _ throws(GraphFailure) in
        guard inputs.all.count == 2, let second = inputs[1] else { throw GraphFailure("has no input 1") }
        return try combined(name, inputs.first, second, floats, integers, mixesTypes: mixesTypes)
      })
  }

  private static func power(_ base: Int64, _ exponent: Int64) -> (partialValue: Int64, overflow: Bool) {
    guard exponent >= 0, exponent <= 64 || base.magnitude <= 1 else { return (0, true) }
    if base.magnitude <= 1, exponent > 0 { return (exponent % 2 == 0 ? base * base : base, false) }
    var result: Int64 = 1
    for _ in 0..<exponent {
      let (next, overflow) = result.multipliedReportingOverflow(by: base)
      if overflow { return (0, true) }
      result = next
    }
    return (result, false)
  }

  private static func combined(
    _ name: String, _ first: ONNXGraph.Tensor, _ second: ONNXGraph.Tensor,
    _ floats: (Double, Double) -> Double, _ integers: Integers?, mixesTypes: Bool = false
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    let shape = try ONNXGraph.Tensor.broadcast(first.shape, second.shape)
    try check(shape)
    let element = first.element
    guard element == second.element || mixesTypes else {
      throw GraphFailure("combines constants of different element types")
    }
    let (left, right) = (first.broadcast(to: shape), second.broadcast(to: shape))
    if let left = left.sizes, let right = right.sizes {
      guard let integers else { throw GraphFailure("combines integers, which are no numbers for it") }
      var results: [ONNXGraph.Size] = []
      for (one, other) in zip(left, right) {
        results.append(try size(name, one, other, element, integers))
      }
      return ONNXGraph.Tensor(shape, sizes: results, element)
    }
    guard element.isFloat, let left = left.numbers, let right = right.numbers else {
      throw GraphFailure("combines constants of different element types")
    }
    // Rounded from double, a result of two floats is that of floats for sums, products and quotients.
    return ONNXGraph.Tensor(shape, numbers: zip(left, right).map(floats), element)
  }

  /// The batch stays what it is where nothing is added to it, and can be multiplied by a number.
  static func size(
    _ name: String, _ one: ONNXGraph.Size, _ other: ONNXGraph.Size, _ element: ONNXGraph.Element,
    _ integers: Integers
  ) throws(GraphFailure) -> ONNXGraph.Size {
    switch (one, other) {
    case (.number(let one), .number(let other)):
      let (result, overflow) = integers(one, other)
      guard !overflow, element.range?.contains(result) != false else {
        throw GraphFailure(
          "computes \(one) and \(other), which overflows \(min(element.bits, 32)) bits")
      }
      return .number(result)
    case (.batches, .number(0)) where name == "Add" || name == "Sub": return one
    case (.number(0), .batches) where name == "Add": return other
    case (.batches(let count), .number(let factor)) where name == "Mul": return count.batches(times: factor)
    case (.number(let factor), .batches(let count)) where name == "Mul": return count.batches(times: factor)
    case (.batches(let count), .number(let divisor))
    where name == "Div" && divisor > 0 && count % divisor == 0:
      return .batches(count / divisor)
    case (.batches, .number(let limit)) where name == "Max" && limit <= 1: return one
    case (.number(let limit), .batches) where name == "Max" && limit <= 1: return other
    default: return .unknown
    }
  }

  /// Any number of arrays, two at a time.
  private static func several(
    _ name: String, _ floats: @escaping @Sendable (Double, Double) -> Double,
    integers: (@Sendable (Int64, Int64) -> Int64)? = nil, isMean: Bool = false
  ) -> ONNXConstantOperator {
    var whole: Integers?
    if let integers { whole = { (integers($0, $1), false) } }
    let combine = whole
    return ONNXConstantOperator(
      name,
      { inputs, _ throws(GraphFailure) in
        var result = inputs.first
        for input in inputs.all.dropFirst() {
          guard let input else { throw GraphFailure("has an input that is left out") }
          result = try combined(name, result, input, floats, combine)
        }
        guard isMean, let sums = result.numbers else { return result }
        return ONNXGraph.Tensor(
          result.shape, numbers: sums.map { $0 / Double(inputs.all.count) }, result.element)
      })
  }

  /// The sign is that of the divisor, unless `fmod` asks for that of the dividend.
  private static func modulo(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let keepsSign = try attributes.flag("fmod")
    let second = try inputs.needed(1, "a divisor")
    guard keepsSign || !inputs.first.element.isFloat else {
      throw GraphFailure("takes floats without fmod 1")
    }
    return try combined("Mod", inputs.first, second, { fmod($0, $1) }) { one, other in
      let (rest, overflow) = one.remainderReportingOverflow(dividingBy: other)
      return (keepsSign || rest == 0 || (rest < 0) == (other < 0) ? rest : rest + other, overflow)
    }
  }

  // MARK: conditions

  /// - Parameter isFixed: what is true of any batch and a number, if anything is.
  private static func compare(
    _ name: String, isFixed: @escaping @Sendable (Int64) -> Bool?,
    _ holds: @escaping @Sendable (Double, Double) -> Bool
  ) -> ONNXConstantOperator {
    ONNXConstantOperator(
      name,
      { inputs, _ throws(GraphFailure) in
        let second = try inputs.needed(1, "a second array")
        let shape = try ONNXGraph.Tensor.broadcast(inputs.first.shape, second.shape)
        try check(shape)
        guard inputs.first.element == second.element else {
          throw GraphFailure("compares constants of different element types")
        }
        let (left, right) = (inputs.first.broadcast(to: shape), second.broadcast(to: shape))
        if let left = left.sizes, let right = right.sizes {
          let results = zip(left, right).map { one, other -> ONNXGraph.Size in
            switch (one, other) {
            // Both as they are: doubles do not hold all integers.
            case (.number(let one), .number(let other)):
              let order: Double = one == other ? 0 : one < other ? -1 : 1
              return .number(holds(order, 0) ? 1 : 0)
            case (.batches, .number(let number)):
              return isFixed(number).map { .number($0 ? 1 : 0) } ?? .unknown
            default: return .unknown
            }
          }
          return ONNXGraph.Tensor(shape, sizes: results, .bool)
        }
        guard let left = left.numbers, let right = right.numbers else {
          throw GraphFailure("compares constants of different element types")
        }
        return ONNXGraph.Tensor(shape, integers: zip(left, right).map { holds($0, $1) ? 1 : 0 }, .bool)
      })
  }

  private static func logic(_ name: String, _ holds: @escaping @Sendable (Bool, Bool) -> Bool)
    -> ONNXConstantOperator
  {
    ONNXConstantOperator(
      name,
      { inputs, _ throws(GraphFailure) in
        let second = try inputs.needed(1, "a second array")
        guard inputs.first.element == .bool, second.element == .bool else {
          throw GraphFailure("combines constants that are no truth values")
        }
        return try combined(name, inputs.first, second, +) { (holds($0 != 0, $1 != 0) ? 1 : 0, false) }
      })
  }
}

extension Int64 {
  /// The batch so often that many times. What is not positive, or large, is no size that an array can have.
  fileprivate func batches(times factor: Int64) -> ONNXGraph.Size {
    let (count, isTooLarge) = multipliedReportingOverflow(by: factor)
    return factor > 0 && !isTooLarge && count < 1 << 31 ? .batches(count) : .unknown
  }
}
