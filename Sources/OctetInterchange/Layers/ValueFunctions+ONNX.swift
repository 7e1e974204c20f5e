import OctetNetwork

/// Functions of one value in ONNX files, and expressions as nodes.
extension ValueFunctions {
  static let onnx: [ONNXOperator] =
    [
      ONNXOperator("Clip", becomes: becomes, if: "constant ends", readClip),
      ONNXOperator("Pow", becomes: becomes, if: exponents, readPow),
      ONNXOperator("Where", becomes: becomes, if: "of functions of one value", readWhere),
    ]
    + ["Greater", "GreaterOrEqual", "Less", "LessOrEqual"].map {
      ONNXOperator($0, becomes: becomes, if: "with one constant", readComparison)
    }
    + [
      ONNXOperator("Equal", becomes: becomes, if: "with one constant", readEqual),
      ONNXOperator("And", becomes: "`minimum`, or a function", readLogic),
      ONNXOperator("Or", becomes: "`maximum`, or a function", readLogic),
    ]
    + functions.map { operation in
      ONNXOperator(operation.name, becomes: becomes) { model, node, attributes throws(GraphFailure) in
        var numbers: [Double] = []
        for (name, usual) in operation.settings {
          numbers.append(Double(try attributes.float(name, otherwise: usual)))
        }
        if operation.name == "Gelu" {
          numbers.append(try attributes.text("approximate", otherwise: "none") == "tanh" ? 1 : 0)
        }
        guard numbers.allSatisfy(\.isFinite) else { throw GraphFailure("has a setting that is no number") }
        let view = try model.viewOfRows(node)
        try model.give(node, try model.builder.function(operation.make(numbers), view, node.title))
      }
    }

  private struct Operator: Sendable {
    let name: String
    /// Attributes, and what they are where the file leaves them out.
    let settings: [(String, Float)]
    let make: @Sendable ([Double]) -> Graph.Function

    init(
      _ name: String, _ settings: [(String, Float)] = [],
      _ make: @escaping @Sendable ([Double]) -> Graph.Function
    ) {
      self.name = name
      self.settings = settings
      self.make = make
    }

    init(_ name: String, _ function: ValueFunction) { self.init(name) { _ in .value(function) } }
  }

  private static let functions: [Operator] = [
    Operator("LeakyRelu", [("alpha", 0.01)]) { .leakyReLU(Float($0[0])) },
    Operator("Elu", [("alpha", 1)]) { $0[0] == 1 ? .elu : .value(.elu($0[0])) },
    Operator("Celu", [("alpha", 1)]) { .value(.celu($0[0])) },
    Operator("Selu", [("alpha", 1.67326), ("gamma", 1.0507)]) {
      .value(ValueFunction.elu($0[0]) * .number($0[1]))
    },
    Operator("HardSigmoid", [("alpha", 0.2), ("beta", 0.5)]) { .value(.hardSigmoid($0[0], $0[1])) },
    Operator("ThresholdedRelu", [("alpha", 1)]) { numbers in
      .value(.gate(.number(1) - .call(.step, .line(-1, numbers[0])), .argument))
    },
    Operator("Gelu") { $0[0] == 1 ? .geluTanh : .gelu },
    Operator("HardSwish") { _ in .hardSwish },
    Operator("Mish", .mish), Operator("Softsign", .softsign),
    Operator("Softplus", .call(.softplus, .argument)),
    Operator("Abs", .call(.abs, .argument)), Operator("Neg", .line(-1, 0)),
    Operator("Exp", .call(.exp, .argument)),
    Operator("Log", .call(.log, .argument)), Operator("Sqrt", .call(.sqrt, .argument)),
    Operator("Erf", .call(.erf, .argument)), Operator("Erfc", .number(1) - .call(.erf, .argument)),
    Operator("Not", .number(1) - .argument),
    Operator("Reciprocal", .number(1) / .argument),
    Operator("Sin", .call(.sin, .argument)), Operator("Cos", .call(.cos, .argument)),
    Operator("Tan", .tan), Operator("Asin", .asin), Operator("Acos", .acos),
    Operator("Atan", .call(.atan, .argument)), Operator("Sinh", .sinh), Operator("Cosh", .cosh),
    Operator("Asinh", .asinh), Operator("Acosh", .acosh), Operator("Atanh", .atanh),
    Operator("Sign", .sign), Operator("Floor", .call(.floor, .argument)), Operator("Ceil", .ceil),
    Operator("Round", .call(.round, .argument)),
    Operator("Shrink", [("bias", 0), ("lambd", 0.5)]) { .value(.softShrink($0[1], offset: $0[0])) },
  ]

  /// The ends are attributes before 11, then inputs; one that is left out is none.
  private static func readClip(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfRows(node)
    var ends: [Double?] = [nil, nil]
    for (place, name) in ["min", "max"].enumerated() {
      if model.version < 11 {
        let usual: Float = place == 0 ? -.greatestFiniteMagnitude : .greatestFiniteMagnitude
        let end = try attributes.float(name, otherwise: usual)
        ends[place] = end == usual ? nil : Double(end)
      } else if model.isGiven(node, place + 1) {
        let values = try model.floats(node, place + 1, name).values
        guard values.count == 1 else { throw GraphFailure("has \(values.count) numbers as \(name)") }
        ends[place] = values[0].isInfinite ? nil : Double(values[0])
      }
    }
    guard ends.allSatisfy({ $0?.isNaN != true }) else { throw GraphFailure("has an end that is no number") }
    guard ends[0] ?? -.infinity < ends[1] ?? .infinity else {
      throw GraphFailure("cuts off below \(ends[0] ?? 0) and above \(ends[1] ?? 0), which leaves one value")
    }
    var function = ValueFunction.argument
    if let low = ends[0] { function = .larger(function, .number(low)) }
    if let high = ends[1] { function = .smaller(function, .number(high)) }
    if function == .argument { return try model.give(node, view) }
    try model.give(node, try model.builder.function(usual(function), view, node.title))
  }

  /// The function under the name that integer files and passes know it by.
  static func usual(_ function: ValueFunction) -> Graph.Function {
    [Graph.Function.relu, .relu6, .reluN1To1].first { $0.expression == function } ?? .value(function)
  }

  private static func readPow(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    let numbers = try model.floats(node, 1, "exponent").constant
    try model.give(node, try model.builder.power(view, numbers, node.title))
  }

  /// 1 where it holds, else 0.
  private static func readComparison(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard let (view, numbers, isSecond) = try Affine.operand(model, node) else {
      throw GraphFailure("compares two values; a value and a constant are supported")
    }
    try model.builder.checkFits(numbers, view)
    guard let number = numbers.single, number.isFinite else {
      throw GraphFailure("compares a value with several constants; one is supported")
    }
    let made = comparison(
      isGreater: node.type.hasPrefix("Greater") == isSecond, orEqual: node.type.hasSuffix("Equal"), number)
    try model.give(node, try model.builder.function(.value(made), view, node.title))
  }

  private static func readEqual(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard let (view, numbers, _) = try Affine.operand(model, node), let number = numbers.single,
      number.isFinite
    else { throw GraphFailure("compares other than a value and one constant") }
    try model.builder.checkFits(numbers, view)
    let equal = ValueFunction.number(1) - ValueFunction.isNotZero.of(.line(1, -number))
    try model.give(node, try model.builder.function(.value(equal), view, node.title))
  }

  /// Conditions are 0 or 1.
  private static func readLogic(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let made = try model.builder.join(
      node.type == "And" ? .minimum : .maximum, model.viewOfAnyForm(node), model.viewOfAnyForm(node, 1),
      node.title)
    try model.give(node, made)
  }

  /// 1 where the value is greater than a number, or less; else 0.
  static func comparison(isGreater: Bool, orEqual: Bool, _ number: Double) -> ValueFunction {
    // From the number on, or up to it, both with the number itself.
    let from = ValueFunction.call(.step, .line(1, -number))
    let upTo = ValueFunction.call(.step, .line(-1, number))
    if orEqual { return isGreater ? from : upTo }
    return .number(1) - (isGreater ? upTo : from)
  }

  private static func readWhere(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let condition = try model.viewOfAnyForm(node)
    var values: [ArrayView] = []
    for place in 1...2 {
      guard model.constant(node, place) != nil else {
        values.append(try model.viewOfAnyForm(node, place))
        continue
      }
      let numbers = try model.floats(node, place, "numbers").constant
      try model.builder.checkFits(numbers, condition)
      guard let number = numbers.single, number.isFinite else {
        throw GraphFailure("takes several constants; one is supported")
      }
      values.append(try model.builder.function(.value(.number(number)), condition, node.title))
    }
    guard let made = try model.builder.chosen(condition, values[0], values[1], node.title) else {
      throw GraphFailure("takes one of two values that are no functions of the same one")
    }
    try model.give(node, made)
  }
}

extension ONNXExport {
  /// An expression, operator by operator.
  mutating func write(_ function: ValueFunction, of value: String, name: String) -> String {
    switch function {
    case .argument: return value
    case .number(let number): return scalar(number, name: name)
    case .call(.step, let inner):
      let zero = scalar(0, name: name)
      let found = writer.node("GreaterOrEqual", [write(inner, of: value, name: name), zero], name: name)
      return writer.node("Cast", [found], [("to", .integer(1))], name: name)
    case .call(let called, let inner):
      let type = called.rawValue.prefix(1).uppercased() + called.rawValue.dropFirst()
      return writer.node(type, [write(inner, of: value, name: name)], name: name)
    case .combined(.gate, let condition, let inner):
      let zero = scalar(0, name: name)
      let one = scalar(0.5, name: name)
      let flag = writer.node("Greater", [write(condition, of: value, name: name), one], name: name)
      return writer.node("Where", [flag, write(inner, of: value, name: name), zero], name: name)
    case .combined(let operation, let left, let right):
      let type =
        switch operation {
        case .add: "Add"
        case .subtract: "Sub"
        case .multiply: "Mul"
        case .divide: "Div"
        case .maximum: "Max"
        case .minimum, .gate: "Min"
        }
      let parts = [left, right].map { write($0, of: value, name: name) }
      return writer.node(type, parts, name: name)
    }
  }

  private mutating func scalar(_ number: Double, name: String) -> String {
    writer.constant("\(name).number_\(writer.constantCount)", [], floats: [Float(number)])
  }
}
