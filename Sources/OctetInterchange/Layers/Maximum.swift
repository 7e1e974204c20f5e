import OctetNetwork

/// The larger of two values, place by place.
extension Maximum: JoiningLayer {
  var kind: FloatLayerKind { .maximum(self) }
  static let onnxType = "Max"
}

extension GraphBuilder {
  /// The larger of two arrays of the same sizes.
  mutating func maximum(_ left: ArrayView, _ right: ArrayView, _ title: String) throws(GraphFailure)
    -> ArrayView
  { try join(left, right, .maximum(Maximum()), "compares", title) }

  /// The larger of an array and a constant.
  mutating func maximum(
    _ view: ArrayView, constant: Constant, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    try checkFits(constant, view)
    guard let number = constant.single, number.isFinite else {
      throw GraphFailure(
        "compares a value with several constants; two values, or a value and one, are supported")
    }
    let larger = ValueFunction.larger(.argument, .number(number))
    return try function(number == 0 ? .relu : .value(larger), view, title)
  }
}

extension Maximum {
  static let onnx = [
    ONNXOperator("Max", becomes: "`maximum`; with one constant a function", readONNX)
  ]

  /// Of any number of arrays, two at a time.
  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let (joined, constants) = try model.joinedInputs(node) { builder, left, right throws(GraphFailure) in
      if let made = try builder.combined(.maximum, left, right, node.title) { return made }
      return try builder.maximum(left, right, node.title)
    }
    var largest = joined
    for constant in constants {
      largest = try model.builder.maximum(largest, constant: constant, node.title)
    }
    try model.give(node, largest)
  }

  static let keras = [KerasClass("Maximum", becomes: "`maximum`", inputs: .several, readKeras)]

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    try model.joinAll(layer, "compares") { builder, left, right throws(GraphFailure) in
      if let made = try builder.combined(.maximum, left, right, layer.title) { return made }
      return try builder.maximum(left, right, layer.title)
    }
  }

  static let lite = [
    LiteOperator("MAXIMUM", becomes: "`maximum`; with one constant, in float files, a function", readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    if let operand = try Affine.operand(model, node) {
      var made = try model.builder.maximum(operand.view, constant: operand.numbers, model.title(node))
      made.hasBatch = operand.view.hasBatch
      return try model.give(node, made)
    }
    let (isInteger, title) = (model.isInteger, model.title(node))
    try model.giveJoin(node, "compares") { builder, left, right throws(GraphFailure) in
      if !isInteger, let made = try builder.combined(.maximum, left, right, title) { return made }
      return try builder.maximum(left, right, title)
    }
  }
}
