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
    /// How many results are asked for.
    let results: Int
    /// The version of the standard operators.
    let version: Int

    subscript(place: Int) -> ONNXGraph.Tensor? { place < all.count ? all[place] : nil }

    /// Numbers that may be left out.
    func integers(_ place: Int, _ what: String) throws(GraphFailure) -> [Int]? {
      try self[place]?.integers(what)
    }

    /// One that must be there.
    func needed(_ place: Int, _ what: String) throws(GraphFailure) -> ONNXGraph.Tensor {
      guard let tensor = self[place] else { throw GraphFailure("needs \(what) as input \(place)") }
      return tensor
    }

    /// Numbers that are an attribute in older operator sets and an input in newer ones.
    func integers(
      _ place: Int, _ name: String, inputSince: Int, _ attributes: inout ONNXAttributes
    ) throws(GraphFailure) -> [Int]? {
      version < inputSince ? try attributes.integers(name) : try integers(place, name)
    }

    var rank: Int { first.shape.count }
  }

  typealias Computation =
    @Sendable (Inputs, inout ONNXAttributes) throws(GraphFailure) -> ONNXGraph.Tensor
  typealias SeveralComputation =
    @Sendable (Inputs, inout ONNXAttributes) throws(GraphFailure) -> [ONNXGraph.Tensor]

  let description: OperatorDescription
  private let compute: SeveralComputation

  init(_ name: String, _ compute: @escaping Computation) {
    self.init(
      name, several: { inputs, attributes throws(GraphFailure) in [try compute(inputs, &attributes)] })
  }

  init(_ name: String, several: @escaping SeveralComputation) {
    description = OperatorDescription(name: name, becomes: "nothing", conditions: "on constants")
    compute = several
  }

  static let table = OperatorTable(
    shapes + parts + selections + arithmetic + functions + reductions + integers)

  /// Those that are read on constants only.
  static var others: [OperatorDescription] { table.descriptions.filter { Kinds.onnx[$0.name] == nil } }

  /// No constant made here has more elements.
  static let largestCount = 1 << 24

  /// - Parameter inputs: nil for one that is left out.
  func results(
    _ node: ONNXGraph.Node, _ inputs: [ONNXGraph.Tensor?], version: Int
  ) throws(GraphFailure) -> [ONNXGraph.Tensor] {
    guard let first = inputs.first, let first else { throw GraphFailure("has no input 0") }
    var attributes = ONNXAttributes(node)
    let made = try compute(
      Inputs(first: first, all: inputs, results: node.outputs.count, version: version), &attributes)
    try attributes.finish()
    return made
  }

  static func axis(_ axis: Int, rank: Int) throws(GraphFailure) -> Int {
    guard (-rank..<rank).contains(axis) else { throw GraphFailure("has axis \(axis) of \(rank)") }
    return axis < 0 ? axis + rank : axis
  }

  static func check(_ shape: [Int]) throws(GraphFailure) {
    var count = 1
    for size in shape {
      guard (0...largestCount).contains(size), !count.multipliedReportingOverflow(by: size).overflow,
        count * size <= largestCount
      else {
        throw GraphFailure("makes a constant of shape \(shape), which is too large")
      }
      count *= size
    }
  }
}

extension ONNXConstantOperator {
  static let shapes = [
    ONNXConstantOperator("Flatten", flatten),
    ONNXConstantOperator("Identity") { inputs, _ in inputs.first },
    ONNXConstantOperator("Reshape", reshape),
    ONNXConstantOperator("Squeeze", squeeze),
    ONNXConstantOperator("Transpose", transpose),
    ONNXConstantOperator("Unsqueeze", unsqueeze),
  ]

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
