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
    return border.isEmpty ? view : try bordered(border, view, layout, title)
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
      guard let given = model.constant(node, 2)?.numbers?.first else {
        throw GraphFailure("needs a constant number as the value that it pads with")
      }
      value = try Float(given) - model.integerZero(node)
    } else {
      value = try -model.integerZero(node)
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
    // A series is an image of one column; its steps are the last axis, or with channels last the one before.
    for (layout, steps) in [(GraphBuilder.Layout.channelsFirst, 2), (.channelsLast, 1)] where rank == 3 {
      let others = (0..<rank).filter { $0 != steps }
      guard others.allSatisfy({ before[$0] == 0 && after[$0] == 0 }), (0...255).contains(before[steps]),
        (0...255).contains(after[steps])
      else { continue }
      let border = Graph.Border(top: before[steps], bottom: after[steps])
      let made = try model.builder.padding(
        border, model.builder.columns(view, layout), layout, node.title)
      return try model.give(node, model.builder.series(made, like: view, layout))
    }
    // Zeros go around rows and columns, wherever these axes stand.
    for (layout, rows) in [(GraphBuilder.Layout.channelsFirst, 2), (.channelsLast, 1)] where rank == 4 {
      var isOther = false
      for axis in 0..<rank where axis != rows && axis != rows + 1 {
        isOther = isOther || before[axis] != 0 || after[axis] != 0
      }
      guard !isOther, (before + after).allSatisfy({ (0...255).contains($0) }) else { continue }
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
    var counts = try model.integers(node, 1)
    // A series is an image of one column.
    if counts.count == 6, view.axes.count == 2 {
      counts = Array(counts[..<4]) + [0, 0] + Array(counts[4...])
    }
    guard counts.count == 8, counts.allSatisfy({ (0...255).contains($0) }), counts[0] == 0, counts[1] == 0,
      counts[6] == 0, counts[7] == 0
    else {
      throw GraphFailure("pads by \(counts); rows and columns of an image, up to 255 of them, are supported")
    }
    let border = Graph.Border(top: counts[2], left: counts[4], bottom: counts[3], right: counts[5])
    let columns = model.builder.columns(view, .channelsLast)
    let padded = try model.builder.padding(border, columns, .channelsLast, model.title(node))
    let made = model.builder.series(padded, like: view, .channelsLast)
    if model.isInteger, let source = node.inputs.first {
      try model.checkSameIntegers(source, node.outputs[0])
    }
    try model.give(node, made, isLayer: made.value != view.value)
  }
}
