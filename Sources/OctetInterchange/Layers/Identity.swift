import OctetNetwork

/// What gives what it gets: names for values, and conversions between equal types.
enum Identity: TranslatedKind {
  static let onnx = [
    ONNXOperator("Identity", becomes: "nothing", readIdentity),
    ONNXOperator("Cast", becomes: "nothing", if: "to floats, or to bool, which is a function", readCast),
    ONNXOperator("If", becomes: "the nodes of a branch", if: "a constant condition") {
      model, node, attributes throws(GraphFailure) in
      try model.addBranch(node)
      attributes.takeAll()
    },
  ]

  private static func readIdentity(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    if let view = chosen(model, node) { return try model.give(node, view) }
    try model.give(node, try model.viewOfRows(node))
  }

  /// Places that ArgMax gave, which stay whole numbers in any type.
  private static func chosen(_ model: ONNXTranslation, _ node: ONNXGraph.Node) -> ArrayView? {
    guard let name = node.inputs.first, let view = model.views[name], view.choice != nil else { return nil }
    return view
  }

  private static func readCast(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let type = try attributes.integer("to", otherwise: 0)
    // Numbers of eight bits, which newer sets can cast to, are the only ones that this speaks of.
    _ = attributes.take("saturate")
    if let view = chosen(model, node) { return try model.give(node, view) }
    let element = ONNXGraph.Element(rawValue: Int64(type))
    if element == .bool {
      let view = try model.viewOfRows(node)
      return try model.give(node, try model.builder.function(.value(.isNotZero), view, node.title))
    }
    guard element?.isFloat == true else {
      throw GraphFailure(
        "casts to element type \(type), which is none of floats (1, 10, 11, 16) and bool (9)")
    }
    if type == 11 { model.hasDoubles = true }
    try model.give(node, try model.viewOfRows(node))
  }

  static let keras = [
    KerasClass("InputLayer", becomes: "the input", inputs: .ofModel, readInput),
    KerasClass("Identity", becomes: "nothing") { _, layer in layer.inputs[0] },
  ]

  private static func readInput(_ model: inout KerasImport, _ layer: KerasLayer) -> ArrayView {
    model.builder.graph.inputView
  }
}
