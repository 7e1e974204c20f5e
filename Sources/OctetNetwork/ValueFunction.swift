/// A function of one value, written as an expression of it.
///
/// Other formats write such functions in many ways: GELU is one operator here and five there. As expressions they are
/// composed and compared without knowing any of them by name.
package indirect enum ValueFunction: Hashable, Sendable {
  /// The value itself.
  case argument
  case number(Double)
  case call(Function, ValueFunction)
  case combined(Operation, ValueFunction, ValueFunction)

  package enum Function: String, CaseIterable, Sendable {
    case exp
    /// The natural logarithm.
    case log
    case sqrt
    case sigmoid
    case tanh
    case erf
    case softplus
    case abs
    case sin
    case cos
    case atan
    /// The largest whole number that is no larger.
    case floor
    /// The nearest whole number, halves to the even one.
    case round
    /// 1 from 0 on, else 0.
    case step
  }

  package enum Operation: Hashable, Sendable {
    case add
    case subtract
    case multiply
    case divide
    case maximum
    case minimum
    /// The second where the first is not 0, else 0, even if the second is no number there.
    case gate
  }

  /// The most parts that an expression may have; functions of networks have a dozen.
  package static let largestSize = 64

  /// How many parts it has.
  package var size: Int {
    switch self {
    case .argument, .number: 1
    case .call(_, let inner): 1 + inner.size
    case .combined(_, let left, let right): 1 + left.size + right.size
    }
  }

  /// The function of what `inner` gives.
  package func of(_ inner: ValueFunction) -> ValueFunction {
    switch self {
    case .argument: inner
    case .number: self
    case .call(let function, let argument): .call(function, argument.of(inner))
    case .combined(let operation, let left, let right):
      .combine(operation, left.of(inner), right.of(inner))
    }
  }

  /// Whether it gives another number for another argument at all.
  package var varies: Bool {
    switch self {
    case .argument: true
    case .number: false
    case .call(_, let inner): inner.varies
    case .combined(_, let left, let right): left.varies || right.varies
    }
  }
}

// MARK: - writing expressions

extension ValueFunction {
  /// Both, without what changes nothing: sums with 0, products with 1, and what is made of numbers alone.
  package static func combine(_ operation: Operation, _ left: ValueFunction, _ right: ValueFunction)
    -> ValueFunction
  {
    switch (operation, left, right) {
    case (_, .number(let first), .number(let second)): .number(operation.result(first, second))
    case (.add, .number(0), let other), (.add, let other, .number(0)): other
    case (.subtract, let other, .number(0)): other
    case (.multiply, .number(1), let other), (.multiply, let other, .number(1)): other
    case (.divide, let other, .number(1)): other
    case (.gate, _, .number(0)): .number(0)
    case (.subtract, .number(1), .combined(.subtract, .number(1), .call(.step, let inner))):
      .call(.step, inner)
    default: .combined(operation, left, right)
    }
  }

  package static func + (left: ValueFunction, right: ValueFunction) -> ValueFunction {
    combine(.add, left, right)
  }
  package static func - (left: ValueFunction, right: ValueFunction) -> ValueFunction {
    combine(.subtract, left, right)
  }
  package static func * (left: ValueFunction, right: ValueFunction) -> ValueFunction {
    combine(.multiply, left, right)
  }
  package static func / (left: ValueFunction, right: ValueFunction) -> ValueFunction {
    combine(.divide, left, right)
  }
  package static func larger(_ left: ValueFunction, _ right: ValueFunction) -> ValueFunction {
    combine(.maximum, left, right)
  }
  package static func smaller(_ left: ValueFunction, _ right: ValueFunction) -> ValueFunction {
    combine(.minimum, left, right)
  }

  package static func gate(_ condition: ValueFunction, _ value: ValueFunction) -> ValueFunction {
    combine(.gate, condition, value)
  }
  /// One or the other, by a condition that is 0 or 1.
  package static func choose(_ condition: ValueFunction, _ yes: ValueFunction, _ no: ValueFunction)
    -> ValueFunction
  { gate(condition, yes) + gate(.number(1) - condition, no) }

  /// `factor * x + summand`.
  package static func line(_ factor: Double, _ summand: Double) -> ValueFunction {
    .argument * .number(factor) + .number(summand)
  }

  package static func clip(_ low: Double, _ high: Double) -> ValueFunction {
    smaller(larger(.argument, .number(low)), .number(high))
  }

  package static func leakyReLU(_ slope: Double) -> ValueFunction {
    larger(.argument, .number(0)) + smaller(.argument, .number(0)) * .number(slope)
  }

  /// The exponential is taken of what is not above 0, so it cannot overflow.
  package static func elu(_ alpha: Double) -> ValueFunction {
    let below = ValueFunction.call(.exp, smaller(.argument, .number(0))) - .number(1)
    return larger(.argument, .number(0)) + below * .number(alpha)
  }

  /// `alpha * (exp(x / alpha) - 1)` below 0.
  package static func celu(_ alpha: Double) -> ValueFunction {
    let below = ValueFunction.call(.exp, smaller(.argument, .number(0)) / .number(alpha)) - .number(1)
    return larger(.argument, .number(0)) + below * .number(alpha)
  }

  package static let selu =
    (larger(.argument, .number(0))
      + (ValueFunction.call(.exp, smaller(.argument, .number(0))) - .number(1))
        * .number(1.673_263_242_354_377_2))
    * .number(1.050_700_987_355_480_5)

  package static let gelu =
    ValueFunction.argument * .number(0.5)
    * (ValueFunction.number(1) + .call(.erf, .argument * .number(0.5.squareRoot())))

  /// GELU by its approximation with tanh.
  package static let geluTanh: ValueFunction = {
    let cube = ValueFunction.argument * .argument * .argument * .number(0.044715)
    let inner = (ValueFunction.argument + cube) * .number((2 / Double.pi).squareRoot())
    return .argument * .number(0.5) * (.number(1) + .call(.tanh, inner))
  }()

  package static let silu = ValueFunction.argument * .call(.sigmoid, .argument)

  /// `min(max(x * slope + offset, 0), 1)`.
  package static func hardSigmoid(_ slope: Double, _ offset: Double) -> ValueFunction {
    clip(0, 1).of(line(slope, offset))
  }

  package static let hardSwish = ValueFunction.argument * hardSigmoid(1 / 6, 0.5)
  package static let softsign = ValueFunction.argument / (.number(1) + .call(.abs, .argument))
  package static let mish = ValueFunction.argument * .call(.tanh, .call(.softplus, .argument))
}

// MARK: - what is known of a function

extension ValueFunction {
  /// The ends that it cuts values off at, if that is all that it does.
  package var limits: (low: Double, high: Double)? {
    switch self {
    case .argument: return (-.infinity, .infinity)
    case .combined(.maximum, let inner, .number(let low)), .combined(.maximum, .number(let low), let inner):
      guard let known = inner.limits, low <= known.high else { return nil }
      return (max(known.low, low), known.high)
    case .combined(.minimum, let inner, .number(let high)), .combined(.minimum, .number(let high), let inner):
      guard let known = inner.limits, high >= known.low else { return nil }
      return (known.low, min(known.high, high))
    default: return nil
    }
  }

  /// Whether it is known never to give less for more.
  ///
  /// A maximum may then be taken before it as well as after it. Of functions that are, but not for a reason that is
  /// seen here, such as `x + tanh(x) - x / 2`, it says no.
  package var neverFalls: Bool {
    switch self {
    case .argument, .number: true
    // Each of these rises wherever it is a number.
    case .call(.exp, let inner), .call(.log, let inner), .call(.sqrt, let inner), .call(.sigmoid, let inner),
      .call(.tanh, let inner), .call(.erf, let inner), .call(.softplus, let inner), .call(.step, let inner),
      .call(.atan, let inner), .call(.floor, let inner), .call(.round, let inner):
      inner.neverFalls
    case .call(.abs, let inner), .call(.sin, let inner), .call(.cos, let inner): !inner.varies
    case .combined(.add, let left, let right), .combined(.maximum, let left, let right),
      .combined(.minimum, let left, let right):
      left.neverFalls && right.neverFalls
    case .combined(.multiply, let inner, .number(let factor)),
      .combined(.multiply, .number(let factor), let inner),
      .combined(.divide, let inner, .number(let factor)):
      factor >= 0 && inner.neverFalls
    case .combined(.subtract, let inner, let other): inner.neverFalls && !other.varies
    case .combined(.multiply, _, _), .combined(.divide, _, _), .combined(.gate, _, _): false
    }
  }
}

extension ValueFunction.Operation {
  /// What it makes of two numbers.
  package func result(_ left: Double, _ right: Double) -> Double {
    switch self {
    case .add: left + right
    case .subtract: left - right
    case .multiply: left * right
    case .divide: left / right
    case .maximum: max(left, right)
    case .minimum: min(left, right)
    case .gate: left == 0 ? 0 : right
    }
  }
}
