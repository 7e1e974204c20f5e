/// What gives what it gets: names for values, and conversions between equal types.
enum Identity: TranslatedKind {
  static let onnx = [
    ONNXOperator("Identity", becomes: "nothing", readIdentity),
    ONNXOperator("Expand", becomes: "nothing", if: "to its own sizes", readExpand),
    ONNXOperator("Cast", becomes: "nothing", if: "to floats", readCast),
  ]

  /// To the sizes that an array has; to others it would be repeated.
  private static func readExpand(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    guard let given = model.constant(node, 1) else { throw GraphFailure("needs a constant shape") }
    let (own, wanted) = (model.sizes(view), try model.wantedShape(given))
    guard wanted.count <= own.count, zip(own.suffix(wanted.count), wanted).allSatisfy({ $1 == 1 || $0 == $1 })
    else { throw GraphFailure("repeats an array \(own) to \(wanted), which is not supported") }
    try model.give(node, view)
  }

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

  static let keras = [KerasClass("InputLayer", becomes: "the input", inputs: .ofModel, readInput)]

  private static func readInput(_ model: inout KerasImport, _ layer: KerasLayer) -> ArrayView {
    model.builder.graph.inputView
  }
}
