import OctetNetwork

/// What is done to a graph of an ONNX file with QuantizeLinear and DequantizeLinear.
///
/// It was translated as a graph of floats, in which a `requantize` node stands for each QuantizeLinear and
/// DequantizeLinear leaves no trace. The passes let the layer before such a node give its integers. Each pass states
/// its condition; what is left without integers is refused when the graph is converted.
extension Graph {
  mutating func simplifyQuantized() throws(GraphFailure) {
    dropUnread()
    dropIdentities()
    normalizeAffine()
    fuseBiases()
    composeFunctions()
    hoistLimits()
    fuseFunctions { $0.expression.limits != nil }
    hoistInput()
    try takeInIntegers()
    joinInIntegersOfAll()
    dropUnread()
    try foldPadding()
  }

  /// Cuts values off before they are moved rather than after, so that the layer which makes them can do it.
  ///
  /// Condition: nothing else reads what was moved. 0 is within the limits, as zeros may come in.
  private mutating func hoistLimits() {
    var index = 0
    while index < nodes.count {
      let source = nodes[index].inputs[0] - 1
      guard let limits = nodes[index].operation.rules.function?.expression.limits, limits.low <= 0,
        limits.high >= 0, source >= 0, keepsIntegers(source), nodes[source].inputs.count == 1,
        readerCounts[source + 1] == 1
      else {
        index += 1
        continue
      }
      (nodes[source], nodes[index]) = (nodes[index], nodes[source])
      nodes[source].inputs = nodes[index].inputs
      nodes[source].shape = shape(nodes[source].inputs[0])
      nodes[index].inputs = [source + 1]
      index = source
    }
  }

  /// Makes the input's integers before anything else is done to it.
  ///
  /// Condition: all that is done to it before QuantizeLinear moves or joins values, or multiplies all of them by one
  /// number above 0, by the same on every way; every way ends in QuantizeLinear to the same integers. A product leaves
  /// the integers what they are, and changes what they stand for: then only layers with weights may read them, whose
  /// factors know what QuantizeLinear takes them for.
  private mutating func hoistInput() {
    guard inputTensor == nil else { return }
    // For each value made of the input so, the factor.
    var factors: [Int: Double] = [0: 1]
    for (index, node) in nodes.enumerated() {
      let found = node.inputs.map { factors[$0] }
      guard let first = found.first, let factor = first, found.allSatisfy({ $0 == factor }) else { continue }
      var isJoined = keepsIntegers(index)
      if case .layer(.concatenate) = node.operation { isJoined = node.function == .identity }
      if isJoined {
        factors[index + 1] = factor
      } else if let own = node.scaling {
        factors[index + 1] = factor * own
      }
    }
    let ends = nodes.indices.filter {
      factors[$0 + 1] == nil && nodes[$0].inputs.contains { factors[$0] != nil }
    }
    guard let end = ends.first, let factor = factors[nodes[end].inputs[0]],
      let wanted = nodes[end].tensors.output,
      ends.allSatisfy({
        nodes[$0].operation == .requantize && nodes[$0].tensors.output == wanted
          && factors[nodes[$0].inputs[0]] == factor
      }), !outputs.contains(where: { factors[$0.view.value] != nil })
    else { return }
    if factor != 1 {
      let values = Set(ends.map { $0 + 1 })
      let readers = nodes.filter { $0.inputs.contains { values.contains($0) } }
      let isScaledOnly = nodes.indices.allSatisfy { factors[$0 + 1] == nil || nodes[$0].scaling != nil }
      guard isScaledOnly, readers.allSatisfy({ $0.tensors.weights != nil && !$0.isMove }),
        !outputs.contains(where: { values.contains($0.view.value) })
      else { return }
    }
    (inputTensor, inputFactor) = (wanted, factor)
    for index in nodes.indices.reversed() {
      if ends.contains(index) || (factors[index + 1] != nil && nodes[index].scaling != nil) {
        remove(index, readAs: nodes[index].inputs[0])
      } else if factors[index + 1] != nil {
        nodes[index].tensors.output = wanted
      }
    }
  }

  /// Lets each node give the integers that QuantizeLinear makes of what it computes.
  ///
  /// Condition: all that reads the value is QuantizeLinear to the same integers. What only moves values, or takes the
  /// largest, has the integers of what it reads: to round before or after it is the same.
  private mutating func takeInIntegers() throws(GraphFailure) {
    var index = 0
    while index < nodes.count {
      defer { index += 1 }
      guard case .requantize = nodes[index].operation else {
        if keepsIntegers(index), nodes[index].tensors.output == nil { inherit(index) }
        continue
      }
      let (source, wanted) = (nodes[index].inputs[0], nodes[index].tensors.output)
      let others = readers(of: source)
      let isOnly =
        !outputs.contains { $0.view.value == source }
        && others.allSatisfy { nodes[$0].operation == .requantize && nodes[$0].tensors.output == wanted }
      if source == 0, inputTensor == nil {
        guard isOnly else {
          let other = others.first {
            nodes[$0].operation != .requantize || nodes[$0].tensors.output != wanted
          }
          throw GraphFailure(
            "\(nodes[index].title) makes integers of the input, which \(other.map { nodes[$0].title } ?? "an output") "
              + "also reads as it is, or makes others of: let one QuantizeLinear read it, before all else")
        }
        inputTensor = wanted
      }
      if integers(of: source) == wanted {
        remove(index, readAs: source)
        index -= 1
        continue
      }
      guard source > 0, isOnly, nodes[source - 1].tensors.output == nil else { continue }
      let kept = nodes[source - 1]
      if keepsIntegers(source - 1) {
        // The integers are made before instead, of each value that it reads.
        let (node, count) = (nodes[index], kept.inputs.count)
        for reader in others.reversed() { remove(reader, readAs: source) }
        for place in kept.inputs.indices.reversed() {
          var made = node
          made.inputs = [kept.inputs[place]]
          made.shape = shape(kept.inputs[place])
          insert(made, at: source - 1)
        }
        // The node stands behind those now, each of which makes one more value.
        for place in 0..<count { nodes[source - 1 + count].inputs[place] = source + place }
        index = source - 2
      } else {
        nodes[source - 1].tensors.output = wanted
        for reader in others.reversed() { remove(reader, readAs: source) }
        index = source - 1
      }
    }
  }

  /// Lets two of several joined values have the integers of all, which may be others than those of the first.
  ///
  /// Condition: the node joins values, only other joins read what it gives, at most moved, and these give the same
  /// integers. Each part is then rounded once, to the integers of the whole.
  private mutating func joinInIntegersOfAll() {
    for index in nodes.indices.reversed() {
      guard case .layer(.concatenate) = nodes[index].operation, nodes[index].tensors.output == nil,
        nodes[index].function == .identity
      else { continue }
      nodes[index].tensors.output = joinedIntegers(of: index + 1)
    }
  }

  /// The integers in which all that reads a value joins it with others; nil where they differ, or something else does.
  private func joinedIntegers(of value: Int) -> Int? {
    guard !outputs.contains(where: { $0.view.value == value }) else { return nil }
    var found: Int?
    for reader in readers(of: value) {
      let node = nodes[reader]
      let wanted: Int?
      if case .layer(.concatenate) = node.operation {
        wanted = node.tensors.output
      } else if node.isMove, node.tensors.output == nil {
        wanted = joinedIntegers(of: reader + 1)
      } else {
        wanted = nil
      }
      guard let wanted, found == nil || found == wanted else { return nil }
      found = wanted
    }
    return found
  }

  /// The tensor that says what the integers of a value stand for.
  private func integers(of value: Int) -> Int? { value == 0 ? inputTensor : nodes[value - 1].tensors.output }

  private mutating func inherit(_ index: Int) {
    let found = nodes[index].inputs.map { integers(of: $0) }
    if let first = found.first, found.allSatisfy({ $0 == first }) { nodes[index].tensors.output = first }
  }

  /// Whether a node gives some of the values that it reads, so that their integers are its own.
  func keepsIntegers(_ index: Int) -> Bool {
    let node = nodes[index]
    if node.isMove { return true }
    switch node.operation {
    case .layer(.maxPooling), .layer(.flatten), .layer(.dropout): return node.function == .identity
    case .layer(.resize(let kind)):
      return node.function == .identity && kind.copies(from: shape(node.inputs[0]))
    case .padding: return true
    default: return false
    }
  }

  /// Puts in a node that nothing reads yet.
  private mutating func insert(_ node: Node, at index: Int) {
    func renamed(_ value: Int) -> Int { value > index ? value + 1 : value }
    nodes.insert(node, at: index)
    for reader in nodes.indices where reader != index {
      nodes[reader].inputs = nodes[reader].inputs.map(renamed)
    }
    for place in outputs.indices { outputs[place].view.value = renamed(outputs[place].view.value) }
    for place in sources.indices { sources[place].value = sources[place].value.map(renamed) }
  }
}

extension Graph.Node {
  /// The number above 0 that it multiplies all values by, if it does only that.
  fileprivate var scaling: Double? {
    guard case .affine = operation, function == .identity, let factor = weights.first, factor > 0,
      weights.allSatisfy({ $0 == factor }), bias?.allSatisfy({ $0 == 0 }) ?? true
    else { return nil }
    return Double(factor)
  }
}
