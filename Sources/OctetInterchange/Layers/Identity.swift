/// What gives what it gets: names for values, and conversions between equal types.
enum Identity: TranslatedKind {
  static let onnx = [
    ONNXOperator("Identity", becomes: "nothing", readIdentity),
    ONNXOperator("Cast", becomes: "nothing", if: "to floats", readCast),
  ]

  private static func readIdentity(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try model.give(node, try model.viewOfAnyForm(node)) }

  private static func readCast(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let type = try attributes.integer("to", otherwise: 0)
    guard ONNXGraph.Element(rawValue: Int64(type))?.isFloat == true else {
      throw GraphFailure("casts to element type \(type), which is none of floats (1, 10, 11, 16)")
    }
    if type == 11 { model.hasDoubles = true }
    // Numbers of eight bits, which newer sets can cast to, are the only ones that this speaks of.
    _ = attributes.take("saturate")
    try model.give(node, try model.viewOfAnyForm(node))
  }

  static let keras = [
    KerasClass("InputLayer", becomes: "the input", inputs: .ofModel, readInput),
    KerasClass("Identity", becomes: "nothing") { _, layer in layer.inputs[0] },
  ]

  private static func readInput(_ model: inout KerasImport, _ layer: KerasLayer) -> ArrayView {
    model.builder.graph.inputView
  }
}
