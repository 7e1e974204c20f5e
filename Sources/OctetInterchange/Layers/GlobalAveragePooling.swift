import OctetNetwork

/// The mean of each channel over the whole image; operators of means in general.
extension GlobalAveragePooling: FloatLayer {
  var kind: FloatLayerKind { .globalAveragePooling(self) }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    if layer.input.isFlat { return layer.inputs[0] }
    let mean = export.writer.node("GlobalAveragePool", layer.inputs, name: layer.name)
    return export.writer.flat(mean, layer.output, name: layer.name)
  }
}

extension GlobalAveragePooling: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let value = export.dequantize(layer.input, name: layer.name)
    if layer.from.isFlat { return export.quantize(export.clamp(value, layer), layer.output) }
    let mean = export.writer.node("GlobalAveragePool", [value], name: layer.name)
    let integers = export.quantize(export.clamp(mean, layer), layer.output)
    return export.writer.flat(integers, layer.to, name: layer.name)
  }
}

extension GraphBuilder {
  /// The mean over some axes of an image.
  mutating func mean(over axes: Set<Int>, keepsAxes: Bool, _ view: ArrayView, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let shape = shape(view)
    let (channels, line) = (shape.channels, shape.width * shape.channels)
    let taken = axes.flatMap { view.axes[$0].parts }
    let count = taken.reduce(1) { $0 * $1.size }
    let value: Int
    var (width, height) = (shape.width, shape.height)
    if count == 1 {
      value = view.value
    } else if !taken.allSatisfy({ $0.stride >= channels }) {
      return try mean(over: axes, keepsAxes: keepsAxes, reduced(axes, of: view, title), title)
    } else if count == shape.height * shape.width {
      (height, width) = (1, 1)
      value = try append(
        Graph.Node(
          operation: .layer(.globalAveragePooling(GlobalAveragePooling())), inputs: [view.value],
          shape: ImageShape(flat: channels), title: title, isMean: true))
    } else {
      let isColumns = taken.allSatisfy({ $0.stride * $0.size <= line }) && count == shape.width
      let isRows = taken.allSatisfy({ $0.stride >= line }) && count == shape.height
      guard isColumns || isRows, count <= 256 else {
        return try mean(over: axes, keepsAxes: keepsAxes, reduced(axes, of: view, title), title)
      }
      if isRows { height = 1 } else { width = 1 }
      let window = Window(height: isRows ? count : 1, width: isRows ? 1 : count)
      value = try append(
        Graph.Node(
          operation: .layer(.averagePooling(AveragePooling(window: window))), inputs: [view.value],
          shape: ImageShape(height: height, width: width, channels: channels), title: title,
          isMean: true))
    }
    var made: [ArrayAxis] = []
    for (index, axis) in view.axes.enumerated() {
      if axes.contains(index) {
        if keepsAxes { made.append(.one) }
      } else {
        made.append(width == shape.width ? axis : axis.scaled(above: line, from: line, to: width * channels))
      }
    }
    return ArrayView(value: value, axes: made)
  }
}

extension GlobalAveragePooling {
  static let onnx = [
    ONNXOperator(
      "GlobalAveragePool", becomes: "`globalaveragepool`", if: "one or two axes", readGlobalAveragePool),
    ONNXOperator(
      "ReduceMean", becomes: "`globalaveragepool`, `averagepool`", if: "over height, width or both",
      readReduceMean),
    ONNXOperator(
      "ReduceSum", becomes: "`globalaveragepool` or `averagepool`, and `batchnorm`",
      if: "over height, width or both", readReduceSum),
  ]

  /// The mean, times the number of cells.
  private static func readReduceSum(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let sum = try model.reduction(node, &attributes, inputSince: 13)
    if sum.axes.isEmpty { return try model.give(node, sum.view) }
    let mean = try model.builder.mean(sum, node.title)
    try Affine.give(&model, node, mean, factors: GraphBuilder.Constant(Double(sum.count)))
  }

  private static func readGlobalAveragePool(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    _ = try model.builder.imageShape(model.builder.columns(view, .channelsFirst), .channelsFirst)
    let axes = Set(1..<view.axes.count)
    try model.give(node, try model.builder.mean(over: axes, keepsAxes: true, view, node.title))
  }

  private static func readReduceMean(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let mean = try model.reduction(node, &attributes)
    if mean.axes.isEmpty { return try model.give(node, mean.view) }
    try model.give(node, try model.builder.mean(mean, node.title))
  }

  static let keras = ["GlobalAveragePooling2D", "GlobalAveragePooling1D"].map {
    KerasClass($0, becomes: "`globalaveragepool`", readKeras)
  }

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let pool = try layer.globalPool
    // A series needs its steps as rows.
    if layer.isSeries { _ = try model.builder.imageShape(layer.columns(model.builder), pool.layout) }
    return try model.builder.mean(
      over: pool.axes, keepsAxes: pool.keepsAxes, layer.inputs[0], layer.title)
  }

  static let lite = [
    LiteOperator(
      "MEAN", becomes: "`globalaveragepool`, `averagepool`", if: "over height, width or both", readMean),
    LiteOperator(
      "SUM", becomes: "`globalaveragepool` or `averagepool`, and `batchnorm`", if: "in float files", readSum),
  ]

  private static func readSum(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    guard !model.isInteger else {
      throw GraphFailure(
        "is supported in float files only, as LiteRT's kernels of integers differ: use MEAN, and MUL by the count"
      )
    }
    let sum = try model.reduction(node)
    let mean = try model.builder.mean(sum, model.title(node))
    try Affine.give(
      &model, node, mean, factors: GraphBuilder.Constant(Double(sum.count)), function: .identity)
  }

  private static func readMean(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let mean = try model.reduction(node)
    let made = try model.builder.mean(mean, model.title(node))
    try model.give(node, made, isLayer: made.value != mean.view.value)
  }
}
