import OctetNetwork

/// What the kinds that make one value of two have in common.
protocol JoiningLayer: FloatLayer, IntegerLayerExport {
  /// What ONNX calls it.
  static var onnxType: String { get }
}

extension JoiningLayer {
  var takesFunction: Bool { true }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    export.writer.node(Self.onnxType, layer.inputs, name: layer.name)
  }

  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let values = [
      export.dequantize(layer.input, name: layer.name),
      export.dequantize(layer.secondInput, name: layer.name),
    ]
    let joined = export.writer.node(onnxType, values, name: layer.name)
    return export.quantize(export.clamp(joined, layer), layer.output)
  }
}

extension GraphBuilder {
  /// One array of two of the same sizes.
  ///
  /// - Parameter verb: what the operator does, for messages.
  mutating func join(
    _ left: ArrayView, _ right: ArrayView, _ kind: FloatLayerKind, _ verb: String, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    try checkJoin(left, right, verb)
    var values = [left.value, right.value]
    if shape(left) != shape(right) {
      for index in 0...1 { values[index] = try flat(values[index], title) }
    }
    let value = try append(
      Graph.Node(operation: .layer(kind), inputs: values, shape: graph.shape(values[0]), title: title))
    return ArrayView(value: value, axes: left.axes, hasBatch: left.hasBatch || right.hasBatch)
  }

  /// Condition: the same elements lie at the same places.
  func checkJoin(_ left: ArrayView, _ right: ArrayView, _ verb: String) throws(GraphFailure) {
    guard left.sizes == right.sizes else {
      throw GraphFailure(
        "\(verb) arrays of the sizes \(left.sizes) and \(right.sizes) without the batch; they must be the same"
      )
    }
    guard left.axes == right.axes else {
      throw GraphFailure(
        "\(verb) two arrays whose elements lie in different orders (one is channels first, one last)")
    }
  }
}

extension KerasImport {
  /// Joins what the layer reads, two at a time.
  mutating func joinAll(
    _ layer: KerasLayer, _ verb: String,
    _ join: (inout GraphBuilder, ArrayView, ArrayView) throws(GraphFailure) -> ArrayView
  ) throws(GraphFailure) -> ArrayView {
    guard layer.inputs.count > 1 else {
      throw GraphFailure("\(verb) \(layer.inputs.count) values; two or more are needed")
    }
    var joined = layer.inputs[0]
    for other in layer.inputs.dropFirst() { joined = try join(&builder, joined, other) }
    return joined
  }
}

extension LiteTranslation {
  /// Gives one array of the two that a node reads.
  mutating func giveJoin(
    _ node: LiteGraph.Node, _ verb: String, function: Graph.Function = .identity,
    _ join: (inout GraphBuilder, ArrayView, ArrayView) throws(GraphFailure) -> ArrayView
  ) throws(GraphFailure) {
    let (left, right) = (try viewOfAnyForm(node), try viewOfAnyForm(node, 1))
    // Of a batch of one, 1 x N and N are stretched to each other.
    guard left.hasBatch == right.hasBatch || left.sizes == right.sizes else {
      throw GraphFailure("\(verb) an array with the batch and one without")
    }
    var made = try join(&builder, left, right)
    made.hasBatch = left.hasBatch || right.hasBatch
    try give(node, made, function: function)
  }
}

extension ONNXTranslation {
  /// The values that a node reads joined two at a time, and the constants among its inputs.
  mutating func joinedInputs(
    _ node: ONNXGraph.Node,
    _ join: (inout GraphBuilder, ArrayView, ArrayView) throws(GraphFailure) -> ArrayView
  ) throws(GraphFailure) -> (joined: ArrayView, constants: [GraphBuilder.Constant]) {
    var joined: ArrayView?
    var constants: [GraphBuilder.Constant] = []
    for place in node.inputs.indices {
      if constant(node, place) != nil {
        constants.append(try floats(node, place, "numbers").constant)
      } else {
        let view = try viewOfAnyForm(node, place)
        if let known = joined { joined = try join(&builder, known, view) } else { joined = view }
      }
    }
    guard let joined else { throw GraphFailure("has no input") }
    return (joined, constants)
  }
}
