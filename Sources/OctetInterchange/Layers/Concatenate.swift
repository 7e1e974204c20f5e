import OctetNetwork
import OctetText

/// Two values one after the other along an axis.
extension Concatenate: FloatLayer {
  var kind: FloatLayerKind { .concatenate(self) }
  var takesFunction: Bool { true }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    var values: [String] = []
    for (value, shape) in zip(layer.inputs, layer.inputShapes) {
      values.append(layer.output.isFlat ? value : export.writer.image(value, shape, name: layer.name))
    }
    return export.writer.node("Concat", values, [("axis", .integer(axis.onnx))], name: layer.name)
  }
}

extension Concatenate: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    var values: [String] = []
    for tensor in [layer.input, layer.secondInput] {
      let integers = export.integers[tensor]
      let shape = export.shape(tensor)
      let image = layer.to.isFlat ? integers : export.writer.image(integers, shape, name: layer.name)
      values.append(export.dequantize(image, tensor, name: layer.name))
    }
    let axis: ImageAxis =
      layer.to.channels != layer.from.channels
      ? .channels : layer.to.width != layer.from.width ? .columns : .rows
    let joined = export.writer.node(
      "Concat", values, [("axis", .integer(axis.onnx))], name: layer.name)
    return export.quantize(export.clamp(joined, layer), layer.output)
  }
}

extension ImageAxis {
  /// In an array of images with channels first.
  fileprivate var onnx: Int {
    switch self {
    case .channels: 1
    case .rows: 2
    case .columns: 3
    }
  }
}

extension GraphBuilder {
  /// Arrays one after the other along an axis.
  mutating func concatenation(_ views: [ArrayView], axis: Int, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    let rank = views[0].axes.count
    guard views.allSatisfy({ $0.axes.count == rank }), (0..<rank).contains(axis) else {
      throw GraphFailure("joins arrays of different numbers of axes")
    }
    for place in 0..<rank where place != axis {
      guard views.allSatisfy({ $0.sizes[place] == views[0].sizes[place] }) else {
        throw GraphFailure(
          "joins arrays of the sizes \(views.map(\.sizes)), which differ beside axis \(axis + 1)")
      }
    }
    var joined = views[0]
    for view in views.dropFirst() { joined = try concatenation(joined, view, axis, title) }
    return joined
  }

  private mutating func concatenation(
    _ left: ArrayView, _ right: ArrayView, _ axis: Int, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    if let joined = try imageConcatenation(left, right, axis, title) { return joined }
    // In no order of images: both as rows of values, seen as what is before the axis, the axis with what is behind it.
    let (one, other) = (try contiguous(left, title), try contiguous(right, title))
    let before = left.sizes[..<axis].reduce(1, *)
    let parts = [one, other].map { view in
      ArrayView(
        value: view.value,
        axes: [
          ArrayAxis(size: before, stride: view.count / before),
          ArrayAxis(size: view.count / before, stride: 1),
        ])
    }
    let rows = try (laidRows(parts[0], title), laidRows(parts[1], title))
    let shape = ImageShape(
      height: before, width: 1, channels: shape(rows.0).channels + shape(rows.1).channels)
    let value = try append(
      Graph.Node(
        operation: .layer(.concatenate(Concatenate())), inputs: [rows.0.value, rows.1.value], shape: shape,
        title: title))
    var sizes = left.sizes
    sizes[axis] += right.sizes[axis]
    var axes: [ArrayAxis] = []
    var stride = 1
    for size in sizes.reversed() {
      axes.insert(ArrayAxis(size: size, stride: stride), at: 0)
      stride *= size
    }
    return ArrayView(value: value, axes: axes, hasBatch: left.hasBatch)
  }

  /// A row of values as several rows.
  private mutating func laidRows(_ view: ArrayView, _ title: String) throws(GraphFailure) -> ArrayView {
    view.axes[0].size == 1 ? view : try gathered(view.axes, of: view, first: 0, title)
  }

  /// The two as images; nil where the elements of the first lie in no order of one.
  private mutating func imageConcatenation(
    _ left: ArrayView, _ right: ArrayView, _ axis: Int, _ title: String
  ) throws(GraphFailure) -> ArrayView? {
    let rank = left.axes.count
    if rank == 1 {
      let values = [
        try flat(try ordered(left, title).value, title), try flat(try ordered(right, title).value, title),
      ]
      let count = left.count + right.count
      let value = try append(
        Graph.Node(
          operation: .layer(.concatenate(Concatenate())), inputs: values, shape: ImageShape(flat: count),
          title: title))
      return ArrayView(
        value: value, axes: [ArrayAxis(size: count, stride: 1)], hasBatch: left.hasBatch)
    }
    var found = try layout(of: left)
    if found == nil { found = try layout(of: right) }
    guard let layout = found else { return nil }
    let isSeries = rank == 2
    let one = try laid(columns(left, layout), layout, title)
    let other = try laid(columns(right, layout), layout, title)
    let channelsPlace = layout == .channelsLast ? rank - 1 : 0
    let rowsPlace = layout == .channelsLast ? 0 : 1
    let side: ImageAxis =
      axis == channelsPlace ? .channels : isSeries || axis == rowsPlace ? .rows : .columns
    let kind = Concatenate(side)
    let shape: ImageShape
    let images = [try image(one, layout), try image(other, layout)]
    do throws(ShapeMismatch) {
      shape = try kind.outputShape(joining: images)
    } catch {
      throw GraphFailure(error.reason)
    }
    // A value of one row may be seen as one of one column.
    var values: [Int] = []
    for (view, image) in zip([one, other], images) {
      values.append(self.shape(view) == image ? view.value : try reshaped(view.value, image, title))
    }
    let value = try append(
      Graph.Node(operation: .layer(.concatenate(kind)), inputs: values, shape: shape, title: title))
    var made = series(view(value, layout), like: left, layout)
    made.hasBatch = left.hasBatch
    return made
  }

  /// The layout in which an array is an image or a series; nil if it is none.
  func layout(of view: ArrayView) throws(GraphFailure) -> Layout? {
    guard (2...3).contains(view.axes.count) else { return nil }
    for layout in [Layout.channelsLast, .channelsFirst] {
      do throws(GraphFailure) {
        _ = try image(columns(view, layout), layout)
        return layout
      } catch {
        if error.wantedInput != nil { throw error }
      }
    }
    return nil
  }

  /// A row of values whose elements lie in their order.
  private mutating func ordered(_ view: ArrayView, _ title: String) throws(GraphFailure) -> ArrayView {
    view.places == nil ? view : try contiguous(view, title)
  }
}

extension Concatenate {
  static let onnx = [
    ONNXOperator("Concat", becomes: "`concatenate`", if: "not along the batch", readConcat)
  ]

  private static func readConcat(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    var views: [ArrayView] = []
    for place in node.inputs.indices { views.append(try model.view(node, place)) }
    guard let first = views.first else { throw GraphFailure("joins nothing") }
    let axis = try first.axis(attributes.integer("axis", otherwise: 1))
    try model.give(node, try model.builder.concatenation(views, axis: axis, node.title))
  }

  static let keras = [KerasClass("Concatenate", becomes: "`concatenate`", inputs: .several, readConcatenate)]

  private static func readConcatenate(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    guard layer.inputs.count > 1 else {
      throw GraphFailure("joins \(layer.inputs.count) values; two or more are needed")
    }
    let axis = try layer.inputs[0].axis(layer.configuration.integer("axis") ?? -1)
    return try model.builder.concatenation(layer.inputs, axis: axis, layer.title)
  }

  static let lite = [
    LiteOperator("CONCATENATION", becomes: "`concatenate`", if: "not along the batch", readLite)
  ]

  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    if try model.makesShape(node) { return }
    var views: [ArrayView] = []
    for place in node.inputs.indices { views.append(try model.view(node, place)) }
    guard let first = views.first else { throw GraphFailure("joins nothing") }
    let function = try model.function(node, 1)
    let rank = first.axes.count + 1
    let number = try model.option(node, 0)
    let axis = number < 0 ? number + rank : number
    guard (1..<rank).contains(axis) else { throw GraphFailure("joins along axis \(number) of \(rank)") }
    if model.isInteger {
      for source in node.inputs { try model.checkSameIntegers(source, node.outputs[0]) }
      guard function == .identity else { throw GraphFailure("has a fused function, which is not supported") }
    }
    let made = try model.builder.concatenation(views, axis: axis - 1, model.title(node))
    try model.give(node, made, function: function, isLayer: views.count > 1)
  }
}
