import OctetNetwork

/// The sum of two values.
extension Add: JoiningLayer {
  var kind: FloatLayerKind { .add(self) }
  static let onnxType = "Add"
}

extension GraphBuilder {
  /// The sum of two arrays of the same sizes.
  ///
  /// - Parameter isInteger: whether it has integers, which are added as they are where the two are one.
  mutating func sum(
    _ left: ArrayView, _ right: ArrayView, isInteger: Bool = false, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    try checkJoin(left, right, "adds")
    if left.value == right.value, !isInteger {
      return try affine(left, factors: Constant(2), summands: Constant(0), title)
    }
    return try join(left, right, .add(Add()), "adds", title)
  }
}

/// A sum with a constant is done as differences and products with one are (Affine.swift).
extension Add {
  static let onnx = [
    ONNXOperator(
      "Add", becomes: "`add`; with a constant `batchnorm`, or the bias of the layer before", readONNX),
    ONNXOperator("Sum", becomes: "`add`, and `batchnorm` for constants", readSum),
    ONNXOperator("Mean", becomes: "`add` and `batchnorm`", readMean),
  ]

  /// Of any number of arrays.
  private static func sum(_ model: inout ONNXTranslation, _ node: ONNXGraph.Node) throws(GraphFailure)
    -> ArrayView
  {
    let (joined, constants) = try model.joinedInputs(node) { builder, left, right throws(GraphFailure) in
      if let made = try builder.combined(.add, left, right, node.title) { return made }
      return try builder.sum(left, right, node.title)
    }
    var sum = joined
    for constant in constants {
      sum = try model.builder.affine(
        sum, factors: GraphBuilder.Constant(1), summands: constant, node.title)
    }
    return sum
  }

  private static func readSum(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try model.give(node, try sum(&model, node)) }

  private static func readMean(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let share = GraphBuilder.Constant(1 / Double(node.inputs.count))
    try Affine.give(&model, node, try sum(&model, node), factors: share)
  }

  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    if let operand = try Affine.operand(model, node) {
      return try Affine.give(&model, node, operand.view, summands: operand.numbers)
    }
    let (left, right) = (try model.viewOfAnyForm(node), try model.viewOfAnyForm(node, 1))
    if let made = try model.builder.combined(.add, left, right, node.title) {
      return try model.give(node, made)
    }
    try model.give(node, try model.builder.sum(left, right, node.title))
  }

  static let keras = [KerasClass("Add", becomes: "`add`", inputs: .several, readKeras)]

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    try model.joinAll(layer, "adds") { builder, left, right throws(GraphFailure) in
      if let made = try builder.combined(.add, left, right, layer.title) { return made }
      return try builder.sum(left, right, layer.title)
    }
  }

  static let lite = [
    LiteOperator(
      "ADD", becomes: "`add`; with a constant, in float files, `batchnorm` or the bias of the layer before",
      readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let function = try Affine.checkedFunction(model, node)
    if let operand = try Affine.operand(model, node) {
      return try Affine.give(&model, node, operand.view, summands: operand.numbers, function: function)
    }
    let (isInteger, title) = (model.isInteger, model.title(node))
    try model.giveJoin(node, "adds", function: function) { builder, left, right throws(GraphFailure) in
      if !isInteger, let made = try builder.combined(.add, left, right, title) { return made }
      return try builder.sum(left, right, isInteger: isInteger, title)
    }
  }
}
