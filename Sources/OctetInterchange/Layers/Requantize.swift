import OctetNetwork

/// The same values in other integers: QUANTIZE between two layers of a full-integer .tflite file.
struct Requantize: GraphOperation {
  var ignoresShape: Bool { true }

  func floatLayer(_ node: Graph.Node, input: ImageShape) throws(GraphFailure) -> ForeignLayer {
    throw GraphFailure("\(node.title) changes integers within a network that is not of integers")
  }
}

extension GraphBuilder {
  fileprivate mutating func requantize(_ view: ArrayView, _ title: String) throws(GraphFailure) -> ArrayView {
    try append(.requantize, view, title)
  }
}

extension Requantize: TranslatedKind {
  static let lite = [
    LiteOperator(
      "QUANTIZE", becomes: "nothing; between layers of integer files a table", effect: .keepsElements,
      readQuantize),
    LiteOperator("DEQUANTIZE", becomes: "nothing", effect: .keepsElements, readDequantize),
  ]

  private static func readQuantize(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  { try convert(&model, node, toReal: false) }

  private static func readDequantize(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  { try convert(&model, node, toReal: true) }

  /// At the edges, of constants, and between layers.
  private static func convert(_ model: inout LiteTranslation, _ node: LiteGraph.Node, toReal: Bool)
    throws(GraphFailure)
  {
    guard let source = node.inputs.first else { throw GraphFailure("has no input") }
    let output = node.outputs[0]
    let tensors = model.file.tensors
    if let constant = model.constant(node, 0) { return model.rename(constant, as: output) }
    let view = try model.viewOfAnyForm(node)
    if view.value == 0, !toReal, try model.isInput(source, as: output) {
      model.inputTensor = output
    } else if toReal || model.isHead(view) {
      // The same values in other numbers.
    } else if model.isInteger,
      tensors[output].element == .int8
        || (tensors[source].element, tensors[output].element) == (.uint8, .uint8)
    {
      let made = try model.builder.requantize(view, model.title(node))
      try model.give(node, made)
      model.builder.graph.nodes[made.value - 1].tensors.readsFloats = model.isReal(source)
      return
    } else if model.isInteger, tensors[source].element == .int8, tensors[output].element == .uint8 {
      // The same integers counted from another number, at an output of bytes.
      let (from, to) = (try model.encoding(source), try model.encoding(output))
      guard let from, let to, from.scales == to.scales, from.zeroPoints.map({ $0 + 128 }) == to.zeroPoints
      else {
        throw GraphFailure("makes bytes of another scale of int8 values, which is not supported")
      }
    } else {
      throw GraphFailure("makes integers within a network of floats, or other integers than int8")
    }
    try model.giveConverted(node, view)
  }
}
