import OctetNetwork

/// A normalization of each channel. Weights of the graph: scale, offset, mean and variance of each channel.
extension BatchNormalization: FloatLayer {
  var kind: FloatLayerKind { .batchNormalization(self) }
  var takesFunction: Bool { true }
  var ignoresShape: Bool { true }

  static let formatsWithout: [ForeignFormat: String] = [
    .tflite: "the converter makes it products and sums with constants, which stand in Affine.swift"
  ]

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    let parts = ["scale", "offset", "mean", "variance"].map { part in
      export.constant(layer, part, [layer.input.channels])
    }
    return export.writer.node(
      "BatchNormalization", layer.inputs + parts, [("epsilon", .float(epsilon))], name: layer.name)
  }
}

extension GraphBuilder {
  /// A normalization by numbers of its own for each index of one axis.
  ///
  /// - Parameter parts: scale, offset, mean and variance.
  mutating func normalization(
    _ view: ArrayView, axis: Int, _ parts: [[Float]], epsilon: Float, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let size = view.axes[axis].size
    guard parts.count == 4, parts.allSatisfy({ $0.count == size }) else {
      throw GraphFailure("has constants of the sizes \(parts.map(\.count)) for \(size) channels")
    }
    guard epsilon.isFinite, parts[3].allSatisfy({ Double($0) + Double(epsilon) > 0 }) else {
      throw GraphFailure("has a variance that is not above 0 with epsilon \(epsilon) added")
    }
    let shape = shape(view)
    if view.axes[axis] == ArrayAxis(size: shape.channels, stride: 1), shape.channels == size,
      (1e-12...1).contains(epsilon)
    {
      let value = try append(
        Graph.Node(
          operation: .layer(.batchNormalization(BatchNormalization(epsilon: epsilon))), inputs: [view.value],
          shape: shape, title: title, weights: parts.flatMap { $0 }))
      return ArrayView(value: value, axes: view.axes)
    }
    let factors = (0..<size).map {
      Double(parts[0][$0]) / (Double(parts[3][$0]) + Double(epsilon)).squareRoot()
    }
    let summands = (0..<size).map { Double(parts[1][$0]) - Double(parts[2][$0]) * factors[$0] }
    var broadcast = [Int](repeating: 1, count: view.axes.count - axis)
    broadcast[0] = size
    return try affine(
      view, factors: Constant(shape: broadcast, values: factors),
      summands: Constant(shape: broadcast, values: summands), title)
  }
}

extension BatchNormalization {
  static let onnx = [
    ONNXOperator("BatchNormalization", becomes: "`batchnorm`", if: "in inference mode", readONNX)
  ]

  /// Before 9 the numbers could be those of each element, since 14 a node can be in training.
  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let epsilon = try attributes.float("epsilon", otherwise: 1e-5)
    _ = try attributes.float("momentum", otherwise: 0.9)
    if model.version < 9, try !attributes.flag("spatial", otherwise: true) {
      throw GraphFailure("has numbers for each element (spatial 0); those of each channel are supported")
    }
    if model.version >= 14, try attributes.flag("training_mode") {
      throw GraphFailure(
        "normalizes by the batch at hand (training_mode 1): export the model in inference mode (model.eval())"
      )
    }
    var parts: [[Float]] = []
    for (index, name) in ["scale", "offset", "mean", "variance"].enumerated() {
      parts.append(try model.floats(node, index + 1, name).values)
    }
    guard !view.axes.isEmpty else { throw GraphFailure("reads an array without channels") }
    try model.give(
      node, try model.builder.normalization(view, axis: 0, parts, epsilon: epsilon, node.title))
  }

  static let keras = [
    KerasClass("BatchNormalization", becomes: "`batchnorm`", if: "along any axis", readKeras)
  ]

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    var number = layer.configuration.integer("axis")
    // Older files have a list.
    if let list = layer.configuration.integers("axis") { number = list.count == 1 ? list[0] : nil }
    guard let number else { throw GraphFailure("has no single axis") }
    let axis = try view.axis(number)
    let size = view.axes[axis].size
    let epsilon = layer.configuration.float("epsilon") ?? 0.001
    // What is left out moves the numbers of those after it.
    var place = 0
    func part(_ name: String, isThere: Bool, otherwise usual: Float) throws(GraphFailure) -> [Float] {
      guard isThere else { return [Float](repeating: usual, count: size) }
      place += 1
      return try layer.weights([name, "\(place - 1)"], shape: [size])
    }
    let scale = try part("gamma", isThere: layer.configuration.flag("scale", otherwise: true), otherwise: 1)
    let offset = try part("beta", isThere: layer.configuration.flag("center", otherwise: true), otherwise: 0)
    let mean = try part("moving_mean", isThere: true, otherwise: 0)
    let variance = try part("moving_variance", isThere: true, otherwise: 1)
    return try model.builder.normalization(
      view, axis: axis, [scale, offset, mean, variance], epsilon: epsilon, layer.title)
  }
}
