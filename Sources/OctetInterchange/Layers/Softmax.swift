import OctetNetwork

/// Softmax over the channels of each place, or its logarithm. At the end of a network it is the activation of the last
/// layer, or in an integer one the head; inside it is an activation by itself.
struct Softmax: GraphOperation {
  let isLogarithm: Bool

  var head: LiteNetwork.Head? { .softmax }
  var givesLogarithms: Bool { isLogarithm }

  func floatLayer(_ node: Graph.Node, input: ImageShape) -> ForeignLayer {
    ForeignLayer(kind: .activation(ActivationOnly()), activation: .softmax, inputs: node.inputs)
  }
}

extension GraphBuilder {
  /// Softmax over some of the axes: over the channels of each place, or over all of an item's values.
  mutating func softmax(over axes: [Int], isLogarithm: Bool, _ view: ArrayView, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let covered = axes.reduce(1) { $0 * view.axes[$1].size }
    let parts = axes.flatMap { view.axes[$0].parts }
    if ArrayAxis(parts) == ArrayAxis(size: shape(view).channels, stride: 1) {
      return try append(.softmax(isLogarithm: isLogarithm), view, title)
    }
    guard covered == view.count else {
      // The axes become the channels.
      let others = Set(view.axes.indices).subtracting(axes)
      return try append(.softmax(isLogarithm: isLogarithm), reduced(others, of: view, title), title)
    }
    let source = ArrayView(value: try flat(view.value, title), axes: view.axes)
    return try append(.softmax(isLogarithm: isLogarithm), source, title)
  }
}

extension Softmax: TranslatedKind {
  static let onnx = [
    ONNXOperator("Softmax", becomes: becomes, readSoftmax),
    ONNXOperator("LogSoftmax", becomes: becomes, if: conditions, readLogSoftmax),
  ]

  private static let becomes = "the activation of a layer"
  private static let conditions = "the logarithm at the end"

  private static func readSoftmax(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try read(&model, node, &attributes, isLogarithm: false) }

  private static func readLogSoftmax(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try read(&model, node, &attributes, isLogarithm: true) }

  /// Before 13 over all axes from `axis` on, since then along it.
  private static func read(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes,
    isLogarithm: Bool
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let first = try view.axis(attributes.integer("axis", otherwise: model.version < 13 ? 1 : -1))
    let axes = model.version < 13 ? Array(first..<view.axes.count) : [first]
    try model.give(
      node, try model.builder.softmax(over: axes, isLogarithm: isLogarithm, view, node.title))
  }

  static let keras = [KerasClass("Softmax", becomes: becomes, readKeras)]

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    var numbers = [layer.configuration.integer("axis") ?? -1]
    if let list = layer.configuration.integers("axis") {
      guard !list.isEmpty, !list.contains(nil) else { throw GraphFailure("has an axis that is not a number") }
      numbers = list.compactMap { $0 }
    }
    var axes: Set<Int> = []
    for number in numbers { axes.insert(try view.axis(number)) }
    return try model.builder.softmax(over: axes.sorted(), isLogarithm: false, view, layer.title)
  }

  static let lite = [
    LiteOperator(
      "SOFTMAX", becomes: "the head; inside the network `softmax`", if: "in integer files beta 1", readLite),
    LiteOperator("LOG_SOFTMAX", becomes: "the head", if: conditions, readLiteLogSoftmax),
  ]

  private static func readLiteLogSoftmax(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.view(node)
    guard !view.axes.isEmpty else { throw GraphFailure("reads an array without an axis") }
    let made = try model.builder.softmax(
      over: [view.axes.count - 1], isLogarithm: true, view, model.title(node))
    try model.give(node, made)
    if view.count == view.axes[view.axes.count - 1].size { model.markHead(node) }
  }

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node)
    let beta = try model.beta(node)
    guard beta == 1 || !model.isInteger else { throw GraphFailure("has beta \(beta); only 1 is supported") }
    guard !view.axes.isEmpty else { throw GraphFailure("reads an array without an axis") }
    let title = model.title(node)
    let sharpened =
      beta == 1
      ? view
      : try model.builder.affine(
        view, factors: GraphBuilder.Constant(Double(beta)), summands: GraphBuilder.Constant(0), title)
    let made = try model.builder.softmax(
      over: [view.axes.count - 1], isLogarithm: false, sharpened, title)
    try model.give(node, made)
    // Integers of a map of probabilities are those of the file.
    if view.count == view.axes[view.axes.count - 1].size { model.markHead(node) }
  }
}

/// Softmax inside an integer network.
enum SoftmaxExport: IntegerLayerExport {
  static let keyword = "softmax"

  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let value = export.dequantize(layer.input, name: layer.name)
    let shares = export.writer.node("Softmax", [value], [("axis", .integer(1))], name: layer.name)
    return export.quantize(shares, layer.output)
  }
}
