import OctetNetwork

/// The mean of each channel under a window, over the cells that lie on the input.
extension AveragePooling: WindowedLayer {
  var kind: FloatLayerKind { .averagePooling(self) }
  func moving(_ window: Window) -> Graph.Operation? {
    .layer(.averagePooling(AveragePooling(window: window)))
  }

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
      "AveragePool", becomes: "`averagepool`; `depthwise` where it counts its border as zeros",
      if: "one or two axes; dilation 1", readONNX)
  ]

  private static func readONNX(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    if let made = try alongChannels(&model, node, &attributes) { return try model.give(node, made) }
    let (view, whole, found) = try model.poolingWindow(node, &attributes)
    var (columns, window) = (whole, found.window)
    guard !found.isDilated else {
      throw GraphFailure(
        "has dilations [\(found.dilation.height), \(found.dilation.width)]; only 1 is supported: write it as a Conv "
          + "with a group for each channel")
    }
    let countsBorder = try attributes.flag("count_include_pad")
    if countsBorder, !found.beyond.isEmpty {
      // The border's zeros are cells like others, and what the last windows cover behind them is none.
      columns = try model.builder.padding(found.border, columns, .channelsFirst, node.title)
      window = found.onBorderedImage
    }
    var kind = FloatLayerKind.averagePooling(AveragePooling(window: window))
    var weights: [Float] = []
    if countsBorder, found.beyond.isEmpty, window.padding != .valid {
      // Every window has all of its cells then.
      let cells = window.height * window.width
      kind = .depthwiseConvolution(DepthwiseConvolution(window: window, hasBias: false))
      let channels = try model.builder.imageShape(columns, .channelsFirst).channels
      weights = [Float](repeating: 1 / Float(cells), count: cells * channels)
    }
    let made = try model.builder.window(kind, columns, .channelsFirst, node.title, weights: weights)
    // Of integers the sum is taken, each weight being one step.
    if let step = weights.first { model.noteWeights(of: made, steps: step) }
    try model.give(node, model.builder.series(made, like: view, .channelsFirst))
  }

  /// Over the channels of images alone, which stand in the place of a volume's first axis: torch writes a local
  /// response normalization so.
  private static func alongChannels(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> ArrayView? {
    let view = try model.view(node)
    guard view.axes.count == 4, view.axes[0] == .one else { return nil }
    guard let size = try attributes.integers("kernel_shape"), size.count == 3, size[0] > 0,
      size[1...] == [1, 1],
      try (attributes.integers("strides") ?? [1, 1, 1]) == [1, 1, 1],
      try (attributes.integers("dilations") ?? [1, 1, 1]) == [1, 1, 1],
      try attributes.text("auto_pad", otherwise: "NOTSET") == "NOTSET"
    else {
      throw GraphFailure("has a window over volumes, but for one that slides over the channels of images")
    }
    let pads = try attributes.integers("pads") ?? [0, 0, 0, 0, 0, 0]
    // With steps of one there is nothing to round.
    _ = try attributes.flag("ceil_mode")
    let countsBorder = try attributes.flag("count_include_pad")
    guard pads.count == 6,
      pads.indices.allSatisfy({ $0 % 3 == 0 ? (0..<size[0]).contains(pads[$0]) : pads[$0] == 0 }),
      pads.allSatisfy({ $0 == 0 }) || countsBorder, view.sizes[1] + pads[0] + pads[3] >= size[0]
    else { throw GraphFailure("has a window over channels with the border \(pads)") }
    let image = ArrayView(value: view.value, axes: Array(view.axes[1...]), hasBatch: view.hasBatch)
    var made = try model.builder.channelSums(
      image, .channelsFirst, outputs: view.sizes[1] + pads[0] + pads[3] - size[0] + 1, before: pads[0],
      after: size[0] - 1 - pads[0], weight: 1 / Float(size[0]), node.title)
    made.axes.insert(.one, at: 0)
    return made
  }

  static let keras = ["AveragePooling2D", "AveragePooling1D"].map {
    KerasClass($0, becomes: "`averagepool`", readKeras)
  }

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let layout = try layer.layout
    let pooling = AveragePooling(window: try layer.window("pool_size"))
    let made = try model.builder.window(
      .averagePooling(pooling), layer.columns(model.builder), layout, layer.title)
    return model.builder.series(made, like: layer.inputs[0], layout)
  }

  static let lite = [LiteOperator("AVERAGE_POOL_2D", becomes: "`averagepool`", readLite)]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let (view, window) = try model.poolingWindow(node)
    let made = try model.builder.window(
      .averagePooling(AveragePooling(window: window)), view, .channelsLast, model.title(node))
    try model.give(node, made, function: model.function(node, 5))
  }
}
