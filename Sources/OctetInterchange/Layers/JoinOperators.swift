import OctetNetwork

/// The operators of two values, in all formats. With a constant a sum, a difference, a product and a quotient of floats
/// are `Affine`; of integers they have the file's own arithmetic.
extension Join {
  static var onnx: [ONNXOperator] {
    switch Operation.kind {
    case .add:
      [
        ONNXOperator(
          "Add", becomes: "`add`; with a constant `batchnorm`, or the bias of the layer before",
          Affine.readAdd),
        ONNXOperator("Sum", becomes: "`add`, and `batchnorm` for constants", readSum),
        ONNXOperator("Mean", becomes: "`add` and `batchnorm`", readMean),
      ]
    case .subtract:
      [
        ONNXOperator(
          "Sub", becomes: "`subtract`; with a constant `batchnorm`, or the bias of the layer before",
          Affine.readSub)
      ]
    case .multiply:
      [ONNXOperator("Mul", becomes: "`multiply`; with a constant `batchnorm`", Affine.readMul)]
    case .maximum: [ONNXOperator("Max", becomes: "`maximum`; with one constant a function", readExtreme)]
    case .minimum: [ONNXOperator("Min", becomes: "`minimum`; with one constant a function", readExtreme)]
    case .squaredDifference: []
    }
  }

  static var formatsWithout: [ForeignFormat: String] {
    Operation.kind == .squaredDifference
      ? [.onnx: "exporters write Sub, and Mul or Pow, which become `subtract` and `activation`"] : [:]
  }

  /// The largest or smallest of any number of arrays, two at a time.
  private static func readExtreme(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let (joined, constants) = try model.joinedInputs(node) { builder, left, right throws(GraphFailure) in
      try builder.join(Operation.kind, left, right, node.title)
    }
    var found = joined
    for constant in constants {
      found = try model.builder.extreme(Operation.kind, found, constant: constant, node.title)
    }
    try model.give(node, found)
  }

  /// Of any number of arrays.
  private static func sum(_ model: inout ONNXTranslation, _ node: ONNXGraph.Node) throws(GraphFailure)
    -> ArrayView
  {
    let (joined, constants) = try model.joinedInputs(node) { builder, left, right throws(GraphFailure) in
      try builder.join(.add, left, right, node.title)
    }
    var sum = joined
    for constant in constants {
      sum = try model.builder.affine(
        sum, factors: GraphBuilder.Constant(1), summands: constant, node.title)
    }
    return sum
  }

  private static func readSum(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) { try model.give(node, try sum(&model, node)) }

  private static func readMean(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let share = GraphBuilder.Constant(1 / Double(node.inputs.count))
    try Affine.give(&model, node, try sum(&model, node), factors: share)
  }

  static var keras: [KerasClass] {
    switch Operation.kind {
    case .add: [KerasClass("Add", becomes: "`add`", inputs: .several, readKeras)]
    case .subtract:
      [
        KerasClass("Subtract", becomes: "`subtract`", inputs: .several) { model, layer throws(GraphFailure) in
          guard layer.inputs.count == 2 else {
            throw GraphFailure("subtracts \(layer.inputs.count) values; two are needed")
          }
          return try readKeras(&model, layer)
        }
      ]
    case .multiply: [KerasClass("Multiply", becomes: "`multiply`", inputs: .several, readKeras)]
    case .maximum: [KerasClass("Maximum", becomes: "`maximum`", inputs: .several, readKeras)]
    case .minimum: [KerasClass("Minimum", becomes: "`minimum`", inputs: .several, readKeras)]
    case .squaredDifference:
      [
        TensorFlowFunctions.function(
          "math.squared_difference", ["x", "y"],
          becomes: "`squareddifference`; with a constant `batchnorm` and `activation`", readKerasSquare)
      ]
    }
  }

  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    try model.joinAll(layer, "joins") { builder, left, right throws(GraphFailure) in
      try builder.join(Operation.kind, left, right, layer.title)
    }
  }

  private static func readKerasSquare(_ builder: inout GraphBuilder, _ call: KerasCall, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let (first, second) = (try call.constant("x"), try call.constant("y"))
    guard let constant = second ?? first else {
      return try builder.join(.squaredDifference, call.view("x"), call.view("y"), title)
    }
    return try builder.squaredDifference(call.view(second == nil ? "y" : "x"), constant: constant, title)
  }

  static var lite: [LiteOperator] {
    let constant = "of floats with a constant "
    return switch Operation.kind {
    case .add:
      [
        LiteOperator(
          "ADD", becomes: "`add`; \(constant)`batchnorm` or the bias of the layer before", Affine.readLiteAdd)
      ]
    case .subtract:
      [
        LiteOperator(
          "SUB", becomes: "`subtract`; \(constant)`batchnorm` or the bias of the layer before",
          Affine.readLiteSub)
      ]
    case .multiply:
      [LiteOperator("MUL", becomes: "`multiply`; \(constant)`batchnorm`", Affine.readLiteMul)]
    case .maximum: [LiteOperator("MAXIMUM", becomes: "`maximum`; \(constant)a function", readLiteExtreme)]
    case .minimum: [LiteOperator("MINIMUM", becomes: "`minimum`; \(constant)a function", readLiteExtreme)]
    case .squaredDifference:
      [
        LiteOperator(
          "SQUARED_DIFFERENCE", becomes: "`squareddifference`; \(constant)`batchnorm` and `activation`",
          readLiteSquare)
      ]
    }
  }

  private static func readLiteExtreme(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    if !model.givesIntegers(node), let operand = try Affine.operand(model, node) {
      var made = try model.builder.extreme(
        Operation.kind, operand.view, constant: operand.numbers, model.title(node))
      made.hasBatch = operand.view.hasBatch
      return try model.give(node, made)
    }
    try model.giveJoin(node, Operation.kind)
  }

  private static func readLiteSquare(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    guard !model.givesIntegers(node), let operand = try Affine.operand(model, node) else {
      return try model.giveJoin(node, .squaredDifference)
    }
    var made = try model.builder.squaredDifference(
      operand.view, constant: operand.numbers, model.title(node))
    made.hasBatch = operand.view.hasBatch
    try model.give(node, made)
  }
}

extension GraphBuilder {
  /// The square of an array less a constant.
  mutating func squaredDifference(_ view: ArrayView, constant: Constant, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let difference = try affine(
      view, factors: Constant(1), summands: constant.mapped { -$0 }, title)
    return try function(.value(.argument * .argument), difference, title)
  }

  /// The larger or smaller of an array and a constant.
  mutating func extreme(
    _ operation: JoinKind, _ view: ArrayView, constant: Constant, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    try checkFits(constant, view)
    guard let number = constant.single else { return try join(operation, view, constant: constant, title) }
    guard number.isFinite else { throw GraphFailure("has a constant that is infinite or not a number") }
    let end = ValueFunction.number(number)
    if operation == .maximum, number == 0 { return try function(.relu, view, title) }
    return try function(
      .value(operation == .maximum ? .larger(.argument, end) : .smaller(.argument, end)), view, title)
  }
}
