import OctetNetwork

/// A kind of layer as the formats of other tools have it: the operators that stand in its file.
protocol TranslatedKind: Sendable {
  static var onnx: [ONNXOperator] { get }
  static var keras: [KerasClass] { get }
  static var lite: [LiteOperator] { get }

  /// For each format without an operator in this kind's file, the reason.
  static var formatsWithout: [ForeignFormat: String] { get }
}

extension TranslatedKind {
  static var onnx: [ONNXOperator] { [] }
  static var keras: [KerasClass] { [] }
  static var lite: [LiteOperator] { [] }
  static var formatsWithout: [ForeignFormat: String] { [:] }
}

/// What the graph and its passes ask of an operation. The answers given here are those of an operation that nothing is
/// fused with.
protocol GraphOperation {
  /// Whether it can end with a function, or with softmax.
  var takesFunction: Bool { get }
  /// The same with a bias; nil where it has no weights that one can be added to.
  var withBias: Graph.Operation? { get }
  /// The window, if its border is of zeros; and the same operation with another window.
  var convolutionWindow: Window? { get }
  func moving(_ window: Window) -> Graph.Operation?
  /// Whether it computes the same on the same values in another shape.
  var ignoresShape: Bool { get }

  /// The zeros that it puts around an image.
  var border: Graph.Border? { get }
  /// The function of one value that it is.
  var function: Graph.Function? { get }
  /// What it adds to each channel, if that is all that it does.
  func summands(_ node: Graph.Node) -> [Double]?
  /// How it makes probabilities of the values that it gets.
  var head: LiteNetwork.Head? { get }
  /// Whether it gives the logarithms of what its float layer gives.
  var givesLogarithms: Bool { get }

  /// The float layer that computes it, still with the inputs of the node.
  func floatLayer(_ node: Graph.Node, input: ImageShape) throws(GraphFailure) -> ForeignLayer
}

extension GraphOperation {
  var takesFunction: Bool { false }
  var withBias: Graph.Operation? { nil }
  var convolutionWindow: Window? { nil }
  func moving(_ window: Window) -> Graph.Operation? { nil }
  var ignoresShape: Bool { false }
  var border: Graph.Border? { nil }
  var function: Graph.Function? { nil }
  func summands(_ node: Graph.Node) -> [Double]? { nil }
  var head: LiteNetwork.Head? { nil }
  var givesLogarithms: Bool { false }
}

/// A kind of layer of float networks.
protocol FloatLayer: GraphOperation, TranslatedKind, LayerSpecification {
  /// Itself as a case of the kinds.
  var kind: FloatLayerKind { get }

  /// What becomes of factor and summand of its input, such as those that bring pixels into another range.
  var inputScaling: InputScaling { get }

  /// Writes the layer without its activation, and gives the name of its value.
  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String
}

/// A kind that moves a window over an image, which `moving` replaces.
protocol WindowedLayer: FloatLayer {
  var window: Window { get }
}

enum InputScaling {
  /// They need a layer of their own.
  case separate
  /// The weights and the bias take them in.
  case weights
  /// They can follow it instead.
  case follows
}

extension FloatLayer {
  var inputScaling: InputScaling { .separate }

  func floatLayer(_ node: Graph.Node, input: ImageShape) throws(GraphFailure) -> ForeignLayer {
    var layer = ForeignLayer(
      kind: kind, activation: node.function.activation, inputs: node.inputs)
    var place = 0
    for parameter in parameters(for: input) {
      if parameter.name == "bias" {
        guard let bias = node.bias else { throw GraphFailure("\(node.title) has no bias") }
        layer.parameters.append(("bias", parameter.shape, bias.map { Float($0) }))
      } else {
        let values = Array(node.weights[place..<place + parameter.count])
        layer.parameters.append((parameter.name, parameter.shape, values))
        place += parameter.count
      }
    }
    return layer
  }
}

/// A kind of layer of integer models.
protocol IntegerLayerExport {
  /// The word for such a layer in network files.
  static var keyword: String { get }

  /// Writes the layer with the nodes that quantize its output, and gives the name of its integers.
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
}
