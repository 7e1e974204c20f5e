import OctetNetwork

/// Weighted sums under a window. Weights of the graph: `rows x columns x channels x filters`.
extension Convolution: WindowedLayer {
  var kind: FloatLayerKind { .convolution(self) }
  var takesFunction: Bool { true }
  var withBias: Graph.Operation? {
    .layer(.convolution(Convolution(filters: filters, window: window, hasBias: true)))
  }
  var convolutionWindow: Window? { window }
  func moving(_ window: Window) -> Graph.Operation? {
    .layer(.convolution(Convolution(filters: filters, window: window, hasBias: hasBias)))
  }
  /// The zeros of a border stay what they are.
  var inputScaling: InputScaling { window.padding == .valid ? .weights : .separate }
}

extension GraphBuilder {
  /// A convolution in groups of channels, which do not see each other.
  ///
  /// - Parameter weights: `rows x columns x channels per group x filters`.
  mutating func convolution(
    _ view: ArrayView, _ layout: Layout, _ window: Window, dilation: Dilation = .none, filters: Int,
    groups: Int, weights: [Float],
    bias: [Double]?, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let channels = try imageShape(view, layout).channels
    let (window, weights) = try spread(window, dilation, weights)
    let cells = window.height * window.width
    guard groups > 0, filters > 0, channels % groups == 0, filters % groups == 0 else {
      throw GraphFailure("has \(groups) groups for \(channels) channels and \(filters) filters")
    }
    let perGroup = channels / groups
    let isDepthwise = groups == channels && groups > 1 && filters / groups <= 64
    guard filters <= NetworkDescription.largestParameterCount / (cells * (isDepthwise ? 1 : channels)),
      weights.count == cells * perGroup * filters
    else {
      throw GraphFailure(
        """
        has \(weights.count) weights for \(filters) filters of \(window.height)x\(window.width) and \
        \(channels) channels
        """)
    }
    if isDepthwise {
      let depthwise = DepthwiseConvolution(
        window: window, multiplier: filters / groups, hasBias: bias != nil)
      return try self.window(
        .depthwiseConvolution(depthwise), view, layout, title, weights: weights, bias: bias)
    }
    var ordered = weights
    if groups > 1 {
      // Groups that do not see a channel have zeros for it.
      ordered = [Float](repeating: 0, count: cells * channels * filters)
      let filtersPerGroup = filters / groups
      for cell in 0..<cells {
        for own in 0..<perGroup {
          for filter in 0..<filters {
            let channel = filter / filtersPerGroup * perGroup + own
            ordered[(cell * channels + channel) * filters + filter] =
              weights[(cell * perGroup + own) * filters + filter]
          }
        }
      }
    }
    return try self.window(
      .convolution(Convolution(filters: filters, window: window, hasBias: bias != nil)), view, layout, title,
      weights: ordered, bias: bias)
  }
}

/// How far the cells of a window lie apart.
struct Dilation {
  var height: Int
  var width: Int

  static let none = Dilation(height: 1, width: 1)
}

extension GraphBuilder {
  /// A window whose cells lie apart as one without gaps, which has zeros between the weights.
  ///
  /// - Parameter weights: cell after cell.
  func spread(_ window: Window, _ dilation: Dilation, _ weights: [Float]) throws(GraphFailure)
    -> (Window, [Float])
  {
    let height = (window.height - 1) * dilation.height + 1
    let width = (window.width - 1) * dilation.width + 1
    if height == window.height, width == window.width { return (window, weights) }
    let cells = window.height * window.width
    guard height <= 256, width <= 256, weights.count % cells == 0,
      height * width <= NetworkDescription.largestParameterCount / max(weights.count / cells, 1)
    else {
      throw GraphFailure(
        "has a window that covers \(height)x\(width) with its dilation, which is too large; 256x256 is the most"
      )
    }
    let perCell = weights.count / cells
    var spread = [Float](repeating: 0, count: height * width * perCell)
    for row in 0..<window.height {
      for column in 0..<window.width {
        let from = (row * window.width + column) * perCell
        let to = (row * dilation.height * width + column * dilation.width) * perCell
        for index in 0..<perCell { spread[to + index] = weights[from + index] }
      }
    }
    let wide = Window(
      height: height, width: width, strideHeight: window.strideHeight, strideWidth: window.strideWidth,
      padding: window.padding)
    return (wide, spread)
  }
}

// MARK: - ONNX

extension Convolution {
  static let onnx = [
    ONNXOperator(
      "Conv", becomes: "`conv`; `depthwise` if each channel is a group; other groups as `conv` with zeros",
      if: "one or two axes", readConv)
  ]

  /// Weights `filters x channels per group x rows x columns` become `rows x columns x channels x filters`.
  private static func readConv(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let tensor = try model.floats(node, 1, "weights")
    guard tensor.shape.count == 3 || tensor.shape.count == 4, view.axes.count == tensor.shape.count - 1 else {
      throw GraphFailure(
        "has weights of \(tensor.shape.count) axes and reads \(view.axes.count + 1); three or four of both are needed"
      )
    }
    let columns = model.builder.columns(view, .channelsFirst)
    let input = try model.builder.imageShape(columns, .channelsFirst)
    let weights = tensor.values
    let (filters, perGroup) = (tensor.shape[0], tensor.shape[1])
    let size = Array(tensor.shape[2...])
    let groups = try attributes.integer("group", otherwise: 1)
    guard try attributes.integers("kernel_shape") ?? size == size else {
      throw GraphFailure("has a kernel_shape that is not that of its weights, \(tensor.shape)")
    }
    guard weights.count > 0, groups > 0, !perGroup.multipliedReportingOverflow(by: groups).overflow,
      perGroup * groups == input.channels
    else {
      throw GraphFailure(
        "has weights \(tensor.shape) in \(groups) groups, which do not fit an input of \(input.channels) channels"
      )
    }
    let found = try attributes.window(size, over: input, isPool: false)
    let (window, dilation) = (found.window, found.dilation)
    let bias = try model.filterBias(node, 2, filters: filters)
    let cells = size.reduce(1, *)
    var ordered: [Float] = []
    ordered.reserveCapacity(weights.count)
    for cell in 0..<cells {
      for own in 0..<perGroup {
        for filter in 0..<filters { ordered.append(weights[(filter * perGroup + own) * cells + cell]) }
      }
    }
    let made = try model.builder.convolution(
      columns, .channelsFirst, window, dilation: dilation, filters: filters, groups: groups, weights: ordered,
      bias: bias, node.title)
    try model.give(node, model.builder.series(made, like: view, .channelsFirst))
  }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    export.writeConvolution(
      layer, window, channels: layer.input.channels, filters: filters, hasBias: hasBias)
  }
}

extension ONNXExport {
  /// - Parameter channels: those that each filter sees.
  mutating func writeConvolution(
    _ layer: Layer, _ window: Window, channels: Int, filters: Int, hasBias: Bool,
    _ attributes: [(name: String, value: ONNXWriter.Attribute)] = []
  ) -> String {
    let values = Self.filtersFirst(
      parameter(layer, "weight"), cells: window.height * window.width, channels: channels, filters: filters)
    let weights = writer.constant(
      "\(layer.name).weight", [filters, channels, window.height, window.width], floats: values)
    let constants = [weights] + bias(layer, hasBias, filters)
    return windowed("Conv", layer, window, constants: constants, attributes)
  }

  /// `cells x channels x filters` becomes `filters x channels x cells`.
  private static func filtersFirst(_ weights: [Float], cells: Int, channels: Int, filters: Int) -> [Float] {
    var ordered: [Float] = []
    ordered.reserveCapacity(weights.count)
    for filter in 0..<filters {
      for channel in 0..<channels {
        for cell in 0..<cells { ordered.append(weights[(cell * channels + channel) * filters + filter]) }
      }
    }
    return ordered
  }
}

extension Convolution: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    export.writeConvolution(layer, groups: 1)
  }
}

extension ONNXQuantizedExport {
  /// A convolution in one group, or in as many as there are channels; then the outputs of a cell are side by side in
  /// the file.
  mutating func writeConvolution(_ layer: Layer, groups: Int, outputsLast: Bool = false) -> String {
    let channels = outputsLast ? 1 : layer.from.channels
    let (window, pool) = (layer.window, layer.pool)
    let parts = writeConstants(
      layer, cells: window.height * window.width, channels: channels,
      shape: [channels, window.height, window.width], outputsLast: outputsLast)
    let placement = placement(
      layer, places: (layer.to.height * pool.height, layer.to.width * pool.width))
    var value = writer.node(
      "Conv", [image(layer)] + parts, placement.attributes + [("group", .integer(groups))], name: layer.name)
    if pool != (1, 1) {
      let size = ONNXWriter.Attribute.integers([pool.height, pool.width])
      value = writer.node("MaxPool", [value], [("kernel_shape", size), ("strides", size)], name: layer.name)
    }
    let quantized = fit(quantize(clamp(value, layer), layer.output), placement, layer)
    return lookUp(quantized, layer)
  }
}

// MARK: - Keras and TensorFlow Lite

extension Convolution {
  static let keras = ["Conv2D", "Conv1D"].map {
    KerasClass(
      $0, becomes: "`conv`; `depthwise` if each channel is a group; other groups as `conv` with zeros",
      readKeras)
  }

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let filters = try layer.count("filters", atMost: 65_536)
    let groups = layer.configuration["groups"] == nil ? 1 : try layer.count("groups", atMost: 65_536)
    let layout = try layer.layout
    let (window, dilation) = try layer.convolutionWindow
    let columns = try layer.columns(model.builder)
    let channels = try model.builder.imageShape(columns, layout).channels
    let made = try model.builder.convolution(
      columns, layout, window, dilation: dilation, filters: filters, groups: groups,
      weights: layer.weights(["kernel", "0"], shape: layer.cells(window) + [channels / groups, filters]),
      bias: layer.bias(filters), layer.title)
    return try model.activate(layer, model.builder.series(made, like: layer.inputs[0], layout))
  }

  static let lite = [
    LiteOperator(
      "CONV_2D", becomes: "`conv`; `depthwise` if each channel is a group; other groups as `conv` with zeros",
      readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let (view, blocks) = try model.viewOfBlocks(node)
    let (tensor, shape) = try model.weights(node, rank: 4)
    let channels = try model.builder.imageShape(view, .channelsLast).channels
    guard channels % shape[3] == 0 else {
      throw GraphFailure("has weights \(shape) for \(channels) channels")
    }
    let (window, dilation) = try model.window(
      node, height: shape[1], width: shape[2], dilations: (4, 5), blocks: blocks)
    let weights = try model.outputsLast(tensor, outputs: shape[0])
    let bias = try model.bias(node, count: shape[0])
    let made = try model.builder.convolution(
      view, .channelsLast, window, dilation: dilation, filters: shape[0], groups: channels / shape[3],
      weights: weights,
      bias: bias, model.title(node))
    try model.give(node, made, function: model.function(node, 3), weights: tensor, blocks: blocks)
  }
}
