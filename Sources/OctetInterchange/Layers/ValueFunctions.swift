import OctetNetwork
import OctetText

/// Functions of one value beside the usual activations: operators that are one, and those that make one together.
enum ValueFunctions: TranslatedKind {}

extension GraphBuilder {
  /// What an operation makes of two functions of the same value, as one function of it; nil where the two arrays are
  /// none, or hold its elements in different orders.
  mutating func combined(
    _ operation: ValueFunction.Operation, _ left: ArrayView, _ right: ArrayView, _ title: String
  ) throws(GraphFailure) -> ArrayView? {
    guard left.axes == right.axes, left.hasBatch == right.hasBatch,
      let (source, first, second) = commonSource(left.value, right.value), first.varies || second.varies
    else { return nil }
    let function = ValueFunction.combine(operation, first, second)
    guard function.size <= ValueFunction.largestSize, function.varies else { return nil }
    // Two that nothing was done to are joined as values.
    guard first != .argument || second != .argument || operation == .multiply else { return nil }
    return try self.function(
      .value(function), ArrayView(value: source, axes: left.axes, hasBatch: left.hasBatch), title)
  }

  /// One of two arrays, by a condition that is 0 or 1; all three are functions of the same value.
  mutating func chosen(
    _ condition: ArrayView, _ yes: ArrayView, _ no: ArrayView, _ title: String
  ) throws(GraphFailure) -> ArrayView? {
    guard condition.axes == yes.axes, condition.axes == no.axes,
      let (both, _, _) = commonSource(yes.value, no.value),
      let (source, _, _) = commonSource(condition.value, both),
      let flag = function(condition.value, of: source), let first = function(yes.value, of: source),
      let second = function(no.value, of: source)
    else { return nil }
    let made = ValueFunction.choose(flag, first, second)
    guard made.size <= ValueFunction.largestSize, made.varies else { return nil }
    return try function(.value(made), ArrayView(value: source, axes: yes.axes, hasBatch: yes.hasBatch), title)
  }

  /// The last value that both are functions of, and the functions.
  private func commonSource(_ left: Int, _ right: Int) -> (Int, ValueFunction, ValueFunction)? {
    let others = sources(right)
    for (source, function) in sources(left) {
      if let other = others.first(where: { $0.source == source }) {
        return (source, function, other.function)
      }
    }
    return nil
  }

  private func function(_ value: Int, of source: Int) -> ValueFunction? {
    sources(value).first { $0.source == source }?.function
  }

  /// The values that a value is a function of, place by place: itself, what the node that makes it reads, and so on.
  private func sources(_ value: Int) -> [(source: Int, function: ValueFunction)] {
    var found: [(source: Int, function: ValueFunction)] = [(value, .argument)]
    var current = value
    var function = ValueFunction.argument
    while current > 0, let own = graph.nodes[current - 1].valueFunction {
      let whole = function.of(own)
      guard whole.size <= ValueFunction.largestSize else { break }
      function = whole
      current = graph.nodes[current - 1].inputs[0]
      found.append((current, function))
    }
    return found
  }
}

extension Graph.Node {
  /// What it does to each value, if it does the same to each of them.
  var valueFunction: ValueFunction? {
    switch operation {
    case .function(let own): return function.expression.of(own.expression)
    case .affine:
      guard let factor = weights.first, weights.allSatisfy({ $0 == factor }), let summand = bias?.first,
        bias?.allSatisfy({ $0 == summand }) == true
      else { return nil }
      return function.expression.of(.line(Double(factor), summand))
    case .layer, .softmax, .padding, .requantize: return nil
    }
  }
}

// MARK: - ONNX

extension ValueFunctions {
  static let onnx: [ONNXOperator] =
    [
      ONNXOperator("Clip", becomes: becomes, if: "constant ends", readClip),
      ONNXOperator("Min", becomes: "`batchnorm` and `maximum`; with one constant a function", readMin),
      ONNXOperator("Pow", becomes: becomes, if: "exponents 0.5, 1, 2, 3", readPow),
      ONNXOperator("Where", becomes: becomes, if: "of functions of one value", readWhere),
    ]
    + ["Greater", "GreaterOrEqual", "Less", "LessOrEqual"].map {
      ONNXOperator($0, becomes: becomes, if: "with one constant", readComparison)
    }
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
        let view = try model.view(node)
        try model.give(node, try model.builder.function(operation.make(numbers), view, node.title))
      }
    }

  private static let becomes = "the activation of the layer before, or `activation`"

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
    // alpha * (exp(x / alpha) - 1) below 0.
    Operator("Celu", [("alpha", 1)]) { numbers in
      let below = ValueFunction.call(.exp, .smaller(.argument, .number(0)) / .number(numbers[0])) - .number(1)
      return .value(.larger(.argument, .number(0)) + below * .number(numbers[0]))
    },
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
  ]

  /// The ends are attributes before 11, then inputs; one that is left out is none.
  private static func readClip(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
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
  private static func usual(_ function: ValueFunction) -> Graph.Function {
    [Graph.Function.relu, .relu6, .reluN1To1].first { $0.expression == function } ?? .value(function)
  }

  private static func readMin(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    if let (view, numbers, _) = try Affine.operand(model, node) {
      try model.builder.checkFits(numbers, view)
      guard let number = numbers.single, number.isFinite else {
        throw GraphFailure("compares a value with several constants; one is supported")
      }
      let smaller = ValueFunction.smaller(.argument, .number(number))
      return try model.give(node, try model.builder.function(.value(smaller), view, node.title))
    }
    let (left, right) = (try model.view(node, 0), try model.view(node, 1))
    try model.give(node, try model.builder.minimum(left, right, node.title))
  }

  private static func readPow(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let numbers = try model.floats(node, 1, "exponent").constant
    try model.builder.checkFits(numbers, view)
    let x = ValueFunction.argument
    let powers: [Double: ValueFunction] = [0.5: .call(.sqrt, x), 1: x, 2: x * x, 3: x * x * x]
    guard let power = numbers.single.flatMap({ powers[$0] }) else {
      throw GraphFailure("has other exponents than one of 0.5, 1, 2 and 3")
    }
    if power == x { return try model.give(node, view) }
    try model.give(node, try model.builder.function(.value(power), view, node.title))
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
    let condition = try model.view(node)
    var values: [ArrayView] = []
    for place in 1...2 {
      guard model.constant(node, place) != nil else {
        values.append(try model.view(node, place))
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
    writer.constant("\(name).number", [], floats: [Float(number)])
  }
}

// MARK: - Keras and TensorFlow Lite

extension ValueFunctions {
  static let keras = [
    KerasClass("LeakyReLU", becomes: becomes) { model, layer throws(GraphFailure) in
      let isOld = layer.configuration["negative_slope"] == nil
      let slope = try layer.number(isOld ? "alpha" : "negative_slope", otherwise: 0.3)
      return try model.builder.function(.leakyReLU(slope), layer.inputs[0], layer.title)
    },
    KerasClass("ELU", becomes: becomes) { model, layer throws(GraphFailure) in
      let alpha = try layer.number("alpha", otherwise: 1)
      let function = alpha == 1 ? Graph.Function.elu : .value(.elu(Double(alpha)))
      return try model.builder.function(function, layer.inputs[0], layer.title)
    },
    KerasClass("ThresholdedReLU", becomes: becomes) { model, layer throws(GraphFailure) in
      let theta = Double(try layer.number("theta", otherwise: 1))
      let function = ValueFunction.gate(.number(1) - .call(.step, .line(-1, theta)), .argument)
      return try model.builder.function(.value(function), layer.inputs[0], layer.title)
    },
  ]

  static let lite: [LiteOperator] =
    [
      LiteOperator("LEAKY_RELU", becomes: becomesLite) { model, node throws(GraphFailure) in
        try ActivationOnly.give(.leakyReLU(try model.number(node, 0, otherwise: 0)), &model, node)
      },
      LiteOperator("GELU", becomes: becomesLite) { model, node throws(GraphFailure) in
        let isApproximate = try model.option(node, 0, isByte: true) != 0
        try ActivationOnly.give(isApproximate ? .geluTanh : .gelu, &model, node)
      },
      LiteOperator(
        "SELECT_V2", becomes: becomes, if: "of functions of one value, in float files", readSelect),
      LiteOperator("SELECT", becomes: becomes, if: "of functions of one value, in float files", readSelect),
      LiteOperator("MINIMUM", becomes: becomes, if: "with one constant, in float files", readMinimum),
    ]
    + [("ELU", Graph.Function.elu), ("HARD_SWISH", .hardSwish)].map { name, function in
      LiteOperator(name, becomes: becomesLite) { model, node throws(GraphFailure) in
        try ActivationOnly.give(function, &model, node)
      }
    }
    + floatOperators.map { name, function in
      LiteOperator(name, becomes: becomes, if: "in float files") { model, node throws(GraphFailure) in
        guard !model.isInteger else { throw GraphFailure("is supported in float files only") }
        try ActivationOnly.give(.value(function), &model, node)
      }
    }
    + ["GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"].map {
      LiteOperator($0, becomes: becomes, if: "with one constant, in float files", readLiteComparison)
    }

  private static let becomesLite = "the activation; in integer files a table"

  private static let floatOperators: [(String, ValueFunction)] = [
    ("ABS", .call(.abs, .argument)), ("NEG", .line(-1, 0)), ("EXP", .call(.exp, .argument)),
    ("LOG", .call(.log, .argument)), ("SQRT", .call(.sqrt, .argument)),
    ("RSQRT", .number(1) / .call(.sqrt, .argument)), ("SQUARE", .argument * .argument),
    ("SIN", .call(.sin, .argument)), ("COS", .call(.cos, .argument)), ("RELU_0_TO_1", .clip(0, 1)),
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

  private static func readMinimum(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    if !model.isInteger, try Affine.operand(model, node) == nil {
      let title = model.title(node)
      return try model.giveJoin(node, "compares") { builder, left, right throws(GraphFailure) in
        try builder.minimum(left, right, title)
      }
    }
    let (view, number, _) = try constant(model, node)
    var made = try model.builder.function(
      .value(.smaller(.argument, .number(number))), view, model.title(node))
    made.hasBatch = view.hasBatch
    try model.give(node, made)
  }

  private static func readLiteComparison(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let (view, number, isSecond) = try constant(model, node)
    let function = comparison(
      isGreater: node.name.hasPrefix("GREATER") == isSecond, orEqual: node.name.hasSuffix("EQUAL"), number)
    var made = try model.builder.function(.value(function), view, model.title(node))
    made.hasBatch = view.hasBatch
    try model.give(node, made)
  }

  private static func readSelect(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure)
  {
    guard !model.isInteger else { throw GraphFailure("is supported in float files only") }
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
