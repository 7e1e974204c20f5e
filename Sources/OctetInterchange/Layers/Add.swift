import OctetNetwork

/// The sum of two values.
extension Add: FloatLayer {
  var kind: FloatLayerKind { .add(self) }
  var takesFunction: Bool { true }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    export.writer.node("Add", layer.inputs, name: layer.name)
  }
}

extension Add: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let values = [
      export.dequantize(layer.input, name: layer.name),
      export.dequantize(layer.secondInput, name: layer.name),
    ]
    let sum = export.writer.node("Add", values, name: layer.name)
    return export.quantize(export.clamp(sum, layer), layer.output)
  }
}

extension GraphBuilder {
  /// The sum of two arrays of the same sizes.
  ///
  /// - Parameter isInteger: whether it has integers, which are added as they are where the two are one.
  mutating func sum(
    _ left: ArrayView, _ right: ArrayView, isInteger: Bool = false, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    guard left.sizes == right.sizes else {
      throw GraphFailure(
        "adds arrays of the sizes \(left.sizes) and \(right.sizes) without the batch; they must be the same")
    }
    guard left.axes == right.axes else {
      throw GraphFailure(
        "adds two arrays whose elements lie in different orders (one is channels first, one last)")
    }
    if left.value == right.value, !isInteger {
      return try affine(left, factors: Constant(2), summands: Constant(0), title)
    }
    var values = [left.value, right.value]
    if shape(left) != shape(right) {
      for index in 0...1 { values[index] = try flat(values[index], title) }
    }
    let value = try append(
      Graph.Node(
        operation: .layer(.add(Add())), inputs: values, shape: graph.shape(values[0]), title: title))
    return ArrayView(value: value, axes: left.axes)
  }
}

/// A sum with a constant is done as differences and products with one are (Affine.swift).
extension Add {
  static let onnx = [
    ONNXOperator(
      "Add", becomes: "`add`; with a constant `batchnorm`, or the bias of the layer before", readONNX)
  ]

  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    if let operand = try Affine.operand(model, node) {
      return try Affine.give(&model, node, operand.view, summands: operand.numbers)
    }
    let (left, right) = (try model.view(node, 0), try model.view(node, 1))
    try model.give(node, try model.builder.sum(left, right, node.title))
  }

  static let keras = [KerasClass("Add", becomes: "`add`", inputs: .several, readKeras)]

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    guard layer.inputs.count > 1 else {
      throw GraphFailure("adds \(layer.inputs.count) values; two or more are needed")
    }
    var sum = layer.inputs[0]
    for other in layer.inputs.dropFirst() { sum = try model.builder.sum(sum, other, layer.title) }
    return sum
  }

  static let lite = [
    LiteOperator(
      "ADD", becomes: "`add`; with a constant, in float files, `batchnorm` or the bias of the layer before",
      readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let function = try Affine.checkedFunction(model, node)
    if let operand = try Affine.operand(model, node) {
      return try Affine.give(&model, node, operand.view, summands: operand.numbers, function: function)
    }
    let (left, right) = (try model.viewOfAnyForm(node), try model.viewOfAnyForm(node, 1))
    // Of a batch of one, 1 x N and N are stretched to each other.
    guard left.hasBatch == right.hasBatch || left.sizes == right.sizes else {
      throw GraphFailure("adds an array with the batch and one without")
    }
    var made = try model.builder.sum(left, right, isInteger: model.isInteger, model.title(node))
    made.hasBatch = left.hasBatch || right.hasBatch
    try model.give(node, made, function: function)
  }
}
