import OctetNetwork

/// Operators that are made of others: means of several values, slopes for each channel.
enum Arithmetic: TranslatedKind {}

extension GraphBuilder {

  /// What is below 0 times a slope, which may be another for each channel.
  mutating func slopes(_ view: ArrayView, _ slopes: Constant, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    if let slope = slopes.single { return try function(.leakyReLU(Float(slope)), view, title) }
    let above = try function(.relu, view, title)
    let below = try function(.value(.smaller(.argument, .number(0))), view, title)
    let scaled = try affine(below, factors: slopes, summands: Constant(0), title)
    // The constants may have made a flat vector of it.
    return try joinIntegers(.add, above, scaled, title)
  }
}

extension Arithmetic {
  static let onnx = [ONNXOperator("PRelu", becomes: "`relu` and others", if: "constant slopes", readPRelu)]

  private static func readPRelu(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let slopes = try model.floats(node, 1, "slopes").constant
    try model.builder.checkFits(slopes, view)
    try model.give(node, try model.builder.slopes(view, slopes, node.title))
  }

  static let keras = [
    KerasClass("Average", becomes: "`add` and `batchnorm`", inputs: .several) {
      model, layer throws(GraphFailure) in
      let sum = try model.joinAll(layer, "takes the mean of") { builder, left, right throws(GraphFailure) in
        try builder.join(.add, left, right, layer.title)
      }
      let share = GraphBuilder.Constant(1 / Double(layer.inputs.count))
      return try model.builder.affine(sum, factors: share, summands: GraphBuilder.Constant(0), layer.title)
    },
    KerasClass("PReLU", becomes: "`relu` and others", readPReLU),
    KerasClass("Normalization", becomes: "`batchnorm`", if: "with numbers, not inverted", readNormalization),
  ]

  /// Slopes have the shape of an item; axes that share one have size 1.
  private static func readPReLU(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    guard let found = layer.arrays["alpha"] ?? layer.arrays["0"] else {
      throw GraphFailure("has no weights \"alpha\" in the file")
    }
    let slopes = GraphBuilder.Constant(shape: found.shape, values: found.values.map { Double($0) })
    try model.builder.checkFits(slopes, view)
    return try model.builder.slopes(view, slopes, layer.title)
  }

  /// Less the mean, divided by the root of the variance, of which at least 1e-7 is taken.
  private static func readNormalization(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    guard !layer.configuration.flag("invert", otherwise: false) else {
      throw GraphFailure("is inverted, which is not supported")
    }
    let view = layer.inputs[0]
    func numbers(_ name: String, _ number: String) throws(GraphFailure) -> GraphBuilder.Constant {
      if let found = layer.arrays[name] ?? layer.arrays[number] {
        return GraphBuilder.Constant(shape: found.shape, values: found.values.map { Double($0) })
      }
      guard let given = layer.configuration.numbers(name) else {
        throw GraphFailure("has no \(name) of numbers, in the file or among its settings")
      }
      return GraphBuilder.Constant(shape: given.count == 1 ? [] : [given.count], values: given)
    }
    if let axis = layer.configuration.integers("axis"), axis.count == 1, let number = axis[0] {
      guard try view.axis(number) == view.axes.count - 1 else {
        throw GraphFailure("runs along axis \(number); the last one is supported")
      }
    } else if let axis = layer.configuration.integers("axis"), axis.count > 1 {
      throw GraphFailure("runs along \(axis.count) axes; the last one, or none, is supported")
    }
    let (mean, variance) = (try numbers("mean", "0"), try numbers("variance", "1"))
    guard mean.shape == variance.shape, mean.values.count == variance.values.count else {
      throw GraphFailure("has means of the shape \(mean.shape) and variances of \(variance.shape)")
    }
    let factors = variance.values.map { 1 / max($0.squareRoot(), 1e-7) }
    let summands = zip(mean.values, factors).map { -$0 * $1 }
    if view.value == 0 { model.rescalesInput = true }
    return try model.builder.affine(
      view, factors: GraphBuilder.Constant(shape: mean.shape, values: factors),
      summands: GraphBuilder.Constant(shape: mean.shape, values: summands), layer.title)
  }

  static let lite = [
    LiteOperator("PRELU", becomes: "`relu` and others", if: "constant slopes", readLitePRelu)
  ]

  private static func readLitePRelu(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    guard let tensor = model.constant(node, 1) else { throw GraphFailure("needs constant slopes") }
    let view = try model.view(node)
    let slopes = GraphBuilder.Constant(
      shape: model.file.tensors[tensor].shape, values: try model.numbers(tensor))
    try model.builder.checkFits(slopes, view)
    guard model.givesIntegers(node) else {
      return try model.give(node, try model.builder.slopes(view, slopes, model.title(node)))
    }
    try model.giveSlopes(node, view, slopes, tensor)
  }
}

extension LiteTranslation {
  /// What is below 0 times a slope, in integers: the kernel multiplies it as MUL does, and the rest by the ratio of the
  /// scales. One of the two parts is always 0, so their sum is the other.
  fileprivate mutating func giveSlopes(
    _ node: LiteGraph.Node, _ view: ArrayView, _ slopes: GraphBuilder.Constant, _ tensor: Int
  ) throws(GraphFailure) {
    let (title, output) = (title(node), node.outputs[0])
    let above = try builder.function(.relu, view, title)
    builder.graph.nodes[above.value - 1].tensors.output = output
    // In the integers of what is read.
    let below = try builder.function(.value(.smaller(.argument, .number(0))), view, title)
    builder.graph.nodes[below.value - 1].tensors.output = node.inputs[0]
    let scaled = try builder.join(.multiply, below, constant: slopes, title)
    builder.graph.nodes[scaled.value - 1].tensors = Graph.Tensors(weights: tensor, output: output)
    try give(node, try builder.joinIntegers(.add, above, scaled, title))
  }
}
