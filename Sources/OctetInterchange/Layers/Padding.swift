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
  static let onnx = [ONNXOperator("Pad", becomes: becomes, if: "not of the batch", readPad)]

  static let becomes = "the border of the convolution, `depthwise`, or `concatenate`"

  /// `mode`, `pads` and the value are attributes before 11.
  private static func readPad(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let mode = try attributes.text("mode", otherwise: "constant")
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
    var counts = [(before: Int, after: Int)](repeating: (0, 0), count: rank)
    for (index, axis) in axes.enumerated() {
      guard (-rank..<rank).contains(axis) else { throw GraphFailure("has axis \(axis) of \(rank)") }
      counts[axis < 0 ? axis + rank : axis] = (pads[index], pads[index + axes.count])
    }
    let value = try paddingValue(model, node, &attributes)
    if pads.allSatisfy({ $0 == 0 }) { return try model.give(node, view) }
    guard counts[0] == (0, 0) else { throw GraphFailure("pads by \(pads), the batch too") }
    let filling: GraphBuilder.Filling
    switch mode {
    case "constant": filling = .number(Double(value))
    case "reflect": filling = .reflection
    case "edge": filling = .edge
    case "wrap": filling = .wrap
    default:
      throw GraphFailure(
        "pads in mode \(mode.quoted); constant, reflect, edge and wrap are supported")
    }
    guard filling == .number(0) || !model.isOfIntegers(node) else {
      throw GraphFailure("pads integers with something else than what stands for 0")
    }
    try model.give(node, try model.builder.padded(view, Array(counts.dropFirst()), filling, node.title))
  }

  /// What is put there, less what stands for 0 among integers.
  private static func paddingValue(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> Float {
    if model.version < 11 { return try attributes.float("value", otherwise: 0) }
    guard model.isGiven(node, 2) else { return try -model.integerZero(node) }
    guard let given = model.constant(node, 2)?.numbers?.first else {
      throw GraphFailure("needs a constant number as the value that it pads with")
    }
    return try Float(given) - model.integerZero(node)
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
      pairs = [(layer.configuration.integers("padding") ?? []).compactMap { $0 }]
      if let one = layer.configuration.integer("padding") { pairs = [[one, one]] }
    }
    let view = layer.inputs[0]
    guard pairs.count == (layer.isSeries ? 1 : 2),
      pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 >= 0 } }),
      view.axes.count == pairs.count + 1
    else { throw GraphFailure("has no padding of pairs, or reads an array of \(view.axes.count + 1) axes") }
    var counts = pairs.map { (before: $0[0], after: $0[1]) }
    counts.insert((0, 0), at: try layer.layout == .channelsLast ? counts.count : 0)
    return try model.builder.padded(view, counts, .number(0), layer.title)
  }

  static let lite = [
    LiteOperator("PAD", becomes: becomes, readLite),
    LiteOperator("PADV2", becomes: becomes, if: "in integer files with 0", readLite),
    LiteOperator("MIRROR_PAD", becomes: "`concatenate`", readMirror),
  ]

  /// In a network of integers the integer that stands for 0.
  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node)
    let counts = try counts(model, node, view)
    var value = 0.0
    // PADV2 has a third input, the value that it pads with.
    if node.inputs.count > 2 {
      guard let tensor = model.constant(node, 2), let given = try model.numbers(tensor).first else {
        throw GraphFailure("needs a constant number as the value that it pads with")
      }
      value = given
      if model.givesIntegers(node) {
        guard let zero = try model.encoding(node.outputs[0])?.zeroPoints.first, given == Double(zero) else {
          throw GraphFailure("pads with the integer \(given), which does not stand for 0")
        }
        value = 0
      }
    }
    let before = model.builder.graph.nodes.count
    let made = try model.builder.padded(view, counts, .number(value), model.title(node))
    if model.isInteger, let source = node.inputs.first {
      let added = model.builder.graph.nodes[before...]
      guard !added.contains(where: { if case .affine = $0.operation { true } else { false } }) else {
        throw GraphFailure("pads channels, which is supported in float files only")
      }
      try model.checkSameIntegers(source, node.outputs[0])
    }
    try model.give(node, made, isLayer: made.value != view.value)
  }

  /// How many elements are put before and after those of each axis but the batch.
  private static func counts(_ model: LiteTranslation, _ node: LiteGraph.Node, _ view: ArrayView)
    throws(GraphFailure) -> [(before: Int, after: Int)]
  {
    let numbers = try model.integers(node, 1)
    guard numbers.count == 2 * view.axes.count + 2, numbers[0] == 0, numbers[1] == 0,
      numbers.allSatisfy({ $0 >= 0 })
    else { throw GraphFailure("pads by \(numbers) an array of \(view.axes.count + 1) axes, or the batch") }
    return view.axes.indices.map { (numbers[2 * $0 + 2], numbers[2 * $0 + 3]) }
  }

  private static func readMirror(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure)
  {
    let view = try model.view(node)
    let filling: GraphBuilder.Filling
    switch try model.option(node, 0, isByte: true) {
    case 0: filling = .reflection
    case 1: filling = .mirror
    case let other: throw GraphFailure("has mode \(other); REFLECT and SYMMETRIC (0 and 1) are supported")
    }
    let made = try model.builder.padded(view, counts(model, node, view), filling, model.title(node))
    if model.isInteger, let source = node.inputs.first {
      try model.checkSameIntegers(source, node.outputs[0])
    }
    try model.give(node, made, isLayer: made.value != view.value)
  }
}
