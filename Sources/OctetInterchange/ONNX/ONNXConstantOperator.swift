import OctetNetwork

/// An operator on constants.
///
/// Exporters compute shapes and weights with nodes. Where all that a node reads is constant, so is what it gives, and
/// it is worked out here by the operator's definition.
struct ONNXConstantOperator: ListedOperator {
  /// What a node reads.
  struct Inputs {
    let first: ONNXGraph.Tensor
    /// All of them; nil for one that is left out.
    let all: [ONNXGraph.Tensor?]
    /// The version of the standard operators.
    let version: Int

    subscript(place: Int) -> ONNXGraph.Tensor? { place < all.count ? all[place] : nil }
    var rank: Int { first.shape.count }
  }

  typealias Computation =
    @Sendable (Inputs, inout ONNXAttributes) throws(GraphFailure) -> ONNXGraph.Tensor

  let description: OperatorDescription
  private let compute: Computation

  private init(_ name: String, _ compute: @escaping Computation) {
    description = OperatorDescription(name: name, becomes: "nothing", conditions: "on constants")
    self.compute = compute
  }

  static let table = OperatorTable([
    ONNXConstantOperator("Add", add),
    ONNXConstantOperator("Cast", cast),
    ONNXConstantOperator("Concat", concat),
    ONNXConstantOperator("ConstantOfShape", constantOfShape),
    ONNXConstantOperator("Div", divide),
    ONNXConstantOperator("Flatten", flatten),
    ONNXConstantOperator("Gather", gather),
    ONNXConstantOperator("Identity", identity),
    ONNXConstantOperator("Mul", multiply),
    ONNXConstantOperator("Reshape", reshape),
    ONNXConstantOperator("Slice", slice),
    ONNXConstantOperator("Squeeze", squeeze),
    ONNXConstantOperator("Sub", subtract),
    ONNXConstantOperator("Transpose", transpose),
    ONNXConstantOperator("Unsqueeze", unsqueeze),
  ])

  /// Those that are read on constants only.
  static var others: [OperatorDescription] { table.descriptions.filter { Kinds.onnx[$0.name] == nil } }

  /// No constant made here has more elements.
  static let largestCount = 1 << 24

  /// - Parameter inputs: nil for one that is left out.
  func result(
    _ node: ONNXGraph.Node, _ inputs: [ONNXGraph.Tensor?], version: Int
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    guard let first = inputs.first, let first else { throw GraphFailure("has no input 0") }
    var attributes = ONNXAttributes(node)
    let made = try compute(Inputs(first: first, all: inputs, version: version), &attributes)
    try attributes.finish()
    return made
  }

  private static func axis(_ axis: Int, rank: Int) throws(GraphFailure) -> Int {
    guard (-rank..<rank).contains(axis) else { throw GraphFailure("has axis \(axis) of \(rank)") }
    return axis < 0 ? axis + rank : axis
  }

  private static func check(_ shape: [Int]) throws(GraphFailure) {
    var count = 1
    for size in shape {
      guard size >= 0, !count.multipliedReportingOverflow(by: size).overflow, count * size <= largestCount
      else {
        throw GraphFailure("makes a constant of shape \(shape), which is too large")
      }
      count *= size
    }
  }
}

// MARK: - arithmetic

extension ONNXConstantOperator {
  private static func add(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  { try arithmetic(inputs, +) { $0.addingReportingOverflow($1) } }

  private static func subtract(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  { try arithmetic(inputs, -) { $0.subtractingReportingOverflow($1) } }

  private static func multiply(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  { try arithmetic(inputs, *) { $0.multipliedReportingOverflow(by: $1) } }

  private static func divide(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  { try arithmetic(inputs, /) { $0.dividedReportingOverflow(by: $1) } }

  private static func arithmetic(
    _ inputs: Inputs, _ floats: (Float, Float) -> Float,
    _ integers: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    guard inputs.all.count == 2, let second = inputs[1] else { throw GraphFailure("has no input 1") }
    let shape = try ONNXGraph.Tensor.broadcast(inputs.first.shape, second.shape)
    try check(shape)
    switch (inputs.first.broadcast(to: shape).values, second.broadcast(to: shape).values) {
    case (.floats(let left), .floats(let right)):
      return ONNXGraph.Tensor(shape, floats: zip(left, right).map(floats))
    case (.integers(let left), .integers(let right)):
      var results: [Int64] = []
      for (one, other) in zip(left, right) {
        let (result, overflow) = integers(one, other)
        // The constants may be of 32 bits, where the format computes modulo 2^32.
        guard !overflow, Int32(exactly: result) != nil else {
          throw GraphFailure("computes \(one) and \(other), which overflows 32 bits")
        }
        results.append(result)
      }
      return ONNXGraph.Tensor(shape, integers: results)
    default: throw GraphFailure("combines floats with integers")
    }
  }

  /// To the file's element types.
  private static func cast(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let (tensor, type) = (inputs.first, try attributes.integer("to", otherwise: 0))
    switch (tensor.values, type) {
    case (.floats, 1), (.integers, 7): return tensor
    case (.integers(let values), 6):
      guard values.allSatisfy({ Int32(exactly: $0) != nil }) else {
        throw GraphFailure("makes integers of 32 bits of larger ones")
      }
      return tensor
    case (.integers(let values), 1): return ONNXGraph.Tensor(tensor.shape, floats: values.map { Float($0) })
    case (.floats(let values), 6), (.floats(let values), 7):
      guard values.allSatisfy({ abs($0) < 1e9 }) else {
        throw GraphFailure("makes integers of floats beyond 1e9")
      }
      return ONNXGraph.Tensor(tensor.shape, integers: values.map { Int64($0) })
    default:
      throw GraphFailure("casts to element type \(type); float, int32 and int64 (1, 6, 7) are supported")
    }
  }
}

// MARK: - shapes

extension ONNXConstantOperator {
  private static func identity(_ inputs: Inputs, _ attributes: inout ONNXAttributes) -> ONNXGraph.Tensor {
    inputs.first
  }

  private static func transpose(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let order = try attributes.integers("perm") ?? Array((0..<inputs.rank).reversed())
    guard order.sorted() == Array(0..<inputs.rank) else {
      throw GraphFailure("puts axes into the order \(order)")
    }
    return inputs.first.transposed(order)
  }

  private static func flatten(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let axis = try attributes.integer("axis", otherwise: 1)
    let place = axis < 0 ? axis + inputs.rank : axis
    guard (0...inputs.rank).contains(place) else {
      throw GraphFailure("flattens from axis \(axis) of \(inputs.rank)")
    }
    let shape = inputs.first.shape
    return inputs.first.reshaped([shape[..<place].reduce(1, *), shape[place...].reduce(1, *)])
  }

  private static func reshape(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    guard inputs.all.count == 2, let wanted = inputs[1]?.integers else {
      throw GraphFailure("needs a constant shape")
    }
    let allowsZero = try attributes.flag("allowzero")
    return inputs.first.reshaped(
      try ArrayShapes.reshaped(inputs.first.shape, wanted, allowsZero: allowsZero))
  }

  private static func squeeze(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let axes = try axes(inputs, &attributes)
    return inputs.first.reshaped(try ArrayShapes.squeezed(inputs.first.shape, axes))
  }

  private static func unsqueeze(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let axes = try axes(inputs, &attributes)
    return inputs.first.reshaped(try ArrayShapes.unsqueezed(inputs.first.shape, axes ?? []))
  }

  /// An attribute before 13.
  private static func axes(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> [Int]?
  {
    let axes = try attributes.integers("axes")
    return inputs.version >= 13 && inputs.all.count > 1 ? inputs[1]?.integers : axes
  }
}

// MARK: - parts

extension ONNXConstantOperator {
  private static func concat(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let axis = try axis(attributes.integer("axis", otherwise: 0), rank: inputs.rank)
    var tensors: [ONNXGraph.Tensor] = []
    for input in inputs.all {
      guard let input, input.shape.count == tensors.first?.shape.count ?? input.shape.count,
        input.shape.indices.allSatisfy({
          $0 == axis || input.shape[$0] == tensors.first?.shape[$0] ?? input.shape[$0]
        })
      else { throw GraphFailure("joins constants whose shapes do not match") }
      tensors.append(input)
    }
    var shape = tensors[0].shape
    shape[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    try check(shape)
    let outer = shape[..<axis].reduce(1, *)
    var floats: [Float] = []
    var integers: [Int64] = []
    for index in 0..<outer {
      for tensor in tensors {
        let size = outer == 0 ? 0 : tensor.count / outer
        switch tensor.values {
        case .floats(let values): floats += values[index * size..<(index + 1) * size]
        case .integers(let values): integers += values[index * size..<(index + 1) * size]
        }
      }
    }
    guard floats.isEmpty || integers.isEmpty else { throw GraphFailure("joins floats and integers") }
    return integers.isEmpty && tensors[0].floats != nil
      ? ONNXGraph.Tensor(shape, floats: floats) : ONNXGraph.Tensor(shape, integers: integers)
  }

  private static func constantOfShape(_ inputs: Inputs, _ attributes: inout ONNXAttributes)
    throws(GraphFailure) -> ONNXGraph.Tensor
  {
    guard let shape = inputs.first.integers, inputs.rank == 1 else {
      throw GraphFailure("needs a shape of integers")
    }
    let value = attributes.take("value")
    try check(shape)
    let count = shape.reduce(1, *)
    guard let value else { return ONNXGraph.Tensor(shape, floats: [Float](repeating: 0, count: count)) }
    guard case .tensor(let tensor) = value, tensor.count == 1 else {
      throw GraphFailure("has a \"value\" that is not a tensor of one element")
    }
    return tensor.picked(shape, [Int](repeating: 0, count: count))
  }

  private static func gather(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    guard inputs.all.count == 2, let chosen = inputs[1], let indices = chosen.integers else {
      throw GraphFailure("needs indices of integers")
    }
    let axis = try axis(attributes.integer("axis", otherwise: 0), rank: inputs.rank)
    let (tensor, shape) = (inputs.first, chosen.shape)
    let size = tensor.shape[axis]
    guard let wrong = indices.first(where: { !(-size..<size).contains($0) }) else {
      let made = Array(tensor.shape[..<axis]) + shape + Array(tensor.shape[(axis + 1)...])
      try check(made)
      let inner = tensor.shape[(axis + 1)...].reduce(1, *)
      var places: [Int] = []
      for outer in 0..<tensor.shape[..<axis].reduce(1, *) {
        for index in indices {
          let place = (outer * size + (index < 0 ? index + size : index)) * inner
          places += place..<place + inner
        }
      }
      return tensor.picked(made, places)
    }
    throw GraphFailure("picks element \(wrong) of \(size)")
  }

  /// Before version 10 the ends are attributes, later they are inputs.
  private static func slice(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let (tensor, version) = (inputs.first, inputs.version)
    func list(_ place: Int) -> [Int]? { inputs[place]?.integers }
    let starts = version < 10 ? try attributes.integers("starts") : list(1)
    let ends = version < 10 ? try attributes.integers("ends") : list(2)
    guard let starts, let ends, starts.count == ends.count else {
      throw GraphFailure("needs constant starts and ends")
    }
    let axes = (version < 10 ? try attributes.integers("axes") : list(3)) ?? Array(starts.indices)
    let steps = (version < 10 ? nil : list(4)) ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count,
      steps.allSatisfy({ $0 != 0 && (-largestCount...largestCount).contains($0) })
    else {
      throw GraphFailure("has axes or steps that do not match its starts")
    }
    var shape = tensor.shape
    var strides = ONNXGraph.Tensor.strides(shape)
    var first = 0
    for index in axes.indices {
      let axis = try axis(axes[index], rank: shape.count)
      let size = tensor.shape[axis]
      let step = steps[index]
      // Ends are clamped to the axis; going down, the last one before the first element is -1.
      func place(_ end: Int) -> Int {
        let own = end < 0 ? end.addingReportingOverflow(size).partialValue : end
        return step > 0 ? min(max(own, 0), size) : min(max(own, -1), size - 1)
      }
      // A start before the first element is the first one, even going down.
      let (start, end) = (max(place(starts[index]), min(0, size - 1)), place(ends[index]))
      guard abs(step) <= max(size, 1) else {
        throw GraphFailure("has a step of \(step) along an axis of \(size)")
      }
      shape[axis] = max(0, (end - start + step - (step > 0 ? 1 : -1)) / step)
      first += start * strides[axis]
      strides[axis] *= step
    }
    return tensor.picked(shape, shape.contains(0) ? [] : ONNXGraph.Tensor.places(shape, strides, from: first))
  }
}
