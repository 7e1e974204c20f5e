import OctetNetwork

/// The mean of each channel under a window, over the cells that lie on the input.
extension AveragePooling: FloatLayer {
  var kind: FloatLayerKind { .averagePooling(self) }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    export.windowed("AveragePool", layer, window, [("count_include_pad", .integer(0))])
  }
}

extension AveragePooling: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let placement = export.placement(layer)
    let pooled = export.writer.node(
      "AveragePool", [export.image(layer)], placement.attributes + [("count_include_pad", .integer(0))],
      name: layer.name)
    return export.fit(export.quantize(export.clamp(pooled, layer), layer.output), placement, layer)
  }
}

extension AveragePooling {
  static let onnx = [
    ONNXOperator(
      "AveragePool", becomes: "`averagepool`", if: "two axes; dilation 1; count_include_pad 0", readONNX)
  ]

  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let (view, window) = try model.poolingWindow(node, &attributes)
    if try attributes.flag("count_include_pad"), window.padding != .valid {
      throw GraphFailure("counts its border as zeros (count_include_pad 1); only 0 is supported")
    }
    let pooling = AveragePooling(window: window)
    try model.give(
      node, try model.builder.window(.averagePooling(pooling), view, .channelsFirst, node.title))
  }

  static let keras = [KerasClass("AveragePooling2D", becomes: "`averagepool`", readKeras)]

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let layout = try layer.layout
    let pooling = AveragePooling(window: try layer.window("pool_size"))
    return try model.builder.window(.averagePooling(pooling), layer.inputs[0], layout, layer.title)
  }

  static let lite = [LiteOperator("AVERAGE_POOL_2D", becomes: "`averagepool`", readLite)]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let (view, window) = try model.poolingWindow(node)
    let made = try model.builder.window(
      .averagePooling(AveragePooling(window: window)), view, .channelsLast, model.title(node))
    try model.give(node, made, function: model.function(node, 5))
  }
}
