/// A function of one value as one word of a network file: its name, or the expression itself.
extension ValueFunction: CustomStringConvertible {
  /// Functions that have a name.
  private static let named: [(name: String, function: ValueFunction)] = [
    ("relu6", clip(0, 6)), ("selu", selu), ("gelu", gelu), ("gelu-tanh", geluTanh), ("silu", silu),
    ("hardswish", hardSwish), ("hardsigmoid", hardSigmoid(1 / 6, 0.5)), ("softsign", softsign),
    ("mish", mish),
    ("softplus", .call(.softplus, .argument)), ("exp", .call(.exp, .argument)),
    ("abs", .call(.abs, .argument)),
  ]

  /// As `init(word:)` reads it.
  package var description: String {
    Self.named.first { $0.function == self }?.name ?? expression
  }

  /// A function's name, or an expression such as `x*sigmoid(1.7*x)`; nil for any other word.
  package init?(word: String) {
    if let known = Self.named.first(where: { $0.name == word }) {
      self = known.function
      return
    }
    let parts = word.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.dropFirst().map { Double($0) ?? .nan }
    guard numbers.allSatisfy(\.isFinite) else { return nil }
    switch (parts.first, numbers.count) {
    case ("leakyrelu", 1): self = .leakyReLU(numbers[0])
    case ("elu", 1): self = .elu(numbers[0])
    case ("clip", 2):
      guard numbers[0] < numbers[1] else { return nil }
      self = .clip(numbers[0], numbers[1])
    default:
      // Other words of a line are short: the names of layers, numbers, sizes.
      guard word.contains("x"), word.contains(where: { "(+-*/".contains($0) }),
        let found = ExpressionReader(word).result, found.varies, found.size <= Self.largestSize
      else { return nil }
      self = found
    }
  }

  private var expression: String {
    switch self {
    case .argument: "x"
    case .number(let value): value < 0 ? "(\(value))" : "\(value)"
    case .call(let function, let inner): "\(function.rawValue)(\(inner.expression))"
    case .combined(let operation, let left, let right):
      switch operation {
      case .add: "(\(left.expression)+\(right.expression))"
      case .subtract: "(\(left.expression)-\(right.expression))"
      case .multiply: "\(left.expression)*\(right.factor)"
      case .divide: "\(left.expression)/\(right.factor)"
      case .maximum: "max(\(left.expression),\(right.expression))"
      case .minimum: "min(\(left.expression),\(right.expression))"
      case .gate: "gate(\(left.expression),\(right.expression))"
      }
    }
  }

  /// As the second part of a product, which are read from the left.
  private var factor: String {
    switch self {
    case .combined(.multiply, _, _), .combined(.divide, _, _): "(\(expression))"
    default: expression
    }
  }
}

/// Reads an expression of `x`: numbers, `+ - * /`, parentheses, `max`, `min`, `gate` and the functions of one value.
private struct ExpressionReader {
  private var rest: Substring.UTF8View
  private var failed = false
  /// Parentheses that are open, so that no text takes more stack than there is.
  private var depth = 0

  /// Nil where the text is none.
  private(set) var result: ValueFunction?

  init(_ text: String) {
    guard text.utf8.count <= 2_000 else {
      rest = ""[...].utf8
      return
    }
    rest = text[...].utf8
    let found = sum()
    result = failed || !rest.isEmpty ? nil : found
  }

  private mutating func take(_ character: Character) -> Bool {
    guard rest.first == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func fail() -> ValueFunction {
    failed = true
    return .number(0)
  }

  private mutating func sum() -> ValueFunction {
    depth += 1
    defer { depth -= 1 }
    guard depth <= ValueFunction.largestSize else { return fail() }
    var found = product()
    while !failed {
      if take("+") {
        found = found + product()
      } else if take("-") {
        found = found - product()
      } else {
        break
      }
    }
    return found
  }

  private mutating func product() -> ValueFunction {
    var found = factor()
    while !failed {
      if take("*") { found = found * factor() } else if take("/") { found = found / factor() } else { break }
    }
    return found
  }

  private mutating func factor() -> ValueFunction {
    if take("(") {
      let inner = sum()
      return take(")") ? inner : fail()
    }
    if take("-") {
      depth += 1
      defer { depth -= 1 }
      guard depth <= ValueFunction.largestSize else { return fail() }
      return .number(-1) * factor()
    }
    let letters = rest.prefix { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
    return letters.isEmpty ? number() : call(String(Substring(letters)))
  }

  private mutating func call(_ name: String) -> ValueFunction {
    rest = rest.dropFirst(name.utf8.count)
    if name == "x" { return .argument }
    guard take("(") else { return fail() }
    let first = sum()
    let ofTwo: [String: ValueFunction.Operation] = ["max": .maximum, "min": .minimum, "gate": .gate]
    if let operation = ofTwo[name] {
      guard take(",") else { return fail() }
      let second = sum()
      return take(")") ? .combine(operation, first, second) : fail()
    }
    guard let function = ValueFunction.Function(rawValue: name), take(")") else { return fail() }
    return .call(function, first)
  }

  /// Digits, a point, and an exponent with its sign.
  private mutating func number() -> ValueFunction {
    var length = 0
    var previous: UInt8 = 0
    for byte in rest {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      let isExponent = byte == UInt8(ascii: "e") && length > 0
      let isSign =
        (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && previous == UInt8(ascii: "e")
      guard isDigit || isExponent || isSign || byte == UInt8(ascii: ".") else { break }
      previous = byte
      length += 1
    }
    guard length > 0, let value = Double(Substring(rest.prefix(length))), value.isFinite else {
      return fail()
    }
    rest = rest.dropFirst(length)
    return .number(value)
  }
}
