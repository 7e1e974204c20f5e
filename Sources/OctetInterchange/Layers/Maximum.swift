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
    guard !constant.values.isEmpty, constant.values.allSatisfy({ $0 == 0 }) else {
      throw GraphFailure("compares a value with a constant; two values, or a value and 0, are supported")
    }
    return try function(.relu, view, title)
  }
}

extension Maximum {
  static let onnx = [
    ONNXOperator("Max", becomes: "`maximum`; with the constant 0 `relu`", readONNX)
  ]

  /// Of any number of arrays, two at a time.
  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    var largest: ArrayView?
    var constants: [GraphBuilder.Constant] = []
    for place in node.inputs.indices {
      if model.constant(node, place) != nil {
        constants.append(try model.floats(node, place, "numbers").constant)
      } else {
        let view = try model.view(node, place)
        largest = if let known = largest { try model.builder.maximum(known, view, node.title) } else { view }
      }
    }
    guard var largest else { throw GraphFailure("has no input") }
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
      try builder.maximum(left, right, layer.title)
    }
  }

  static let lite = [
    LiteOperator("MAXIMUM", becomes: "`maximum`; with the constant 0, in float files, `relu`", readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    if let operand = try Affine.operand(model, node) {
      var made = try model.builder.maximum(operand.view, constant: operand.numbers, model.title(node))
      made.hasBatch = operand.view.hasBatch
      return try model.give(node, made)
    }
    let title = model.title(node)
    try model.giveJoin(node, "compares") { builder, left, right throws(GraphFailure) in
      try builder.maximum(left, right, title)
    }
  }
}
