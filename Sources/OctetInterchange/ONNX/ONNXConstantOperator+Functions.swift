import OctetNetwork

/// Functions of each element, other types for it, and choices between two arrays.
extension ONNXConstantOperator {
  static let functions =
    [
      ONNXConstantOperator("Cast", cast),
      ONNXConstantOperator("CastLike") { inputs, attributes throws(GraphFailure) in
        if inputs.version >= 19 { _ = try attributes.flag("saturate") }
        return try cast(inputs.first, to: inputs.needed(1, "an array of the type").element)
      },
      ONNXConstantOperator("Clip", clip),
      ONNXConstantOperator("Where", choose),
      function("Ceil", integers: { $0 }) { $0.rounded(.up) },
      function("Floor", integers: { $0 }) { $0.rounded(.down) },
      // A tie goes to the even one.
      function("Round", integers: { $0 }) { $0.rounded(.toNearestOrEven) },
      function("Neg", integers: { -$0 }) { -$0 },
      function("Abs", integers: { abs($0) }) { abs($0) },
      function("Sign", integers: { $0.signum() }) { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
      function("Relu", integers: { max($0, 0) }) { max($0, 0) },
      function("Reciprocal") { 1 / $0 },
      ONNXConstantOperator("Not") { inputs, _ throws(GraphFailure) in
        guard inputs.first.element == .bool, let flags = inputs.first.sizes else {
          throw GraphFailure("turns round a constant that is no truth value")
        }
        let turned = flags.map { flag -> ONNXGraph.Size in
          if case .number(let value) = flag { .number(value == 0 ? 1 : 0) } else { .unknown }
        }
        return ONNXGraph.Tensor(inputs.first.shape, sizes: turned, .bool)
      },
    ]
    + [
      ("Exp", ValueFunction.Function.exp), ("Log", .log), ("Sqrt", .sqrt), ("Sigmoid", .sigmoid),
      ("Tanh", .tanh), ("Erf", .erf), ("Softplus", .softplus), ("Sin", .sin), ("Cos", .cos),
    ].map { name, called in
      let expression = ValueFunction.call(called, .argument)
      return function(name) { expression.value($0) }
    }

  private static func function(
    _ name: String, integers: (@Sendable (Int64) -> Int64)? = nil,
    _ floats: @escaping @Sendable (Double) -> Double
  ) -> ONNXConstantOperator {
    ONNXConstantOperator(name) { inputs, _ throws(GraphFailure) in
      let tensor = inputs.first
      if let integers, let sizes = tensor.sizes {
        var made: [ONNXGraph.Size] = []
        for size in sizes {
          guard case .number(let value) = size else {
            made.append(.unknown)
            continue
          }
          guard value > .min, tensor.element.range?.contains(integers(value)) != false else {
            throw GraphFailure("computes \(value), which overflows \(min(tensor.element.bits, 32)) bits")
          }
          made.append(.number(integers(value)))
        }
        return ONNXGraph.Tensor(tensor.shape, sizes: made, tensor.element)
      }
      guard tensor.element.isFloat, let numbers = tensor.numbers else {
        throw GraphFailure("takes constant integers, which it has no numbers for")
      }
      return ONNXGraph.Tensor(tensor.shape, numbers: numbers.map(floats), tensor.element)
    }
  }

  /// The ends are attributes before 11; one that is left out is none.
  private static func clip(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    var ends = [-Double.infinity, Double.infinity]
    for (place, name) in ["min", "max"].enumerated() {
      if inputs.version < 11 {
        if let given = attributes.take(name) {
          guard case .float(let end) = given else { throw GraphFailure("has an end that is no number") }
          ends[place] = Double(end)
        }
      } else if let given = inputs[place + 1] {
        guard given.count == 1, let end = given.numbers?[0], !end.isNaN else {
          throw GraphFailure("has an end that is not one number")
        }
        ends[place] = end
      }
    }
    let tensor = inputs.first
    guard let numbers = tensor.numbers else {
      throw GraphFailure("cuts off sizes that \(ONNXGraph.Tensor.followFromBatch)")
    }
    let cut = numbers.map { min(max($0, ends[0]), ends[1]) }
    guard !tensor.element.isFloat else { return ONNXGraph.Tensor(tensor.shape, numbers: cut, tensor.element) }
    let whole = cut.compactMap { Int64(exactly: $0) }
    guard whole.count == cut.count else { throw GraphFailure("has ends that are no integers") }
    return ONNXGraph.Tensor(tensor.shape, integers: whole, tensor.element)
  }

  private static func choose(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let (yes, no) = (try inputs.needed(1, "a value"), try inputs.needed(2, "another value"))
    let shape = try ONNXGraph.Tensor.broadcast(
      ONNXGraph.Tensor.broadcast(inputs.first.shape, yes.shape), no.shape)
    try check(shape)
    guard yes.element == no.element else {
      throw GraphFailure("takes from constants of different element types")
    }
    guard inputs.first.element == .bool, let flags = inputs.first.broadcast(to: shape).sizes else {
      throw GraphFailure("has a condition that is no truth value")
    }
    let (first, second) = (yes.broadcast(to: shape), no.broadcast(to: shape))
    if let left = first.sizes, let right = second.sizes {
      let chosen = flags.indices.map { index -> ONNXGraph.Size in
        guard case .number(let flag) = flags[index] else {
          return left[index] == right[index] ? left[index] : .unknown
        }
        return flag != 0 ? left[index] : right[index]
      }
      return ONNXGraph.Tensor(shape, sizes: chosen, yes.element)
    }
    guard let left = first.numbers, let right = second.numbers, inputs.first.integers != nil else {
      throw GraphFailure("takes by a condition that \(ONNXGraph.Tensor.followFromBatch)")
    }
    let chosen = flags.indices.map { flags[$0] == .number(0) ? right[$0] : left[$0] }
    return ONNXGraph.Tensor(shape, numbers: chosen, yes.element)
  }

  // MARK: types

  private static func cast(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let type = try attributes.integer("to", otherwise: 0)
    // It is about types that are refused.
    if inputs.version >= 19 { _ = try attributes.flag("saturate") }
    guard let element = ONNXGraph.Element(rawValue: Int64(type)) else {
      throw GraphFailure("casts to element type \(type); \(ONNXGraph.Element.names) are supported")
    }
    return try cast(inputs.first, to: element)
  }

  private static func cast(_ tensor: ONNXGraph.Tensor, to element: ONNXGraph.Element) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    if tensor.element == element { return tensor }
    if let sizes = tensor.sizes, let range = element.range {
      var made: [ONNXGraph.Size] = []
      for size in sizes {
        guard case .number(let value) = size else {
          made.append(element.bits >= 32 ? size : .unknown)
          continue
        }
        if element == .bool {
          made.append(.number(value == 0 ? 0 : 1))
        } else if element.bits < 64, !range.contains(value) {
          throw GraphFailure("makes integers of \(element.bits) bits of larger ones")
        } else {
          made.append(size)
        }
      }
      return ONNXGraph.Tensor(tensor.shape, sizes: made, element)
    }
    guard let numbers = tensor.numbers else {
      throw GraphFailure("makes floats of sizes that \(ONNXGraph.Tensor.followFromBatch)")
    }
    if element.isFloat { return ONNXGraph.Tensor(tensor.shape, numbers: numbers, element) }
    var wholes: [Int64] = []
    for value in numbers {
      if element == .bool {
        wholes.append(value == 0 ? 0 : 1)
        continue
      }
      // Cut off toward 0.
      guard let whole = Int64(exactly: value.rounded(.towardZero)),
        element.bits == 64 || element.range?.contains(whole) != false
      else { throw GraphFailure("makes an integer of \(value), which is too large") }
      wholes.append(whole)
    }
    return ONNXGraph.Tensor(tensor.shape, integers: wholes, element)
  }
}
