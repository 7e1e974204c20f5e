import OctetNetwork

/// Functions of one value in .tflite files.
extension ValueFunctions {
  static let lite: [LiteOperator] =
    [
      LiteOperator("LEAKY_RELU", becomes: becomesLite) { model, node throws(GraphFailure) in
        try ActivationOnly.give(.leakyReLU(try model.number(node, 0, otherwise: 0)), &model, node)
      },
      LiteOperator("GELU", becomes: becomesLite) { model, node throws(GraphFailure) in
        let isApproximate = try model.option(node, 0, isByte: true) != 0
        try ActivationOnly.give(isApproximate ? .geluTanh : .gelu, &model, node)
      },
      LiteOperator("SELECT_V2", becomes: becomes, if: "of functions of one value, of floats", readSelect),
      LiteOperator("SELECT", becomes: becomes, if: "of functions of one value, of floats", readSelect),
    ]
    + [
      ("ELU", Graph.Function.elu), ("HARD_SWISH", .hardSwish), ("ABS", .value(.call(.abs, .argument))),
      ("EXP", .value(.call(.exp, .argument))), ("LOG", .value(.call(.log, .argument))),
      ("SQRT", .value(.call(.sqrt, .argument))), ("RSQRT", .value(.number(1) / .call(.sqrt, .argument))),
    ].map { name, function in
      LiteOperator(name, becomes: becomesLite) { model, node throws(GraphFailure) in
        try ActivationOnly.give(function, &model, node)
      }
    }
    + floatOperators.map { name, function in
      LiteOperator(name, becomes: becomes, if: "of floats") { model, node throws(GraphFailure) in
        guard !model.givesIntegers(node) else { throw GraphFailure("is supported of floats only") }
        try ActivationOnly.give(.value(function), &model, node)
      }
    }
    + ["GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"].map {
      LiteOperator($0, becomes: becomes, if: "with one constant, of floats", readLiteComparison)
    }

  private static let becomesLite = "the activation; in integer files a table"

  private static let floatOperators: [(String, ValueFunction)] = [
    ("NEG", .line(-1, 0)), ("SQUARE", .argument * .argument), ("SIN", .call(.sin, .argument)),
    ("COS", .call(.cos, .argument)), ("RELU_0_TO_1", .clip(0, 1)), ("SIGN", .sign),
    ("FLOOR", .call(.floor, .argument)), ("CEIL", .ceil), ("ROUND", .call(.round, .argument)),
  ]

  private static func constant(_ model: LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure)
    -> (view: ArrayView, number: Double, isSecond: Bool)
  {
    guard let (view, numbers, isSecond) = try Affine.operand(model, node) else {
      throw GraphFailure("compares two values; a value and a constant are supported")
    }
    try model.builder.checkFits(numbers, view)
    guard let number = numbers.single, number.isFinite else {
      throw GraphFailure("compares a value with several constants; one is supported")
    }
    return (view, number, isSecond)
  }

  private static func readLiteComparison(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    guard !model.isInteger || node.inputs.allSatisfy(model.isReal) else {
      throw GraphFailure("compares integers, which is supported of floats only")
    }
    let (view, number, isSecond) = try constant(model, node)
    let function = comparison(
      isGreater: node.name.hasPrefix("GREATER") == isSecond, orEqual: node.name.hasSuffix("EQUAL"), number)
    var made = try model.builder.function(.value(function), view, model.title(node))
    made.hasBatch = view.hasBatch
    try model.give(node, made)
  }

  private static func readSelect(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure)
  {
    guard !model.givesIntegers(node) else { throw GraphFailure("is supported of floats only") }
    let condition = try model.viewOfAnyForm(node)
    var values: [ArrayView] = []
    for place in 1...2 {
      guard let tensor = model.constant(node, place) else {
        values.append(try model.viewOfAnyForm(node, place))
        continue
      }
      let numbers = GraphBuilder.Constant(
        shape: model.file.tensors[tensor].shape, values: try model.numbers(tensor))
      try model.builder.checkFits(numbers, condition)
      guard let number = numbers.single, number.isFinite else {
        throw GraphFailure("takes several constants; one is supported")
      }
      values.append(try model.builder.function(.value(.number(number)), condition, model.title(node)))
    }
    guard var made = try model.builder.chosen(condition, values[0], values[1], model.title(node)) else {
      throw GraphFailure("takes one of two values that are no functions of the same one")
    }
    made.hasBatch = condition.hasBatch
    try model.give(node, made)
  }
}
