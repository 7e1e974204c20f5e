import OctetNetwork

/// Factors and summands in a network of integers, which a layer of one cell computes from the integers that it reads.
extension Graph {
  /// Brings what multiplies by constants or adds some into one form: a factor and a summand for each channel, or for
  /// each value. Two of them, one after the other, are one.
  mutating func normalizeAffine() {
    for index in nodes.indices {
      switch nodes[index].operation {
      case .layer(.batchNormalization(let kind)): normalize(index, kind)
      case .layer(.add(let kind)) where kind.operand != .layer: normalize(index, .add)
      case .layer(.subtract(let kind)) where kind.operand != .layer: normalize(index, .subtract)
      case .layer(.multiply(let kind)) where kind.operand != .layer: normalize(index, .multiply)
      default: break
      }
    }
    var index = 0
    while index < nodes.count {
      let source = nodes[index].inputs[0] - 1
      guard source >= 0, nodes[index].operation == .affine, nodes[source].operation == .affine,
        nodes[source].function == .identity, readerCounts[source + 1] == 1,
        nodes[index].shape == nodes[source].shape
      else {
        index += 1
        continue
      }
      let count = max(nodes[index].weights.count, nodes[source].weights.count)
      let (first, second) = (nodes[source], nodes[index])
      // A number for each channel counts at every place.
      func factor(_ node: Node, _ place: Int) -> Double { Double(node.weights[place % node.weights.count]) }
      func summand(_ node: Node, _ place: Int) -> Double { node.bias.map { $0[place % $0.count] } ?? 0 }
      nodes[source].weights = (0..<count).map { Float(factor(second, $0) * factor(first, $0)) }
      nodes[source].bias = (0..<count).map { factor(second, $0) * summand(first, $0) + summand(second, $0) }
      nodes[source].function = second.function
      remove(index, readAs: source + 1)
    }
  }

  /// A batch normalization is a factor and a summand for each channel.
  private mutating func normalize(_ index: Int, _ kind: BatchNormalization) {
    let count = nodes[index].weights.count / 4
    let parts = (0..<4).map { nodes[index].weights[$0 * count..<($0 + 1) * count].map { Double($0) } }
    let factors = (0..<count).map { parts[0][$0] / (parts[3][$0] + Double(kind.epsilon)).squareRoot() }
    nodes[index].bias = (0..<count).map { parts[1][$0] - parts[2][$0] * factors[$0] }
    nodes[index].weights = factors.map { Float($0) }
    nodes[index].operation = .affine
  }

  /// A sum, difference or product with constants.
  private mutating func normalize(_ index: Int, _ operation: JoinKind) {
    let constants = nodes[index].weights
    switch operation {
    case .multiply: nodes[index].bias = [Double](repeating: 0, count: constants.count)
    case .add, .subtract:
      nodes[index].bias = constants.map { operation == .add ? Double($0) : -Double($0) }
      nodes[index].weights = [Float](repeating: 1, count: constants.count)
    case .maximum, .minimum, .squaredDifference: return
    }
    nodes[index].operation = .affine
  }
}
