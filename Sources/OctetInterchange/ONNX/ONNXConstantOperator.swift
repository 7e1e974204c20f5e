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

    /// Numbers that may be left out.
    func integers(_ place: Int, _ what: String) throws(GraphFailure) -> [Int]? {
      try self[place]?.integers(what)
    }

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
  { try arithmetic(inputs, +, +) { $0.addingReportingOverflow($1) } }

  private static func subtract(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  { try arithmetic(inputs, -, -) { $0.subtractingReportingOverflow($1) } }

  private static func multiply(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  { try arithmetic(inputs, *, *) { $0.multipliedReportingOverflow(by: $1) } }

  private static func divide(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    // Integers are cut off toward 0.
    try arithmetic(inputs, /, /) { $0.dividedReportingOverflow(by: $1) }
  }

  private static func arithmetic(
    _ inputs: Inputs, _ floats: (Float, Float) -> Float, _ doubles: (Double, Double) -> Double,
    _ integers: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    guard inputs.all.count == 2, let second = inputs[1] else { throw GraphFailure("has no input 1") }
    let shape = try ONNXGraph.Tensor.broadcast(inputs.first.shape, second.shape)
    try check(shape)
    func result(_ one: Int64, _ other: Int64) throws(GraphFailure) -> Int64 {
      let (result, overflow) = integers(one, other)
      // The constants may be of 32 bits, where the format computes modulo 2^32. A division by 0 overflows too.
      guard !overflow, Int32(exactly: result) != nil else {
        throw GraphFailure("computes \(one) and \(other), which overflows 32 bits")
      }
      return result
    }
    let (left, right) = (inputs.first.broadcast(to: shape), second.broadcast(to: shape))
    switch (left.values, right.values) {
    case (.floats(let left), .floats(let right)):
      return ONNXGraph.Tensor(shape, floats: zip(left, right).map(floats))
    case (.doubles(let left), .doubles(let right)):
      return ONNXGraph.Tensor(shape, doubles: zip(left, right).map(doubles))
    case (.integers(let left), .integers(let right)):
      var results: [Int64] = []
      for (one, other) in zip(left, right) { results.append(try result(one, other)) }
      return ONNXGraph.Tensor(shape, integers: results)
    default: break
    }
    guard let left = left.sizes, let right = right.sizes else {
      throw GraphFailure("combines constants of different element types")
    }
    var results: [ONNXGraph.Size] = []
    for pair in zip(left, right) {
      guard case (.number(let one), .number(let other)) = pair else {
        results.append(.unknown)
        continue
      }
      results.append(.number(try result(one, other)))
    }
    return ONNXGraph.Tensor(shape, sizes: results)
  }

  /// To the file's element types.
  private static func cast(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let (tensor, type) = (inputs.first, try attributes.integer("to", otherwise: 0))
    // It is about types that are refused.
    if inputs.version >= 19 { _ = try attributes.flag("saturate") }
    let shape = tensor.shape
    switch (tensor.values, type) {
    case (.floats, 1), (.doubles, 11), (.integers, 7), (.sizes, 7): return tensor
    case (.doubles(let values), 1): return ONNXGraph.Tensor(shape, floats: values.map { Float($0) })
    case (.floats(let values), 11): return ONNXGraph.Tensor(shape, doubles: values.map { Double($0) })
    case (.integers(let values), 1): return ONNXGraph.Tensor(shape, floats: values.map { Float($0) })
    case (.integers(let values), 11): return ONNXGraph.Tensor(shape, doubles: values.map { Double($0) })
    case (.integers(let values), 6):
      guard values.allSatisfy({ Int32(exactly: $0) != nil }) else {
        throw GraphFailure("makes integers of 32 bits of larger ones")
      }
      return tensor
    case (.sizes(let sizes), 6):
      for case .number(let size) in sizes where Int32(exactly: size) == nil {
        throw GraphFailure("makes integers of 32 bits of larger ones")
      }
      return tensor
    case (.floats(let values), 6), (.floats(let values), 7):
      return ONNXGraph.Tensor(shape, integers: try wholes(values.map { Double($0) }, type))
    case (.doubles(let values), 6), (.doubles(let values), 7):
      return ONNXGraph.Tensor(shape, integers: try wholes(values, type))
    case (.sizes, 1), (.sizes, 11):
      throw GraphFailure("makes floats of sizes that \(ONNXGraph.Tensor.followFromBatch)")
    default:
      throw GraphFailure(
        "casts to element type \(type); float, int32, int64 and double (1, 6, 7, 11) are supported")
    }
  }

  /// Cut off toward 0.
  private static func wholes(_ values: [Double], _ type: Int) throws(GraphFailure) -> [Int64] {
    var wholes: [Int64] = []
    for value in values {
      guard let whole = Int64(exactly: value.rounded(.towardZero)), type == 7 || Int32(exactly: whole) != nil
      else { throw GraphFailure("makes an integer of \(value), which is too large") }
      wholes.append(whole)
    }
    return wholes
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
    guard inputs.all.count == 2, let wanted = try inputs.integers(1, "a shape") else {
      throw GraphFailure("needs a constant shape")
    }
    let allowsZero = inputs.version >= 14 ? try attributes.flag("allowzero") : false
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
    guard let axes = try axes(inputs, &attributes) else { throw GraphFailure("has no axes") }
    return inputs.first.reshaped(try ArrayShapes.unsqueezed(inputs.first.shape, axes))
  }

  /// An attribute before 13.
  private static func axes(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> [Int]?
  {
    inputs.version < 13 ? try attributes.integers("axes") : try inputs.integers(1, "axes")
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
    // The elements of all, one tensor after the other, then picked in the order of the result.
    let all = try sequence(tensors)
    var places: [Int] = []
    for index in 0..<outer {
      var first = 0
      for tensor in tensors {
        let size = outer == 0 ? 0 : tensor.count / outer
        places += first + index * size..<first + (index + 1) * size
        first += tensor.count
      }
    }
    return all.picked(shape, places)
  }

  /// The elements of tensors of one type.
  private static func sequence(_ tensors: [ONNXGraph.Tensor]) throws(GraphFailure) -> ONNXGraph.Tensor {
    let shape = [tensors.reduce(0) { $0 + $1.count }]
    func joined<Element>(_ lists: [[Element]?]) -> [Element]? {
      lists.contains { $0 == nil } ? nil : lists.flatMap { $0 ?? [] }
    }
    if let floats = joined(tensors.map(\.floats)) { return ONNXGraph.Tensor(shape, floats: floats) }
    if let doubles = joined(tensors.map(\.doubles)) { return ONNXGraph.Tensor(shape, doubles: doubles) }
    if let sizes = joined(tensors.map(\.sizes)) { return ONNXGraph.Tensor(shape, sizes: sizes) }
    throw GraphFailure("joins constants of different element types")
  }

  private static func constantOfShape(_ inputs: Inputs, _ attributes: inout ONNXAttributes)
    throws(GraphFailure) -> ONNXGraph.Tensor
  {
    let shape = try inputs.first.integers("a shape")
    guard inputs.rank == 1 else { throw GraphFailure("needs a shape of one axis") }
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
    guard inputs.all.count == 2, let chosen = inputs[1] else { throw GraphFailure("needs indices") }
    let indices = try chosen.integers("indices")
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
    func list(_ place: Int, _ name: String) throws(GraphFailure) -> [Int]? {
      if version >= 10 { return try inputs.integers(place, name) }
      return place < 4 ? try attributes.integers(name) : nil
    }
    let (starts, ends) = (try list(1, "starts"), try list(2, "ends"))
    guard let starts, let ends, starts.count == ends.count else {
      throw GraphFailure("needs constant starts and ends")
    }
    let axes = try list(3, "axes") ?? Array(starts.indices)
    let steps = try list(4, "steps") ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count,
      steps.allSatisfy({ $0 != 0 && (-largestCount...largestCount).contains($0) })
    else {
      throw GraphFailure("has axes or steps that do not match its starts")
    }
    _ = try ArrayShapes.places(axes, rank: inputs.rank)
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
