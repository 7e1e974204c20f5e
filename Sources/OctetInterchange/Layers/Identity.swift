/// What gives what it gets: names for values, and conversions between equal types.
enum Identity: TranslatedKind {
  static let onnx = [
    ONNXOperator("Identity", becomes: "nothing", readIdentity),
    ONNXOperator("Cast", becomes: "nothing", if: "to float", readCast),
  ]

  private static func readIdentity(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try model.give(node, try model.view(node)) }

  private static func readCast(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard try attributes.integer("to", otherwise: 0) == 1 else {
      throw GraphFailure("casts to another type than float (1)")
    }
    // Numbers of eight bits, which newer sets can cast to, are the only ones that this speaks of.
    _ = attributes.take("saturate")
    try model.give(node, try model.view(node))
  }

  static let keras = [KerasClass("InputLayer", becomes: "the input", inputs: .ofModel, readInput)]

  private static func readInput(_ model: inout KerasImport, _ layer: KerasLayer) -> ArrayView {
    model.builder.graph.inputView
  }
}
