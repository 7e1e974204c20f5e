/// Functions of one value that formats have as operators, made of the few that are computed.
extension ValueFunction {
  /// -1, 0 or 1.
  package static let sign = ValueFunction.call(.step, .argument) - .call(.step, .line(-1, 0))

  /// The smallest whole number that is no smaller.
  package static let ceil = ValueFunction.line(-1, 0).of(.call(.floor, .line(-1, 0)))

  /// The whole number on the side of 0.
  package static let trunc =
    ValueFunction.call(.floor, larger(.argument, .number(0))) + ceil.of(smaller(.argument, .number(0)))

  /// 1 where the value is another than 0, else 0.
  package static let isNotZero =
    ValueFunction.number(1) - .call(.step, .line(-1, 0).of(.call(.abs, .argument)))

  package static let tan = ValueFunction.call(.sin, .argument) / .call(.cos, .argument)

  package static let sinh =
    (ValueFunction.call(.exp, .argument) - .call(.exp, .line(-1, 0))) * .number(0.5)

  package static let cosh =
    (ValueFunction.call(.exp, .argument) + .call(.exp, .line(-1, 0))) * .number(0.5)

  /// At -1 and 1 the quotient is infinite, of which the arctangent is a right angle.
  package static let asin = ValueFunction.call(
    .atan, .argument / .call(.sqrt, .number(1) - .argument * .argument))

  package static let acos = ValueFunction.number(.pi / 2) - asin

  /// Of the magnitude, as the sum of a number below 0 and a root would lose its digits.
  package static let asinh =
    sign
    * .call(.log, .call(.abs, .argument) + .call(.sqrt, .argument * .argument + .number(1)))

  package static let acosh = ValueFunction.call(
    .log, .argument + .call(.sqrt, .argument * .argument - .number(1)))

  package static let atanh =
    ValueFunction.call(.log, (.number(1) + .argument) / (.number(1) - .argument)) * .number(0.5)

  /// The value where its magnitude is above the limit, else 0.
  package static func hardShrink(_ limit: Double) -> ValueFunction {
    gate(.number(1) - .call(.step, .line(-1, limit).of(.call(.abs, .argument))), .argument)
  }

  /// The value brought closer to 0 by an offset where its magnitude is above the limit, else 0.
  package static func softShrink(_ limit: Double, offset: Double) -> ValueFunction {
    gate(.number(1) - .call(.step, .line(-1, limit)), .line(1, -offset))
      + gate(.number(1) - .call(.step, .line(1, limit)), .line(1, offset))
  }

  /// `(x + sqrt(x * x + b)) / 2`
  package static func squareplus(_ b: Double) -> ValueFunction {
    (.argument + .call(.sqrt, .argument * .argument + .number(b))) * .number(0.5)
  }

  /// 0 up to -1, the value from 1 on, and a parabola between.
  package static let sparsePlus: ValueFunction = {
    let bend = clip(-1, 1).of(.argument) + .number(1)
    return bend * bend * .number(0.25) + larger(.line(1, -1), .number(0))
  }()

  /// A power with a constant exponent: by products where it is a whole number, else of what is not below 0.
  ///
  /// - Returns: nil for exponents of which the expression would be too large, and for those that are no numbers.
  package static func power(_ exponent: Double) -> ValueFunction? {
    let x = ValueFunction.argument
    guard exponent.isFinite, exponent != 0 else { return nil }
    if exponent.magnitude == 0.5 {
      return exponent > 0 ? .call(.sqrt, x) : .number(1) / .call(.sqrt, x)
    }
    guard exponent == exponent.rounded() else { return .call(.exp, .call(.log, x) * .number(exponent)) }
    guard exponent.magnitude <= 16, let count = Int(exactly: exponent.magnitude) else { return nil }
    var product = x
    if count == 4 {
      product = (x * x) * (x * x)
    } else {
      for _ in 1..<count { product = product * x }
    }
    return exponent < 0 ? .number(1) / product : product
  }
}
