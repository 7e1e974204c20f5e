import OctetNetwork

/// A convolution of each channel by itself. Weights of the graph: `rows x columns x channels x multiplier`.
extension DepthwiseConvolution: WindowedLayer {
  var kind: FloatLayerKind { .depthwiseConvolution(self) }
  var takesFunction: Bool { true }
  var withBias: Graph.Operation? {
    .layer(
      .depthwiseConvolution(
        DepthwiseConvolution(window: window, multiplier: multiplier, hasBias: true)))
  }
  var convolutionWindow: Window? { window }
  func moving(_ window: Window) -> Graph.Operation? {
    .layer(
      .depthwiseConvolution(
        DepthwiseConvolution(window: window, multiplier: multiplier, hasBias: hasBias)))
  }

  static let formatsWithout: [ForeignFormat: String] = [
    .onnx: "Conv with as many groups as channels stands in Convolution.swift"
  ]

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    export.writeConvolution(
      layer, window, channels: 1, filters: layer.input.channels * multiplier, hasBias: hasBias,
      [("group", .integer(layer.input.channels))])
  }
}

extension DepthwiseConvolution: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    export.writeConvolution(layer, groups: layer.from.channels, outputsLast: true)
  }
}

extension DepthwiseConvolution {
  static let keras =
    ["DepthwiseConv2D", "DepthwiseConv1D"].map {
      KerasClass($0, becomes: "`depthwise`", readKeras)
    }
    + ["SeparableConv2D", "SeparableConv1D"].map {
      KerasClass(
        $0, becomes: "`depthwise` and `conv`", readSeparable)
    }

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let multiplier =
      layer.configuration["depth_multiplier"] == nil ? 1 : try layer.count("depth_multiplier", atMost: 64)
    let layout = try layer.layout
    let made = try model.depthwise(layer, multiplier: multiplier) { channels throws(GraphFailure) in
      try layer.bias(channels)
    }
    return try model.activate(layer, model.builder.series(made, like: layer.inputs[0], layout))
  }

  /// A depthwise convolution without a bias, then a convolution of one cell.
  private static func readSeparable(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let multiplier =
      layer.configuration["depth_multiplier"] == nil ? 1 : try layer.count("depth_multiplier", atMost: 64)
    let filters = try layer.count("filters", atMost: 65_536)
    let layout = try layer.layout
    let deep = try model.depthwise(layer, multiplier: multiplier) { _ in nil }
    let channels = try model.builder.imageShape(deep, layout).channels
    let cell = Window(height: 1, width: 1)
    let made = try model.builder.convolution(
      deep, layout, cell, filters: filters, groups: 1,
      weights: layer.weights(["pointwise_kernel", "1"], shape: layer.cells(cell) + [channels, filters]),
      bias: layer.bias(filters, number: "2"), layer.title)
    return try model.activate(layer, model.builder.series(made, like: layer.inputs[0], layout))
  }

  static let lite = [
    LiteOperator(
      "DEPTHWISE_CONV_2D", becomes: "`depthwise`", readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let (view, blocks) = try model.viewOfBlocks(node)
    let (tensor, shape) = try model.weights(node, rank: 4)
    let channels = try model.builder.imageShape(view, .channelsLast).channels
    guard shape[0] == 1, shape[3] % channels == 0, shape[3] / channels <= 64 else {
      throw GraphFailure("has weights \(shape) for \(channels) channels")
    }
    let (narrow, dilation) = try model.window(
      node, height: shape[1], width: shape[2], dilations: (5, 6), blocks: blocks)
    let (window, weights) = try model.builder.spread(
      narrow, dilation, model.weightNumbers(tensor).map { Float($0) })
    let bias = try model.bias(node, count: shape[3])
    let depthwise = DepthwiseConvolution(
      window: window, multiplier: shape[3] / channels, hasBias: bias != nil)
    let made = try model.builder.window(
      .depthwiseConvolution(depthwise), view, .channelsLast, model.title(node), weights: weights, bias: bias)
    try model.give(node, made, function: model.function(node, 4), weights: tensor, blocks: blocks)
  }
}

extension KerasImport {
  /// The depthwise part of a layer; of a series as an image of one column.
  ///
  /// - Parameter bias: gets the number of outputs.
  fileprivate mutating func depthwise(
    _ layer: KerasLayer, multiplier: Int, bias: (Int) throws(GraphFailure) -> [Double]?
  ) throws(GraphFailure) -> ArrayView {
    let layout = try layer.layout
    let columns = try layer.columns(builder)
    let channels = try builder.imageShape(columns, layout).channels
    let (narrow, dilation) = try layer.convolutionWindow
    let (window, weights) = try builder.spread(
      narrow, dilation,
      layer.weights(
        ["depthwise_kernel", "kernel", "0"], shape: layer.cells(narrow) + [channels, multiplier]))
    let bias = try bias(channels * multiplier)
    let kind = DepthwiseConvolution(window: window, multiplier: multiplier, hasBias: bias != nil)
    return try builder.window(
      .depthwiseConvolution(kind), columns, layout, layer.title, weights: weights, bias: bias)
  }
}
