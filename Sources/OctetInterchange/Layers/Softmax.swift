import OctetNetwork

/// Softmax, or its logarithm. In a float network it is the activation of the last layer, in an integer one the head.
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
      throw GraphFailure(
        """
        runs over \(covered) of the \(view.count) values of an item; softmax over the channels or over all \
        values is supported
        """)
    }
    let source = ArrayView(value: try flat(view.value, title), axes: view.axes)
    return try append(.softmax(isLogarithm: isLogarithm), source, title)
  }
}

extension Softmax: TranslatedKind {
  static let onnx = [
    ONNXOperator("Softmax", becomes: becomes, if: conditions, readSoftmax),
    ONNXOperator("LogSoftmax", becomes: becomes, if: conditions, readLogSoftmax),
  ]

  private static let becomes = "the activation of the last layer"
  private static let conditions = "at the end; over the channels or all values of an item"

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
    let first = try model.axis(attributes.integer("axis", otherwise: model.version < 13 ? 1 : -1), view)
    let axes = model.version < 13 ? Array(first..<view.axes.count) : [first]
    try model.give(
      node, try model.builder.softmax(over: axes, isLogarithm: isLogarithm, view, node.title))
  }

  static let keras = [KerasClass("Softmax", becomes: becomes, if: conditions, readKeras)]

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
    for number in numbers { axes.insert(try layer.axis(number, view)) }
    return try model.builder.softmax(over: axes.sorted(), isLogarithm: false, view, layer.title)
  }

  static let lite = [LiteOperator("SOFTMAX", becomes: "the head", if: "at the end; beta 1", readLite)]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node)
    let beta = try model.beta(node)
    guard beta == 1 else { throw GraphFailure("has beta \(beta); only 1 is supported") }
    guard !view.axes.isEmpty else { throw GraphFailure("reads an array without an axis") }
    let made = try model.builder.softmax(
      over: [view.axes.count - 1], isLogarithm: false, view, model.title(node))
    try model.give(node, made)
    model.markHead(node)
  }
}
