import OctetNetwork
import OctetText

/// Zeros around an image, which a convolution that reads it takes into its own border. Others a depthwise convolution
/// puts there.
extension Graph.Border: GraphOperation {
  var border: Graph.Border? { self }

  func floatLayer(_ node: Graph.Node, input: ImageShape) throws(GraphFailure) -> ForeignLayer {
    throw GraphFailure("\(node.title) puts zeros around an image")
  }
}

extension GraphBuilder {
  mutating func padding(_ border: Graph.Border, _ view: ArrayView, _ layout: Layout, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let input = try image(view, layout)
    if border.isEmpty { return view }
    let output = ImageShape(
      height: input.height + border.top + border.bottom, width: input.width + border.left + border.right,
      channels: input.channels)
    let value = try append(
      Graph.Node(operation: .padding(border), inputs: [view.value], shape: output, title: title))
    return self.view(value, layout)
  }
}

extension Graph.Border: TranslatedKind {
  static let onnx = [ONNXOperator("Pad", becomes: becomes, if: "zeros around rows and columns", readPad)]

  private static let becomes = "the border of the convolution, or `depthwise`"

  /// `mode`, `pads` and the value are attributes before 11.
  private static func readPad(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let mode = try attributes.text("mode", otherwise: "constant")
    guard mode == "constant" else { throw GraphFailure("pads in mode \(mode.quoted); constant is supported") }
    var value: Float = 0
    if model.version < 11 {
      value = try attributes.float("value", otherwise: 0)
    } else if model.isGiven(node, 2) {
      guard let given = try model.floats(node, 2, "value").values.first else {
        throw GraphFailure("has an empty array as the value that it pads with")
      }
      value = given
    }
    guard let pads = try model.integers(node, 1, "pads", inputSince: 11, &attributes) else {
      throw GraphFailure("has no pads")
    }
    let rank = view.axes.count + 1
    var axes = Array(0..<rank)
    if model.version >= 18, model.isGiven(node, 3) {
      guard let given = model.constant(node, 3) else {
        throw GraphFailure("needs constant axes as input 3")
      }
      axes = try given.integers("axes")
    }
    guard pads.count == 2 * axes.count else {
      throw GraphFailure("has \(pads.count) pads for \(axes.count) axes")
    }
    var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    for (index, axis) in axes.enumerated() {
      guard (-rank..<rank).contains(axis) else { throw GraphFailure("has axis \(axis) of \(rank)") }
      let place = axis < 0 ? axis + rank : axis
      (before[place], after[place]) = (pads[index], pads[index + axes.count])
    }
    if pads.allSatisfy({ $0 == 0 }) { return try model.give(node, view) }
    guard value == 0 else { throw GraphFailure("pads with \(value); 0 is supported") }
    // A series is an image of one column.
    if rank == 3, before[0] == 0, after[0] == 0, before[1] == 0, after[1] == 0,
      (0...255).contains(before[2]), (0...255).contains(after[2])
    {
      let border = Graph.Border(top: before[2], bottom: after[2])
      let made = try model.builder.padding(
        border, model.builder.columns(view, .channelsFirst), .channelsFirst, node.title)
      return try model.give(node, model.builder.series(made, like: view, .channelsFirst))
    }
    // Zeros go around rows and columns, wherever these axes stand.
    for (layout, rows) in [(GraphBuilder.Layout.channelsFirst, 2), (.channelsLast, 1)] where rank == 4 {
      var isOther = false
      for axis in 0..<rank where axis != rows && axis != rows + 1 {
        isOther = isOther || before[axis] != 0 || after[axis] != 0
      }
      guard !isOther, (before + after).allSatisfy({ (0...255).contains($0) }) else { continue }
      if layout == .channelsFirst {
        do throws(GraphFailure) { _ = try model.builder.image(view, layout) } catch {
          if error.wantedInput != nil { throw error }
          continue
        }
      }
      let border = Graph.Border(
        top: before[rows], left: before[rows + 1], bottom: after[rows], right: after[rows + 1])
      return try model.give(node, try model.builder.padding(border, view, layout, node.title))
    }
    throw GraphFailure("pads by \(pads); 0 to 255 rows and columns of an image are supported")
  }

  static let keras = [
    KerasClass("ZeroPadding2D", becomes: becomes, readZeroPadding),
    KerasClass("ZeroPadding1D", becomes: becomes, readZeroPadding),
  ]

  private static func readZeroPadding(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    // One number, two, or two pairs; always written as pairs, of a series as one.
    var pairs = layer.configuration.integerPairs("padding")
    if layer.isSeries {
      var pair = (layer.configuration.integers("padding") ?? []).compactMap { $0 }
      if let one = layer.configuration.integer("padding") { pair = [one, one] }
      pairs = [pair, [0, 0]]
    }
    guard pairs.count == 2, pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy { (0...255).contains($0) } })
    else { throw GraphFailure("has no padding of two pairs from 0 to 255") }
    let border = Graph.Border(top: pairs[0][0], left: pairs[1][0], bottom: pairs[0][1], right: pairs[1][1])
    let layout = try layer.layout
    let made = try model.builder.padding(border, layer.columns(model.builder), layout, layer.title)
    return model.builder.series(made, like: layer.inputs[0], layout)
  }

  static let lite = [LiteOperator("PAD", becomes: becomes, readLite)]

  /// In a network of integers the integer that stands for 0.
  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node)
    let counts = try model.integers(node, 1)
    guard counts.count == 8, counts.allSatisfy({ (0...255).contains($0) }), counts[0] == 0, counts[1] == 0,
      counts[6] == 0, counts[7] == 0
    else {
      throw GraphFailure("pads by \(counts); rows and columns of an image, up to 255 of them, are supported")
    }
    let border = Graph.Border(top: counts[2], left: counts[4], bottom: counts[3], right: counts[5])
    let made = try model.builder.padding(border, view, .channelsLast, model.title(node))
    if model.isInteger, let source = node.inputs.first {
      try model.checkSameIntegers(source, node.outputs[0])
    }
    try model.give(node, made, isLayer: made.value != view.value)
  }
}
