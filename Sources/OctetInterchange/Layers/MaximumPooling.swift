import OctetNetwork

/// The largest value of each channel under a window.
extension MaxPooling: WindowedLayer {
  var kind: FloatLayerKind { .maxPooling(self) }
  func moving(_ window: Window) -> Graph.Operation? { .layer(.maxPooling(MaxPooling(window: window))) }

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
    let image = try imageShape(view, layout)
    guard image.height <= 256, image.width <= 256 else {
      throw GraphFailure("runs over \(image.height)x\(image.width); the limit is 256x256")
    }
    let window = Window(
      height: image.height, width: image.width, strideHeight: image.height, strideWidth: image.width)
    return try self.window(.maxPooling(MaxPooling(window: window)), view, layout, title)
  }
}

extension GraphBuilder {
  /// The maximum over the height and width of an image, or over the steps of a series.
  mutating func maximum(over axes: Set<Int>, keepsAxes: Bool, _ view: ArrayView, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let last = Set(0..<max(view.axes.count - 1, 0))
    guard (2...3).contains(view.axes.count), axes == last || axes == Set(1..<view.axes.count) else {
      guard !axes.isEmpty, axes.count < view.axes.count else {
        throw GraphFailure("takes the maximum over \(axes.count) of \(view.axes.count) axes of an item")
      }
      // What is looked at becomes the rows, all else the channels.
      let moved = try reduced(axes, of: view, title)
      let rows = axes.reduce(1) { $0 * view.sizes[$1] }
      let kept = view.axes.indices.filter { !axes.contains($0) }
      let image = ArrayView(
        value: moved.value,
        axes: [
          ArrayAxis(size: rows, stride: view.count / rows), .one,
          ArrayAxis(size: view.count / rows, stride: 1),
        ])
      let made = try globalMaximum(image, .channelsLast, title)
      var sizes = moved.axes
      for axis in axes { sizes[axis] = .one }
      return ArrayView(value: made.value, axes: keepsAxes ? sizes : kept.map { sizes[$0] })
    }
    let layout: Layout = axes == last ? .channelsLast : .channelsFirst
    let made = series(
      try globalMaximum(columns(view, layout), layout, title), like: view, layout)
    if keepsAxes { return made }
    return ArrayView(
      value: made.value, axes: made.axes.indices.filter { !axes.contains($0) }.map { made.axes[$0] })
  }
}

extension GraphBuilder {
  /// The maximum of each channel under a window that moves over an image with the channels first.
  ///
  /// Where cells of the window lie apart, it is that of one part of the image for each of its rows, then for each of
  /// its columns.
  fileprivate mutating func maximum(under found: ONNXWindow, _ view: ArrayView, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let (window, steps) = (found.window, [found.dilation.height, found.dilation.width])
    let (sizes, strides) = ([window.height, window.width], [window.strideHeight, window.strideWidth])
    guard found.isDilated else {
      return try self.window(.maxPooling(MaxPooling(window: window)), view, .channelsFirst, title)
    }
    guard window.padding == .valid else {
      throw GraphFailure(
        "has dilations \(steps) and a border; they are supported without pads, and where ceil_mode adds no window"
      )
    }
    var made = view
    for (place, size) in sizes.enumerated() {
      let (axis, rest) = (place + 1, view.sizes[place + 1] - (size - 1) * steps[place] - 1)
      guard rest >= 0 else {
        throw GraphFailure(
          "has dilations \(steps) and a window \(sizes), which covers more than \(view.sizes[axis]) cells")
      }
      let (whole, count) = (made, rest / strides[place] + 1)
      for cell in 0..<size {
        let part = try slice(
          whole, axis: axis, from: cell * steps[place], step: strides[place], count: count, title)
        guard cell > 0 else {
          made = part
          continue
        }
        made = try join(.maximum, made, part, title)
        // One of the values that it reads, in integers too.
        graph.nodes[made.value - 1].isMove = true
      }
    }
    return made
  }
}

extension GraphBuilder {
  /// The minimum over some axes: less the maximum of what is less.
  mutating func minimum(over axes: Set<Int>, keepsAxes: Bool, _ view: ArrayView, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let less = try function(.value(.line(-1, 0)), view, title)
    return try function(
      .value(.line(-1, 0)), maximum(over: axes, keepsAxes: keepsAxes, less, title), title)
  }
}

extension MaxPooling {
  static let onnx = [
    ONNXOperator("ReduceMax", becomes: "`maxpool`", if: "over height and width") {
      model, node, attributes throws(GraphFailure) in
      try model.give(node, try model.builder.maximum(model.reduction(node, &attributes), node.title))
    },
    ONNXOperator("ReduceMin", becomes: minimum, if: "over height and width") {
      model, node, attributes throws(GraphFailure) in
      try model.give(node, try model.builder.minimum(model.reduction(node, &attributes), node.title))
    },
    ONNXOperator(
      "MaxPool", becomes: "`maxpool`; with dilations `maximum`",
      if: "one or two axes; dilations without a border", readMaxPool),
    ONNXOperator("GlobalMaxPool", becomes: "`maxpool`", if: "up to 256x256", readGlobalMaxPool),
  ]

  private static func readMaxPool(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let (view, columns, found) = try model.poolingWindow(node, &attributes)
    // This only numbers the places that a second output would give.
    _ = attributes.take("storage_order")
    let made = try model.builder.maximum(under: found, columns, node.title)
    try model.give(node, model.builder.series(made, like: view, .channelsFirst))
  }

  static let minimum = "`maxpool` between functions"

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

  static let lite = [
    LiteOperator("MAX_POOL_2D", becomes: "`maxpool`", readLite),
    LiteOperator("REDUCE_MAX", becomes: "`maxpool`", if: "over height and width") {
      model, node throws(GraphFailure) in
      try model.give(node, try model.builder.maximum(model.reduction(node), model.title(node)))
    },
    LiteOperator("REDUCE_MIN", becomes: minimum, if: "over height and width, in float files") {
      model, node throws(GraphFailure) in
      guard !model.isInteger else { throw GraphFailure("is supported in float files only") }
      try model.give(node, try model.builder.minimum(model.reduction(node), model.title(node)))
    },
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let (view, window) = try model.poolingWindow(node)
    let made = try model.builder.window(
      .maxPooling(MaxPooling(window: window)), view, .channelsLast, model.title(node))
    try model.give(node, made, function: model.function(node, 5))
  }
}
