import Octet
import OctetNetwork

/// Values whose channels can be scaled together without a change of what the network gives: each channel is divided
/// by a factor where it is made and multiplied by it where weights meet it.
///
/// Pools, sums of layers and the like hand factors on, so what goes into them and what comes out is one group.
struct ChannelGroup {
  /// Lowered values, in their order.
  var values: [Int]
  /// Layers with weights that make one of the values.
  var producers: [Int]
  /// Layers with weights that read one.
  var readers: [Int]
  /// Layers that cut the group's values off from above, and where: a channel that reaches the end cannot be scaled.
  var ends: [(layer: Int, high: Double)]

  /// The groups of a network in the order of their first values; those that something fixes are left out: the input,
  /// outputs, and values of layers that hand no factors on.
  static func all(in network: LoweredNetwork) -> [ChannelGroup] {
    var sets = DisjointSets(network.layers.count + 1)
    var isFixed = [Bool](repeating: false, count: network.layers.count + 1)
    isFixed[0] = true
    for output in network.outputs { isFixed[output.value] = true }
    for (index, layer) in network.layers.enumerated() {
      if layer.activation.factors == .changed { isFixed[index + 1] = true }
      if layer.isWeighted { continue }
      if layer.kind.handsFactorsOn, !isFixed[index + 1] {
        for value in layer.inputs { sets.join(value, index + 1) }
      } else {
        for value in layer.inputs + [index + 1] { isFixed[value] = true }
      }
    }
    let fixed = Set(isFixed.indices.filter { isFixed[$0] }.map { sets.find($0) })
    var groups: [Int: ChannelGroup] = [:]
    for value in isFixed.indices where !fixed.contains(sets.find(value)) {
      var group = groups[sets.find(value)] ?? ChannelGroup(values: [], producers: [], readers: [], ends: [])
      group.values.append(value)
      let maker = network.layers[value - 1]
      if maker.isWeighted { group.producers.append(value - 1) }
      if case .kept(let high?) = maker.activation.factors { group.ends.append((value - 1, high)) }
      for (index, layer) in network.layers.enumerated() where layer.isWeighted && layer.inputs.contains(value)
      {
        group.readers.append(index)
      }
      groups[sets.find(value)] = group
    }
    return groups.values.filter { !$0.producers.isEmpty && !$0.readers.isEmpty }
      .sorted { $0.values[0] < $1.values[0] }
  }
}

/// What becomes of a factor above 0 on its way through a function.
enum FactorPassage: Equatable {
  /// It comes out as it went in, up to values of `high` where that is not nil.
  case kept(high: Double?)
  case changed
}

extension Activation {
  var factors: FactorPassage {
    switch self {
    case .linear, .relu: return .kept(high: nil)
    case .sigmoid, .tanh, .softmax: return .changed
    case .function(let function):
      if function.isHomogeneous { return .kept(high: nil) }
      guard let limits = function.limits, limits.low == 0 || limits.low == -.infinity, limits.high > 0 else {
        return .changed
      }
      return .kept(high: limits.high)
    }
  }
}

extension ValueFunction {
  /// Whether it is known to give `k` times as much for `k` times the argument, for every `k` above 0.
  var isHomogeneous: Bool {
    switch self {
    case .argument, .number(0): true
    case .call(.abs, let inner): inner.isHomogeneous
    case .combined(.add, let left, let right), .combined(.subtract, let left, let right),
      .combined(.maximum, let left, let right), .combined(.minimum, let left, let right):
      left.isHomogeneous && right.isHomogeneous
    case .combined(.multiply, let inner, .number), .combined(.multiply, .number, let inner),
      .combined(.divide, let inner, .number):
      inner.isHomogeneous
    case .number, .call, .combined: false
    }
  }
}

/// Numbers below `count`, of which sets are joined.
private struct DisjointSets {
  private var parents: [Int]

  init(_ count: Int) { parents = Array(0..<count) }

  mutating func find(_ member: Int) -> Int {
    var root = member
    while parents[root] != root { root = parents[root] }
    parents[member] = root
    return root
  }

  mutating func join(_ one: Int, _ other: Int) { parents[find(one)] = find(other) }
}
