import Octet
import OctetNetwork
import OctetText

/// A function of one value by itself. At the end of a layer it is the layer's activation.
extension ActivationOnly: FloatLayer {
  var kind: FloatLayerKind { .activation(self) }
  var ignoresShape: Bool { true }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String { layer.inputs[0] }
}

extension Graph.Function: GraphOperation {
  var ignoresShape: Bool { true }
  var function: Graph.Function? { self }
  var head: LiteNetwork.Head? { self == .sigmoid ? .sigmoid : nil }

  func floatLayer(_ node: Graph.Node, input: ImageShape) throws(GraphFailure) -> ForeignLayer {
    ForeignLayer(kind: .activation(ActivationOnly()), activation: activation, inputs: node.inputs)
  }

  /// As a float network has it.
  var activation: Activation {
    switch self {
    case .identity: .linear
    case .relu: .relu
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .relu6, .reluN1To1, .leakyReLU, .elu, .gelu, .geluTanh, .hardSwish, .value: .function(expression)
    }
  }
}

extension GraphBuilder {
  mutating func function(_ function: Graph.Function, _ view: ArrayView, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    try append(.function(function), view, title)
  }
}

// MARK: - ONNX

extension ActivationOnly {
  static let onnx = [
    ONNXOperator("Relu", becomes: becomes, readRelu),
    ONNXOperator("Sigmoid", becomes: becomes, readSigmoid),
    ONNXOperator("Tanh", becomes: becomes, readTanh),
  ]

  private static let becomes = "the activation of the layer before, or `activation`"

  private static func readRelu(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    try model.give(node, try model.builder.function(.relu, try model.viewOfRows(node), node.title))
  }

  private static func readSigmoid(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    try model.give(node, try model.builder.function(.sigmoid, try model.viewOfRows(node), node.title))
  }

  private static func readTanh(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    try model.give(node, try model.builder.function(.tanh, try model.viewOfRows(node), node.title))
  }
}

extension ONNXExport {
  mutating func activate(_ value: String, _ activation: Activation, name: String) -> String {
    switch activation {
    case .linear: value
    case .relu: writer.node("Relu", [value], name: name)
    case .sigmoid: writer.node("Sigmoid", [value], name: name)
    case .tanh: writer.node("Tanh", [value], name: name)
    // Over the channels of each place, which come right after the batch.
    case .softmax: writer.node("Softmax", [value], [("axis", .integer(1))], name: name)
    case .function(let function): write(function, of: value, name: name)
    }
  }
}

/// Of integers a function is a table.
extension Graph.Function: IntegerLayerExport {
  static var keyword: String { ActivationOnly.keyword }

  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    export.lookUp(export.integers[layer.input], layer)
  }
}

extension ONNXQuantizedExport {
  /// The values of the layer's table, or the integers themselves if it has none.
  mutating func lookUp(_ integers: String, _ layer: Layer) -> String {
    if layer.constants.table.isEmpty { return integers }
    let name = layer.name
    let wide = writer.node(
      "Cast", [integers], [("to", .integer(Int(ONNXGraph.Element.int64.rawValue)))], name: name)
    let first = writer.constant("\(name).first", .int64, [], integers: [Int64(128)])
    let place = writer.node("Add", [wide, first], name: name)
    let table = writer.constant("\(name).table", .int8, [256], integers: layer.constants.table)
    return writer.node("Gather", [table, place], name: name)
  }
}

// MARK: - Keras

extension ActivationOnly {
  static let keras = [
    KerasClass("Activation", becomes: becomes, if: "functions of one value, softmax", readActivation),
    KerasClass("ReLU", becomes: becomes, readReLU),
  ]

  private static func readActivation(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    guard layer.configuration["activation"] != nil else { throw GraphFailure("has no activation") }
    return try model.activate(layer, layer.inputs[0])
  }

  /// `limit` from the limit on; the value itself from the threshold on; below it the distance to it times the slope.
  private static func readReLU(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let slope = Double(try layer.number("negative_slope", otherwise: 0))
    let threshold = Double(try layer.number("threshold", otherwise: 0))
    let limit: Double? =
      layer.configuration["max_value"] == nil ? nil : Double(try layer.number("max_value", otherwise: 0))
    guard limit ?? 0 >= 0, slope >= 0 else {
      throw GraphFailure("has the limit \(limit ?? 0) and the slope \(slope); 0 and above are supported")
    }
    let function: Graph.Function
    switch (slope, threshold, limit) {
    case (0, 0, nil): function = .relu
    case (0, 0, 6): function = .relu6
    case (_, 0, nil): function = .leakyReLU(Float(slope))
    default:
      let isAbove = ValueFunction.call(.step, .line(1, -threshold))
      var above = threshold == 0 ? .larger(.argument, .number(0)) : ValueFunction.gate(isAbove, .argument)
      if let limit { above = .smaller(above, .number(limit)) }
      let below = slope == 0 ? .number(0) : .smaller(.line(1, -threshold), .number(0)) * .number(slope)
      function = .value(above + below)
    }
    return try model.builder.function(function, layer.inputs[0], layer.title)
  }
}

extension KerasImport {
  /// The functions of one value, by the names that they have in Keras.
  static let functions: [(name: String, function: Graph.Function)] = [
    ("linear", .identity), ("relu", .relu), ("relu6", .relu6), ("sigmoid", .sigmoid), ("tanh", .tanh),
    ("elu", .elu), ("selu", .value(.selu)), ("gelu", .gelu), ("silu", .value(.silu)),
    ("swish", .value(.silu)),
    ("softplus", .value(.call(.softplus, .argument))), ("softsign", .value(.softsign)),
    ("exponential", .value(.call(.exp, .argument))), ("mish", .value(.mish)), ("hard_silu", .hardSwish),
    ("hard_swish", .hardSwish), ("leaky_relu", .leakyReLU(0.2)), ("celu", .elu),
    ("hard_tanh", .reluN1To1), ("hard_sigmoid", .value(.hardSigmoid(1 / 6, 0.5))),
    ("log_sigmoid", .value(.number(0) - ValueFunction.call(.softplus, .line(-1, 0)))),
    ("tanh_shrink", .value(.argument - .call(.tanh, .argument))),
    ("hard_shrink", .value(.hardShrink(0.5))), ("soft_shrink", .value(.softShrink(0.5, offset: 0.5))),
    ("squareplus", .value(.squareplus(4))), ("sparse_plus", .value(.sparsePlus)),
  ]

  /// The activation at the end of a layer, if it has one.
  mutating func activate(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    guard layer.configuration["activation"] != nil else { return view }
    guard let name = try Self.activationName(layer) else {
      guard let object = layer.configuration.part("activation") else {
        throw GraphFailure("has an activation that is neither a name nor an object")
      }
      return try activate(object, of: layer, view)
    }
    if name == "softmax" || name == "log_softmax" {
      guard !view.axes.isEmpty else { throw GraphFailure("has a softmax over no axis") }
      return try builder.softmax(
        over: [view.axes.count - 1], isLogarithm: name == "log_softmax", view, layer.title)
    }
    guard let known = Self.functions.first(where: { $0.name == name }) else {
      throw GraphFailure(
        "has activation \(name.quoted); supported: softmax, log_softmax, "
          + Self.functions.map(\.name).joined(separator: ", "))
    }
    if known.function == .identity { return view }
    if name == "hard_sigmoid" {
      // Before Keras 3 another function had the name: 0.2 * x + 0.5.
      guard let version else {
        throw GraphFailure("has a hard_sigmoid, and the file names no version of Keras")
      }
      if version < 3 { return try builder.function(.value(.hardSigmoid(0.2, 0.5)), view, layer.title) }
    }
    return try builder.function(known.function, view, layer.title)
  }
}

// MARK: - TensorFlow Lite

extension ActivationOnly {
  static let lite = [
    LiteOperator(
      "RELU", becomes: "the activation; in integer files a clamp or a table", if: "fused too", readLiteRelu),
    LiteOperator("TANH", becomes: "the activation; in integer files a table", readLiteTanh),
    LiteOperator(
      "LOGISTIC", becomes: "the activation; in integer files a table; at the end the head", readLogistic),
    LiteOperator("RELU6", becomes: "a clamp or a table", if: "fused too", readRelu6),
    LiteOperator("RELU_N1_TO_1", becomes: "a clamp or a table", if: "fused too", readReluN1To1),
  ]

  static func give(_ function: Graph.Function, _ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.viewOfAnyForm(node)
    var made = try model.builder.function(function, view, model.title(node))
    made.hasBatch = view.hasBatch
    try model.give(node, made)
  }

  private static func readLiteRelu(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  { try give(.relu, &model, node) }

  private static func readRelu6(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    try give(.relu6, &model, node)
  }

  private static func readReluN1To1(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  { try give(.reluN1To1, &model, node) }

  private static func readLiteTanh(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  { try give(.tanh, &model, node) }

  private static func readLogistic(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    try give(.sigmoid, &model, node)
    model.markHead(node)
  }
}

extension LiteTranslation {
  /// A function that is fused to an operator.
  func function(_ node: LiteGraph.Node, _ field: Int) throws(GraphFailure) -> Graph.Function {
    switch try option(node, field, isByte: true) {
    case 0: return .identity
    case 1: return .relu
    case 2: return .reluN1To1
    case 3: return .relu6
    case 4: return .tanh
    case let other:
      throw GraphFailure(
        "has fused activation \(other); none, RELU, RELU_N1_TO_1, RELU6 and TANH (0 to 4) are supported")
    }
  }
}
