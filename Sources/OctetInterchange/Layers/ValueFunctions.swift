import OctetNetwork

/// Functions of one value beside the usual activations: operators that are one, and those that make one together.
enum ValueFunctions: TranslatedKind {
  static let becomes = "the activation of the layer before, or `activation`"
  static let exponents = "one constant exponent"
}

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
    // A value with itself is joined as two, but for integers: a table has their sums as the definition rounds them.
    guard first != .argument || second != .argument || operation == .multiply || holdsIntegers(source) else {
      return nil
    }
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

  /// A power of each element with the same exponent.
  mutating func power(_ view: ArrayView, _ exponents: Constant, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    try checkFits(exponents, view)
    guard let exponent = exponents.single else {
      throw GraphFailure("has several exponents; one is supported")
    }
    guard let power = ValueFunction.power(exponent) else {
      throw GraphFailure(
        "has the exponent \(exponent); whole numbers but 0 to 16 and fractions are supported")
    }
    return power == .argument ? view : try function(.value(power), view, title)
  }

  /// Whether a value is one of integers in the file.
  private func holdsIntegers(_ value: Int) -> Bool {
    value == 0 ? graph.inputTensor != nil : graph.nodes[value - 1].tensors.output != nil
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
  package var valueFunction: ValueFunction? {
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
