import OctetNetwork

/// The largest value of each channel under a window.
extension MaxPooling: FloatLayer {
  var kind: FloatLayerKind { .maxPooling(self) }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    export.windowed("MaxPool", layer, window)
  }
}

extension MaxPooling: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let placement = export.placement(layer)
    let pooled = export.writer.node("MaxPool", [export.image(layer)], placement.attributes, name: layer.name)
    return export.fit(export.quantize(pooled, layer.output), placement, layer)
  }
}

extension GraphBuilder {
  /// The maximum of each channel over the whole image, which stays one of a single cell.
  fileprivate mutating func globalMaximum(_ view: ArrayView, _ layout: Layout, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let image = try image(view, layout)
    guard image.height <= 256, image.width <= 256 else {
      throw GraphFailure("runs over \(image.height)x\(image.width); the limit is 256x256")
    }
    let window = Window(
      height: image.height, width: image.width, strideHeight: image.height, strideWidth: image.width)
    return try self.window(.maxPooling(MaxPooling(window: window)), view, layout, title)
  }
}

extension MaxPooling {
  static let onnx = [
    ONNXOperator("MaxPool", becomes: "`maxpool`", if: "one or two axes; dilation 1", readMaxPool),
    ONNXOperator("GlobalMaxPool", becomes: "`maxpool`", if: "up to 256x256", readGlobalMaxPool),
  ]

  private static func readMaxPool(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let (view, columns, window) = try model.poolingWindow(node, &attributes)
    // This only numbers the places that a second output would give.
    _ = attributes.take("storage_order")
    let made = try model.builder.window(
      .maxPooling(MaxPooling(window: window)), columns, .channelsFirst, node.title)
    try model.give(node, model.builder.series(made, like: view, .channelsFirst))
  }

  private static func readGlobalMaxPool(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let made = try model.builder.globalMaximum(
      model.builder.columns(view, .channelsFirst), .channelsFirst, node.title)
    try model.give(node, model.builder.series(made, like: view, .channelsFirst))
  }

  static let keras = [
    KerasClass("MaxPooling2D", becomes: "`maxpool`", readMaxPooling),
    KerasClass("MaxPooling1D", becomes: "`maxpool`", readMaxPooling),
    KerasClass("GlobalMaxPooling2D", becomes: "`maxpool`", if: "up to 256x256", readGlobalMaxPooling),
    KerasClass("GlobalMaxPooling1D", becomes: "`maxpool`", if: "up to 256", readGlobalMaxPooling),
  ]

  private static func readMaxPooling(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let layout = try layer.layout
    let pooling = MaxPooling(window: try layer.window("pool_size"))
    let made = try model.builder.window(
      .maxPooling(pooling), layer.columns(model.builder), layout, layer.title)
    return model.builder.series(made, like: layer.inputs[0], layout)
  }

  private static func readGlobalMaxPooling(_ model: inout KerasImport, _ layer: KerasLayer)
    throws(GraphFailure) -> ArrayView
  {
    let pool = try layer.globalPool
    let columns = try layer.columns(model.builder)
    let made = model.builder.series(
      try model.builder.globalMaximum(columns, pool.layout, layer.title), like: layer.inputs[0], pool.layout)
    if pool.keepsAxes { return made }
    return ArrayView(
      value: made.value,
      axes: made.axes.indices.filter { !pool.axes.contains($0) }.map { made.axes[$0] })
  }

  static let lite = [LiteOperator("MAX_POOL_2D", becomes: "`maxpool`", readLite)]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let (view, window) = try model.poolingWindow(node)
    let made = try model.builder.window(
      .maxPooling(MaxPooling(window: window)), view, .channelsLast, model.title(node))
    try model.give(node, made, function: model.function(node, 5))
  }
}
