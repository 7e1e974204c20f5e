import OctetNetwork

/// `factor * x + summand` for each channel: what products, sums and differences with constants are.
///
/// The float layer for it is a batch normalization that has nothing to normalize.
struct Affine: GraphOperation {
  var takesFunction: Bool { true }
  var ignoresShape: Bool { true }

  func summands(_ node: Graph.Node) -> [Double]? {
    node.weights.allSatisfy { $0 == 1 } ? node.bias : nil
  }

  func floatLayer(_ node: Graph.Node, input: ImageShape) throws(GraphFailure) -> ForeignLayer {
    var layer = ForeignLayer.affine(
      node.inputs[0], factors: node.weights, summands: (node.bias ?? []).map { Float($0) })
    layer.activation = node.function.activation
    return layer
  }
}

extension ForeignLayer {
  /// `factor * x + summand` for each channel.
  static func affine(_ value: Int, factors: [Float], summands: [Float]) -> ForeignLayer {
    let epsilon: Float = 0.001
    let count = factors.count
    return ForeignLayer(
      kind: .batchNormalization(BatchNormalization(epsilon: epsilon)), inputs: [value],
      parameters: [
        ("scale", [count], factors), ("offset", [count], summands),
        ("mean", [count], [Float](repeating: 0, count: count)),
        ("variance", [count], [Float](repeating: 1 - epsilon, count: count)),
      ])
  }
}

extension GraphBuilder {
  /// A constant array that is laid over another by the rules of broadcasting: the last axes match, and an axis of size
  /// 1 is for all.
  struct Constant {
    var shape: [Int]
    var values: [Double]

    init(shape: [Int], values: [Double]) {
      self.shape = shape
      self.values = values
    }

    /// One number for all.
    init(_ value: Double) { self.init(shape: [], values: [value]) }

    func mapped(_ function: (Double) -> Double) -> Constant {
      Constant(shape: shape, values: values.map(function))
    }

    /// The one number that all are, if they are one.
    var single: Double? {
      guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
      return first
    }
  }

  /// `factors * view + summands`, each broadcast over the view.
  mutating func affine(_ view: ArrayView, factors: Constant, summands: Constant, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let view = try widened(widened(view, factors, title), summands, title)
    try checkFits(factors, view)
    try checkFits(summands, view)
    guard factors.values.allSatisfy(Self.isUsable), summands.values.allSatisfy(Self.isUsable) else {
      throw GraphFailure("has a constant that is infinite, not a number, or too large for a float")
    }
    let channels = shape(view).channels
    guard variesByChannel(factors, view, channels), variesByChannel(summands, view, channels) else {
      // Elements have constants of their own.
      let product = factors.single == 1 ? view : try join(.multiply, view, constant: factors, title)
      return summands.single == 0 ? product : try join(.add, product, constant: summands, title)
    }
    let value = view.value
    let made = try append(
      Graph.Node(
        operation: .affine, inputs: [value], shape: graph.shape(value), title: title,
        weights: perPlace(factors, view, count: channels).map { Float($0) },
        bias: perPlace(summands, view, count: channels)))
    return ArrayView(value: made, axes: view.axes, hasBatch: view.hasBatch)
  }

  private static func isUsable(_ value: Double) -> Bool { value.isFinite && Float(value).isFinite }

  /// The view, repeated along those of its axes of size 1 for which a constant has more elements.
  mutating func widened(_ view: ArrayView, _ constant: Constant, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    let own = constant.shape.suffix(view.axes.count)
    let sizes = zip(view.sizes.suffix(own.count), own).map { $0 == 1 ? $1 : $0 }
    let wanted = Array(view.sizes.dropLast(own.count)) + sizes
    guard wanted != view.sizes, !wanted.contains(0),
      wanted.reduce(1, { $0.multipliedReportingOverflow(by: $1).overflow ? 0 : $0 * $1 })
        <= NetworkDescription.largestValueCount
    else { return view }
    return try stretched(view, to: wanted, like: nil, title)
  }

  /// The result must have the view's sizes: a constant may not make it larger.
  func checkFits(_ constant: Constant, _ view: ArrayView) throws(GraphFailure) {
    let own = Array(view.sizes.suffix(constant.shape.count))
    let outer = constant.shape.dropLast(own.count)
    guard zip(constant.shape.suffix(own.count), own).allSatisfy({ $0 == 1 || $0 == $1 }),
      outer.allSatisfy({ $0 == 1 }), outer.count <= (view.hasBatch ? 1 : 0),
      constant.values.count == constant.shape.reduce(1, *)
    else {
      throw GraphFailure(
        "has a constant of shape \(constant.shape) beside an array of the sizes \(view.sizes) without the batch, "
          + "which it does not leave as they are")
    }
  }

  /// The view's axes along which a constant varies, each with the distance of the constant's elements.
  private func axes(_ constant: Constant, _ view: ArrayView) -> [(axis: ArrayAxis, step: Int)] {
    if constant.single != nil { return [] }
    var found: [(axis: ArrayAxis, step: Int)] = []
    var step = 1
    for (size, axis) in zip(constant.shape.reversed(), view.axes.reversed()) {
      if size > 1 { found.append((axis, step)) }
      step *= size
    }
    return found
  }

  func variesByChannel(_ constant: Constant, _ view: ArrayView, _ channels: Int) -> Bool {
    axes(constant, view).allSatisfy { $0.axis.lies(within: channels) }
  }

  /// The constant at the first `count` places of the value.
  func perPlace(_ constant: Constant, _ view: ArrayView, count: Int) -> [Double] {
    if let single = constant.single { return [Double](repeating: single, count: count) }
    let axes = axes(constant, view)
    return (0..<count).map { place in
      constant.values[axes.reduce(0) { $0 + $1.axis.index(ofElementAt: place) * $1.step }]
    }
  }
}

// MARK: - ONNX

extension Affine: TranslatedKind {
  static let onnx = [ONNXOperator("Div", becomes: "`batchnorm`", if: "by a constant", readDiv)]

  /// The value and the constant that an operator of two combines; nil if neither is constant.
  ///
  /// - Returns: with them whether the constant is the second.
  static func operand(_ model: ONNXTranslation, _ node: ONNXGraph.Node) throws(GraphFailure)
    -> (view: ArrayView, numbers: GraphBuilder.Constant, isSecond: Bool)?
  {
    guard node.inputs.count == 2 else {
      throw GraphFailure("has \(node.inputs.count) inputs; two are needed")
    }
    guard let place = [1, 0].first(where: { model.constant(node, $0) != nil }) else { return nil }
    let view = try model.viewOfAnyForm(node, 1 - place)
    return (view, try model.floats(node, place, "numbers").constant, place == 1)
  }

  static func give(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ view: ArrayView,
    factors: GraphBuilder.Constant = GraphBuilder.Constant(1),
    summands: GraphBuilder.Constant = GraphBuilder.Constant(0)
  ) throws(GraphFailure) {
    try model.give(
      node, try model.builder.affine(view, factors: factors, summands: summands, node.title))
  }

  private static func giveJoin(_ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ operation: JoinKind)
    throws(GraphFailure)
  {
    let (left, right) = (try model.viewOfAnyForm(node), try model.viewOfAnyForm(node, 1))
    try model.give(node, try model.builder.join(operation, left, right, node.title))
  }

  static func readAdd(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard let operand = try operand(model, node) else { return try giveJoin(&model, node, .add) }
    try give(&model, node, operand.view, summands: operand.numbers)
  }

  static func readSub(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard let (view, numbers, isSecond) = try operand(model, node) else {
      return try giveJoin(&model, node, .subtract)
    }
    if isSecond { return try give(&model, node, view, summands: numbers.mapped { -$0 }) }
    try give(&model, node, view, factors: GraphBuilder.Constant(-1), summands: numbers)
  }

  static func readMul(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard let operand = try operand(model, node) else { return try giveJoin(&model, node, .multiply) }
    try give(&model, node, operand.view, factors: operand.numbers)
  }

  private static func readDiv(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard let (view, numbers, isSecond) = try operand(model, node) else {
      let (left, right) = (try model.viewOfAnyForm(node), try model.viewOfAnyForm(node, 1))
      return try model.give(node, try model.builder.quotient(left, right, node.title))
    }
    guard isSecond else {
      try model.builder.checkFits(numbers, view)
      let number = numbers.single
      let quotient = ValueFunction.number(number ?? 1) / .argument
      let made = try model.builder.function(.value(quotient), view, node.title)
      return number == nil ? try give(&model, node, made, factors: numbers) : try model.give(node, made)
    }
    try give(&model, node, view, factors: numbers.mapped { 1 / $0 })
  }
}

extension GraphBuilder {
  /// The first divided by the second: a function of one value that both are functions of, or the product with the
  /// reciprocal.
  mutating func quotient(_ left: ArrayView, _ right: ArrayView, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    if let made = try combined(.divide, left, right, title) { return made }
    let reciprocal = try function(.value(.number(1) / .argument), right, title)
    return try join(.multiply, left, reciprocal, title)
  }
}

// MARK: - Keras and TensorFlow Lite

extension Affine {
  static let keras = [KerasClass("Rescaling", becomes: "`batchnorm`", readRescaling)]

  /// One number, or one for each index of the last axis.
  private static func readRescaling(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    if view.value == 0 { model.rescalesInput = true }
    let factors = try layer.constant("scale", otherwise: nil, hasChannelsFirst: model.isChannelsFirst)
    let summands = try layer.constant("offset", otherwise: 0, hasChannelsFirst: model.isChannelsFirst)
    return try model.builder.affine(view, factors: factors, summands: summands, layer.title)
  }

  static let lite = [LiteOperator("DIV", becomes: "`batchnorm`", if: "of floats", readLiteDiv)]

  /// The fused function of an operator of two arrays.
  static func checkedFunction(_ model: LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure)
    -> Graph.Function
  {
    guard node.inputs.count == 2 else {
      throw GraphFailure("has \(node.inputs.count) inputs; two are needed")
    }
    return try model.function(node, 0)
  }

  /// The value and the constant that an operator of two combines; nil if neither is constant.
  static func operand(
    _ model: LiteTranslation, _ node: LiteGraph.Node, takesIntegers: Bool = false
  ) throws(GraphFailure) -> (view: ArrayView, numbers: GraphBuilder.Constant, isSecond: Bool)? {
    guard let place = [1, 0].first(where: { model.constant(node, $0) != nil }),
      let tensor = model.constant(node, place)
    else { return nil }
    guard !model.givesIntegers(node) || takesIntegers else {
      throw GraphFailure("has a constant, which is supported of floats only")
    }
    let view = try model.viewOfAnyForm(node, 1 - place)
    let numbers = GraphBuilder.Constant(
      shape: model.file.tensors[tensor].shape, values: try model.numbers(tensor))
    return (view, numbers, place == 1)
  }

  static func give(
    _ model: inout LiteTranslation, _ node: LiteGraph.Node, _ view: ArrayView,
    factors: GraphBuilder.Constant = GraphBuilder.Constant(1),
    summands: GraphBuilder.Constant = GraphBuilder.Constant(0), function: Graph.Function
  ) throws(GraphFailure) {
    var made = try model.builder.affine(view, factors: factors, summands: summands, model.title(node))
    made.hasBatch = view.hasBatch
    try model.give(node, made, function: function)
  }

  /// A sum, difference or product of two values, or of one and a constant.
  private static func readLiteJoin(
    _ model: inout LiteTranslation, _ node: LiteGraph.Node, _ operation: JoinKind,
    _ affine: (GraphBuilder.Constant, Bool) -> (
      factors: GraphBuilder.Constant, summands: GraphBuilder.Constant
    )
  ) throws(GraphFailure) {
    let function = try checkedFunction(model, node)
    guard !model.givesIntegers(node), let operand = try operand(model, node) else {
      return try model.giveJoin(node, operation, function: function)
    }
    let (factors, summands) = affine(operand.numbers, operand.isSecond)
    try give(&model, node, operand.view, factors: factors, summands: summands, function: function)
  }

  static func readLiteAdd(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    try readLiteJoin(&model, node, .add) { numbers, _ in (GraphBuilder.Constant(1), numbers) }
  }

  static func readLiteSub(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    try readLiteJoin(&model, node, .subtract) { numbers, isSecond in
      isSecond
        ? (GraphBuilder.Constant(1), numbers.mapped { -$0 }) : (GraphBuilder.Constant(-1), numbers)
    }
  }

  static func readLiteMul(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    try readLiteJoin(&model, node, .multiply) { numbers, _ in (numbers, GraphBuilder.Constant(0)) }
  }

  private static func readLiteDiv(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let function = try checkedFunction(model, node)
    guard !model.givesIntegers(node) else { throw GraphFailure("is supported of floats only") }
    guard let (view, numbers, isSecond) = try operand(model, node) else {
      let (left, right) = (try model.viewOfAnyForm(node), try model.viewOfAnyForm(node, 1))
      var made = try model.builder.quotient(left, right, model.title(node))
      made.hasBatch = left.hasBatch
      return try model.give(node, made, function: function)
    }
    guard isSecond else { throw GraphFailure("divides a constant by a value, which is not supported") }
    if model.isInteger, let divisor = numbers.single {
      // In floats a quotient is not always the product with the inverse.
      var made = try model.builder.function(.value(.argument / .number(divisor)), view, model.title(node))
      made.hasBatch = view.hasBatch
      return try model.give(node, made, function: function)
    }
    try give(&model, node, view, factors: numbers.mapped { 1 / $0 }, function: function)
  }
}
