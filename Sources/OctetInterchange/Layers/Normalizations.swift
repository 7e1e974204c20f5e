import OctetNetwork

/// Normalizations by numbers that are worked out from each item: layer, instance and group normalization, by the root
/// mean square, and by length. They become sums, products and functions.
enum Normalizations: TranslatedKind {
  static let becomes = "`globalaveragepool`, `subtract`, `multiply` and others"

  // MARK: ONNX

  static let onnx = [
    ONNXOperator("LayerNormalization", becomes: becomes, if: "one output", readLayer),
    ONNXOperator("InstanceNormalization", becomes: becomes, readInstance),
    ONNXOperator("GroupNormalization", becomes: becomes, readGroup),
    ONNXOperator("RMSNormalization", becomes: becomes, readRootMeanSquare),
    ONNXOperator("LpNormalization", becomes: becomes, if: "p 2", readLength),
    ONNXOperator("ReduceL2", becomes: ofReduced, readReduceLength),
    ONNXOperator("ReduceL1", becomes: ofReduced) { model, node, attributes throws(GraphFailure) in
      try readReduced(&model, node, &attributes, of: .call(.abs, .argument), .argument)
    },
    ONNXOperator("ReduceSumSquare", becomes: ofReduced) { model, node, attributes throws(GraphFailure) in
      try readReduced(&model, node, &attributes, of: .argument * .argument, .argument)
    },
    ONNXOperator("ReduceLogSum", becomes: ofReduced) { model, node, attributes throws(GraphFailure) in
      try readReduced(&model, node, &attributes, of: .argument, .call(.log, .argument))
    },
    ONNXOperator(
      "MeanVarianceNormalization", becomes: becomes, if: "not over the batch", readMeanVariance),
  ]
  private static let ofReduced = "`globalaveragepool` or others, and functions"

  /// Over all axes from one on; scale and offset are laid over them.
  private static func readLayer(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try readLastAxes(&model, node, &attributes, centers: true) }

  private static func readRootMeanSquare(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try readLastAxes(&model, node, &attributes, centers: false) }

  private static func readLastAxes(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes, centers: Bool
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let first = try view.axis(attributes.integer("axis", otherwise: -1))
    let epsilon = Double(try attributes.float("epsilon", otherwise: 1e-5))
    // The type to compute in: floats in any case.
    _ = try attributes.integer("stash_type", otherwise: 1)
    let made = try model.builder.normalized(
      view, over: Set(first..<view.axes.count), epsilon: epsilon, centers: centers, node.title)
    let factors = try model.floats(node, 1, "scale").constant
    let summands = model.isGiven(node, 2) ? try model.floats(node, 2, "offset").constant : .init(0)
    try model.builder.checkFits(factors, made)
    try Affine.give(&model, node, made, factors: factors, summands: summands)
  }

  /// Over all axes behind the channels.
  private static func readInstance(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let epsilon = Double(try attributes.float("epsilon", otherwise: 1e-5))
    guard view.axes.count > 1 else { throw GraphFailure("needs axes behind that of the channels") }
    let made = try model.builder.normalized(
      view, over: Set(1..<view.axes.count), epsilon: epsilon, node.title)
    let (factors, summands) = (
      try perChannel(model, node, 1, "scale", made), try perChannel(model, node, 2, "offset", made)
    )
    try Affine.give(&model, node, made, factors: factors, summands: summands)
  }

  private static func perChannel(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ place: Int, _ name: String, _ view: ArrayView
  ) throws(GraphFailure) -> GraphBuilder.Constant {
    let values = try model.floats(node, place, name).values
    guard values.count == view.sizes[0] else {
      throw GraphFailure("has a \(name) of \(values.count) numbers for \(view.sizes[0]) channels")
    }
    let axes = [values.count] + [Int](repeating: 1, count: view.axes.count - 1)
    return GraphBuilder.Constant(shape: axes, values: values.map { Double($0) })
  }

  /// Scale and offset are those of each group before 21, then those of each channel.
  private static func readGroup(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let groups = try attributes.integer("num_groups", otherwise: 0)
    let epsilon = Double(try attributes.float("epsilon", otherwise: 1e-5))
    _ = try attributes.integer("stash_type", otherwise: 1)
    let made = try model.builder.groupNormalized(view, axis: 0, groups: groups, epsilon: epsilon, node.title)
    guard model.version < 21 else {
      let (factors, summands) = (
        try perChannel(model, node, 1, "scale", made), try perChannel(model, node, 2, "offset", made)
      )
      return try Affine.give(&model, node, made, factors: factors, summands: summands)
    }
    let size = view.sizes[0] / groups
    var parts: [GraphBuilder.Constant] = []
    for (place, name) in [(1, "scale"), (2, "offset")] {
      let values = try model.floats(node, place, name).values
      guard values.count == groups else {
        throw GraphFailure("has a \(name) of \(values.count) numbers for \(groups) groups")
      }
      parts.append(
        GraphBuilder.Constant(
          shape: [view.sizes[0]] + [Int](repeating: 1, count: view.axes.count - 1),
          values: values.flatMap { [Double](repeating: Double($0), count: size) }))
    }
    try Affine.give(&model, node, made, factors: parts[0], summands: parts[1])
  }

  private static func readLength(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let axis = try view.axis(attributes.integer("axis", otherwise: -1))
    guard try attributes.integer("p", otherwise: 2) == 2 else { throw GraphFailure("has another p than 2") }
    try model.give(
      node, try model.builder.unitLength(view, over: [axis], leastSquare: 1e-24, node.title))
  }

  /// The root of the sum of squares, which torch writes for a division by the length.
  private static func readReduceLength(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    try readReduced(&model, node, &attributes, of: .argument * .argument, .call(.sqrt, .argument))
  }

  /// A function of the sum of a function of each element.
  private static func readReduced(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes,
    of inner: ValueFunction, _ outer: ValueFunction
  ) throws(GraphFailure) {
    let sum = try model.reduction(node, &attributes)
    let each = inner == .argument ? sum.view : try model.builder.function(.value(inner), sum.view, node.title)
    let mean =
      sum.axes.isEmpty
      ? each : try model.builder.mean(over: sum.axes, keepsAxes: sum.keepsAxes, each, node.title)
    let made = outer.of(.argument * .number(Double(sum.count)))
    try model.give(
      node, made == .argument ? mean : try model.builder.function(.value(made), mean, node.title))
  }

  /// Each element less the mean, divided by the root of the variance and a little more.
  private static func readMeanVariance(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let given = try attributes.integers("axes") ?? [0, 2, 3]
    var axes: Set<Int> = []
    for number in given { axes.insert(try view.axis(number)) }
    let mean = try model.builder.mean(over: axes, keepsAxes: true, view, node.title)
    let centered = try model.builder.join(.subtract, view, mean, node.title)
    let square = try model.builder.function(.value(.argument * .argument), centered, node.title)
    let variance = try model.builder.mean(over: axes, keepsAxes: true, square, node.title)
    let factor = ValueFunction.number(1) / (.call(.sqrt, .argument) + .number(1e-9))
    try model.give(
      node,
      try model.builder.join(
        .multiply, centered, model.builder.function(.value(factor), variance, node.title), node.title))
  }

  // MARK: Keras

  static let keras = [
    KerasClass("LayerNormalization", becomes: becomes) { model, layer throws(GraphFailure) in
      guard !layer.configuration.flag("rms_scaling", otherwise: false) else {
        throw GraphFailure("has rms_scaling, which is not supported")
      }
      return try readAxes(&model, layer, epsilon: 1e-3, centers: true, ("gamma", "beta"))
    },
    KerasClass("RMSNormalization", becomes: becomes) { model, layer throws(GraphFailure) in
      try readAxes(&model, layer, epsilon: 1e-6, centers: false, ("scale", "offset"))
    },
    KerasClass("GroupNormalization", becomes: becomes, readKerasGroup),
    KerasClass("UnitNormalization", becomes: becomes) { model, layer throws(GraphFailure) in
      try model.builder.unitLength(
        layer.inputs[0], over: axes(layer), leastSquare: 1e-24, layer.title)
    },
  ]

  /// One axis or several, the last unless told otherwise.
  private static func axes(_ layer: KerasLayer) throws(GraphFailure) -> Set<Int> {
    var numbers = [layer.configuration.integer("axis") ?? -1]
    if let list = layer.configuration.integers("axis") { numbers = list.compactMap { $0 } }
    var axes: Set<Int> = []
    for number in numbers { axes.insert(try layer.inputs[0].axis(number)) }
    guard !axes.isEmpty else { throw GraphFailure("normalizes over no axis") }
    return axes
  }

  private static func readAxes(
    _ model: inout KerasImport, _ layer: KerasLayer, epsilon: Float, centers: Bool,
    _ names: (factors: String, summands: String)
  ) throws(GraphFailure) -> ArrayView {
    let view = layer.inputs[0]
    let axes = try axes(layer)
    let made = try model.builder.normalized(
      view, over: axes, epsilon: Double(layer.number("epsilon", otherwise: epsilon)), centers: centers,
      layer.title)
    // Both have the sizes of these axes, and are laid over them.
    let shape = view.axes.indices.map { axes.contains($0) ? view.sizes[$0] : 1 }
    return try scaled(&model, layer, made, shape: shape, names)
  }

  /// `factors * view + summands`, as far as the layer has them; those that there are come in this order.
  private static func scaled(
    _ model: inout KerasImport, _ layer: KerasLayer, _ view: ArrayView, shape: [Int],
    _ names: (factors: String, summands: String)
  ) throws(GraphFailure) -> ArrayView {
    let count = shape.reduce(1, *)
    func numbers(_ name: String, _ number: String, otherwise usual: Double) throws(GraphFailure)
      -> GraphBuilder.Constant
    {
      guard let found = layer.arrays[name] ?? layer.arrays[number] else {
        return GraphBuilder.Constant(usual)
      }
      guard found.values.count == count else {
        throw GraphFailure("has a \(name) of \(found.values.count) numbers where \(count) are needed")
      }
      return GraphBuilder.Constant(shape: shape, values: found.values.map { Double($0) })
    }
    let hasFactors = layer.configuration.flag("scale", otherwise: true)
    let hasSummands = layer.configuration.flag("center", otherwise: true)
    let factors =
      hasFactors ? try numbers(names.factors, "0", otherwise: 1) : GraphBuilder.Constant(1)
    let summands =
      hasSummands
      ? try numbers(names.summands, hasFactors ? "1" : "0", otherwise: 0) : GraphBuilder.Constant(0)
    return try model.builder.affine(view, factors: factors, summands: summands, layer.title)
  }

  private static func readKerasGroup(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    let axes = try axes(layer)
    guard axes.count == 1, let axis = axes.first else { throw GraphFailure("has several axes of channels") }
    let size = view.sizes[axis]
    // -1 is a group for each channel.
    let given = layer.configuration.integer("groups") ?? 32
    let made = try model.builder.groupNormalized(
      view, axis: axis, groups: given == -1 ? size : given,
      epsilon: Double(layer.number("epsilon", otherwise: 1e-3)), layer.title)
    let shape = view.axes.indices.map { $0 == axis ? size : 1 }
    return try scaled(&model, layer, made, shape: shape, ("gamma", "beta"))
  }

  // MARK: TensorFlow Lite

  static let lite = [
    LiteOperator("L2_NORMALIZATION", becomes: becomes, if: "in float files") {
      model, node throws(GraphFailure) in
      guard !model.isInteger else { throw GraphFailure("is supported in float files only") }
      let view = try model.view(node)
      let made = try model.builder.unitLength(
        view, over: [view.axes.count - 1], leastSquare: 1e-12, model.title(node))
      try model.give(node, made, function: model.function(node, 0))
    }
  ]
}

extension GraphBuilder {
  /// Each element less the mean, divided by the root of the variance, both over some axes; or divided by the root mean
  /// square.
  mutating func normalized(
    _ view: ArrayView, over axes: Set<Int>, epsilon: Double, centers: Bool = true, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    guard epsilon.isFinite, epsilon > 0, !axes.isEmpty else {
      throw GraphFailure("has epsilon \(epsilon), or no axes")
    }
    var centered = view
    if centers {
      let mean = try mean(over: axes, keepsAxes: true, view, title)
      centered = try join(.subtract, view, mean, title)
    }
    let square = try function(.value(.argument * .argument), centered, title)
    let variance = try mean(over: axes, keepsAxes: true, square, title)
    let root = ValueFunction.number(1) / .call(.sqrt, .argument + .number(epsilon))
    return try join(.multiply, centered, function(.value(root), variance, title), title)
  }

  /// The same for each group of channels and all that lies beside them.
  mutating func groupNormalized(
    _ view: ArrayView, axis: Int, groups: Int, epsilon: Double, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let size = view.sizes[axis]
    guard groups > 0, size % groups == 0 else {
      throw GraphFailure("has \(groups) groups for \(size) channels")
    }
    var sizes = view.sizes
    sizes.replaceSubrange(axis...axis, with: [groups, size / groups])
    let split = try reshaped(view, [batch] + sizes, title)
    let axes = Set(sizes.indices).subtracting([axis])
    let made = try normalized(split, over: axes, epsilon: epsilon, title)
    return try reshaped(made, [batch] + view.sizes, title)
  }

  /// Each element divided by the root of the sum of squares over some axes.
  ///
  /// - Parameter leastSquare: what the sum is at least.
  mutating func unitLength(_ view: ArrayView, over axes: Set<Int>, leastSquare: Double, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let count = axes.reduce(1) { $0 * view.sizes[$1] }
    let square = try function(.value(.argument * .argument), view, title)
    let mean = try mean(over: axes, keepsAxes: true, square, title)
    let sum = ValueFunction.argument * .number(Double(count))
    let root = ValueFunction.number(1) / .call(.sqrt, .larger(sum, .number(leastSquare)))
    return try join(.multiply, view, function(.value(root), mean, title), title)
  }
}
