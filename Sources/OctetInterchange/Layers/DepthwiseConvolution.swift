import OctetNetwork

/// A convolution of each channel by itself. Weights of the graph: `rows x columns x channels x multiplier`.
extension DepthwiseConvolution: FloatLayer {
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
  static let keras = [
    KerasClass("DepthwiseConv2D", becomes: "`depthwise`", if: "dilation 1", readKeras)
  ]

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let multiplier =
      layer.configuration["depth_multiplier"] == nil ? 1 : try layer.count("depth_multiplier", atMost: 64)
    let layout = try layer.layout
    let window = try layer.window("kernel_size")
    let channels = try model.builder.image(layer.inputs[0], layout).channels
    let weights = try layer.weights(
      ["depthwise_kernel", "kernel", "0"], shape: [window.height, window.width, channels, multiplier])
    let bias = try layer.bias(channels * multiplier)
    let made = try model.builder.window(
      .depthwiseConvolution(
        DepthwiseConvolution(window: window, multiplier: multiplier, hasBias: bias != nil)),
      layer.inputs[0], layout, layer.title, weights: weights, bias: bias)
    return try model.activate(layer, made)
  }

  static let lite = [
    LiteOperator("DEPTHWISE_CONV_2D", becomes: "`depthwise`", if: "dilation 1", readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node)
    let (tensor, shape) = try model.weights(node, rank: 4)
    let channels = try model.builder.image(view, .channelsLast).channels
    guard shape[0] == 1, shape[3] % channels == 0, shape[3] / channels <= 64 else {
      throw GraphFailure("has weights \(shape) for \(channels) channels")
    }
    let window = try model.window(node, height: shape[1], width: shape[2], dilations: (5, 6))
    let weights = try model.numbers(tensor).map { Float($0) }
    let bias = try model.bias(node, count: shape[3])
    let depthwise = DepthwiseConvolution(
      window: window, multiplier: shape[3] / channels, hasBias: bias != nil)
    let made = try model.builder.window(
      .depthwiseConvolution(depthwise), view, .channelsLast, model.title(node), weights: weights, bias: bias)
    try model.give(node, made, function: model.function(node, 4), weights: tensor)
  }
}
