import OctetNetwork
import OctetText

/// Functions of `keras.ops`, and TensorFlow's that Keras 2 kept: they stand in a model like layers.
enum KerasFunctions: TranslatedKind {
  static let keras: [KerasClass] = operators + functions + KerasArrayFunctions.all

  // MARK: two values, or a value and a constant

  private static let operators: [KerasClass] =
    [
      .function("Add", both, becomes: "`add`; with a constant `batchnorm`") {
        builder, call, title throws(GraphFailure) in
        try joined(.add, &builder, call, title) { constant, _ in (GraphBuilder.Constant(1), constant) }
      },
      .function("Subtract", both, becomes: "`subtract`; with a constant `batchnorm`") {
        builder, call, title throws(GraphFailure) in
        try joined(.subtract, &builder, call, title) { constant, isSecond in
          isSecond
            ? (GraphBuilder.Constant(1), constant.mapped { -$0 }) : (GraphBuilder.Constant(-1), constant)
        }
      },
      .function("Multiply", both, becomes: "`multiply`; with a constant `batchnorm`") {
        builder, call, title throws(GraphFailure) in
        try joined(.multiply, &builder, call, title) { constant, _ in (constant, GraphBuilder.Constant(0)) }
      },
    ]
    + ["Divide", "TrueDivide"].map { .function($0, both, becomes: "`batchnorm`, `multiply`", quotient) }
    + [("Maximum", JoinKind.maximum), ("Minimum", .minimum)].map { name, operation in
      .function(name, both, becomes: "`\(name.lowercased())`; with a constant a function") {
        builder, call, title throws(GraphFailure) in
        let (first, second) = (try call.constant("x1"), try call.constant("x2"))
        guard let constant = second ?? first else {
          return try builder.join(operation, call.view("x1"), call.view("x2"), title)
        }
        let view = try call.view(second == nil ? "x2" : "x1")
        return try builder.extreme(operation, view, constant: constant, title)
      }
    }
    + [
      ("Greater", true, false), ("GreaterEqual", true, true), ("Less", false, false),
      ("LessEqual", false, true),
    ]
    .map { name, isGreater, orEqual in
      .function(name, both, becomes: ValueFunctions.becomes, if: "with one constant") {
        builder, call, title throws(GraphFailure) in
        let (first, second) = (try call.constant("x1"), try call.constant("x2"))
        guard let number = (second ?? first)?.single, number.isFinite else {
          throw GraphFailure("compares two values, or one with several constants")
        }
        // Turned around where the constant stands first.
        let made = ValueFunctions.comparison(
          isGreater: isGreater == (second != nil), orEqual: orEqual, number)
        return try builder.function(.value(made), call.view(second == nil ? "x2" : "x1"), title)
      }
    }
    + [
      .function(
        "Where", ["condition", "x1", "x2"], becomes: ValueFunctions.becomes, if: "of functions of one value",
        chosen),
      .function("Power", both, becomes: ValueFunctions.becomes, if: ValueFunctions.exponents) {
        builder, call, title throws(GraphFailure) in
        guard let exponents = try call.constant("x2") else { throw GraphFailure("has no constant exponent") }
        return try builder.power(call.view("x1"), exponents, title)
      },
    ]

  private static let both = ["x1", "x2"]

  /// - Parameter affine: the factors and summands of a constant, and whether it is the second of the two.
  private static func joined(
    _ operation: JoinKind, _ builder: inout GraphBuilder, _ call: KerasCall, _ title: String,
    _ affine: (GraphBuilder.Constant, Bool) -> (
      factors: GraphBuilder.Constant, summands: GraphBuilder.Constant
    )
  ) throws(GraphFailure) -> ArrayView {
    let (first, second) = (try call.constant("x1"), try call.constant("x2"))
    guard let constant = second ?? first else {
      return try builder.join(operation, call.view("x1"), call.view("x2"), title)
    }
    let (factors, summands) = affine(constant, second != nil)
    return try builder.affine(
      call.view(second == nil ? "x2" : "x1"), factors: factors, summands: summands, title)
  }

  private static func quotient(_ builder: inout GraphBuilder, _ call: KerasCall, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    if let divisors = try call.constant("x2") {
      return try builder.affine(
        call.view("x1"), factors: divisors.mapped { 1 / $0 }, summands: GraphBuilder.Constant(0), title)
    }
    let divisor = try call.view("x2")
    guard let dividend = try call.constant("x1") else {
      return try builder.quotient(call.view("x1"), divisor, title)
    }
    try builder.checkFits(dividend, divisor)
    let reciprocal = try builder.function(.value(.number(1) / .argument), divisor, title)
    return try builder.affine(reciprocal, factors: dividend, summands: GraphBuilder.Constant(0), title)
  }

  private static func chosen(_ builder: inout GraphBuilder, _ call: KerasCall, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let condition = try call.view("condition")
    var values: [ArrayView] = []
    for name in both {
      guard let constant = try call.constant(name) else {
        values.append(try call.view(name))
        continue
      }
      guard let number = constant.single, number.isFinite else {
        throw GraphFailure("takes several constants; one is supported")
      }
      values.append(try builder.function(.value(.number(number)), condition, title))
    }
    guard let made = try builder.chosen(condition, values[0], values[1], title) else {
      throw GraphFailure("takes one of two values that are no functions of the same one")
    }
    return made
  }

  // MARK: functions of one value

  private static let functions: [KerasClass] =
    plain.map { name, made in
      .function(name, ["x"], becomes: ValueFunctions.becomes) { builder, call, title throws(GraphFailure) in
        made == .identity ? try call.view("x") : try builder.function(made, call.view("x"), title)
      }
    }
    + [
      .function("LeakyRelu", ["x", "negative_slope"], becomes: ValueFunctions.becomes) {
        builder, call, title throws(GraphFailure) in
        let slope = try call.number("negative_slope", otherwise: 0.2)
        return try builder.function(.leakyReLU(Float(slope)), call.view("x"), title)
      },
      .function("Elu", ["x", "alpha"], becomes: ValueFunctions.becomes) {
        builder, call, title throws(GraphFailure) in
        let alpha = try call.number("alpha", otherwise: 1)
        return try builder.function(alpha == 1 ? .elu : .value(.elu(alpha)), call.view("x"), title)
      },
      .function("Celu", ["x", "alpha"], becomes: ValueFunctions.becomes) {
        builder, call, title throws(GraphFailure) in
        try builder.function(.value(.celu(call.number("alpha", otherwise: 1))), call.view("x"), title)
      },
      .function("Gelu", ["x", "approximate"], becomes: ValueFunctions.becomes) {
        builder, call, title throws(GraphFailure) in
        let isApproximate = try call.flag("approximate", otherwise: true)
        return try builder.function(isApproximate ? .geluTanh : .gelu, call.view("x"), title)
      },
      .function("HardShrink", ["x", "threshold"], becomes: ValueFunctions.becomes) {
        builder, call, title throws(GraphFailure) in
        try builder.function(
          .value(.hardShrink(call.number("threshold", otherwise: 0.5))), call.view("x"), title)
      },
      .function("SoftShrink", ["x", "threshold"], becomes: ValueFunctions.becomes) {
        builder, call, title throws(GraphFailure) in
        let limit = try call.number("threshold", otherwise: 0.5)
        return try builder.function(.value(.softShrink(limit, offset: limit)), call.view("x"), title)
      },
      .function(
        "Threshold", ["x", "threshold", "default_value"], becomes: ValueFunctions.becomes,
        threshold),
      .function("Round", ["x", "decimals"], becomes: ValueFunctions.becomes, if: "to whole numbers") {
        builder, call, title throws(GraphFailure) in
        guard try call.number("decimals", otherwise: 0) == 0 else {
          throw GraphFailure("rounds to other decimals")
        }
        return try builder.function(.value(.call(.round, .argument)), call.view("x"), title)
      },
      .function("Squareplus", ["x", "b"], becomes: ValueFunctions.becomes) {
        builder, call, title throws(GraphFailure) in
        try builder.function(.value(.squareplus(call.number("b", otherwise: 4))), call.view("x"), title)
      },
      .function("Clip", ["x", "x_min", "x_max"], becomes: ValueFunctions.becomes, if: "constant ends") {
        builder, call, title throws(GraphFailure) in
        let (low, high) = (try call.number("x_min"), try call.number("x_max"))
        guard low < high else {
          throw GraphFailure("cuts off below \(low) and above \(high), which leaves one value")
        }
        return try builder.function(
          ValueFunctions.usual(.clip(low, high)), call.view("x"), title)
      },
      .function("Cast", ["x", "dtype"], becomes: "nothing", if: "to floats") {
        _, call, _ throws(GraphFailure) in
        let type = try call.text("dtype", otherwise: "float32")
        guard ["float16", "float32", "float64", "bfloat16"].contains(type) else {
          throw GraphFailure("makes \(type.quoted) of its input; floats are supported")
        }
        return try call.view("x")
      },
    ]
    + ["Softmax", "LogSoftmax"].map { name in
      .function(name, ["x", "axis"], becomes: "the activation of a layer") {
        builder, call, title throws(GraphFailure) in
        let view = try call.view("x")
        let axes = try (call.integers("axis") ?? [-1]).map { (number) throws(GraphFailure) in
          try view.axis(number)
        }
        return try builder.softmax(
          over: axes.sorted(), isLogarithm: name == "LogSoftmax", view, title)
      }
    }

  /// The value above a number, and another number up to it.
  private static func threshold(_ builder: inout GraphBuilder, _ call: KerasCall, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let limit = try call.number("threshold")
    let made = ValueFunction.choose(
      .call(.step, .line(-1, limit)), .number(try call.number("default_value")), .argument)
    return try builder.function(.value(made), call.view("x"), title)
  }

  /// Those that are activations too have its name in other letters.
  private static let plain: [(name: String, function: Graph.Function)] = {
    let x = ValueFunction.argument
    let activations = [
      "Relu", "Relu6", "Sigmoid", "Tanh", "Selu", "Silu", "Softplus", "Softsign", "HardSigmoid", "HardSilu",
      "HardTanh", "LogSigmoid", "TanhShrink", "SparsePlus",
    ].map { name in
      let own = name.lowercased()
      guard let known = KerasImport.functions.first(where: { $0.name.filter { $0 != "_" } == own }) else {
        preconditionFailure("\(name) is no activation")
      }
      return (name: name, function: known.function)
    }
    return activations + [
      ("Negative", .value(.line(-1, 0))), ("Absolute", .value(.call(.abs, x))),
      ("Abs", .value(.call(.abs, x))),
      ("Square", .value(x * x)), ("Sqrt", .value(.call(.sqrt, x))),
      ("Rsqrt", .value(.number(1) / .call(.sqrt, x))), ("Reciprocal", .value(.number(1) / x)),
      ("Exp", .value(.call(.exp, x))), ("Log", .value(.call(.log, x))),
      ("Expm1", .value(.call(.exp, x) - .number(1))), ("Log1p", .value(.call(.log, x + .number(1)))),
      ("Erf", .value(.call(.erf, x))), ("Sin", .value(.call(.sin, x))), ("Cos", .value(.call(.cos, x))),
      ("Tan", .value(.tan)), ("Arcsin", .value(.asin)), ("Arccos", .value(.acos)),
      ("Arctan", .value(.call(.atan, x))), ("Sinh", .value(.sinh)), ("Cosh", .value(.cosh)),
      ("Arcsinh", .value(.asinh)), ("Arccosh", .value(.acosh)), ("Arctanh", .value(.atanh)),
      ("Sign", .value(.sign)), ("Floor", .value(.call(.floor, x))), ("Ceil", .value(.ceil)),
      ("Trunc", .value(.trunc)),
      ("StopGradient", .identity), ("Copy", .identity),
    ]
  }()

}
