import OctetData
import OctetHost
import OctetNetwork

/// The lowered network in float, layer by layer, with every value kept for a batch.
package final class FloatExecution {
  let network: LoweredNetwork
  let executors: [LayerExecutor]

  package init(_ network: LoweredNetwork, capacity: Int, workers: Workers) throws(QuantizationError) {
    self.network = network
    var executors: [LayerExecutor] = []
    for layer in network.layers {
      executors.append(try LayerExecutor(layer, capacity: capacity, workers: workers))
    }
    self.executors = executors
  }

  /// What one batch gives.
  package struct Values {
    /// The input, then each layer's output.
    package var outputs: [[Float]]
    /// Each layer's values before the activation.
    package var sums: [[Float]]
  }

  package func run(_ input: [Float], count: Int) -> Values {
    var values = Values(outputs: [input], sums: [])
    for index in executors.indices { append(layer: index, to: &values, count: count) }
    return values
  }

  /// The network's outputs, before what makes probabilities of them, when value `index` is changed to `changed`.
  func outputs(_ values: Values, changing index: Int, to changed: [Float], count: Int) -> [[Float]] {
    var values = Values(
      outputs: Array(values.outputs[..<index]) + [changed], sums: Array(values.sums[..<index]))
    for layer in index..<executors.count { append(layer: layer, to: &values, count: count) }
    return network.outputs.map { values.outputs[$0.value] }
  }

  private func append(layer index: Int, to values: inout Values, count: Int) {
    let layer = network.layers[index]
    let sums = Self.withBias(
      executors[index].run(layer.inputs.map { values.outputs[$0] }, count: count), layer.bias)
    values.outputs.append(layer.activation == .linear ? sums : sums.map { layer.activation.value($0) })
    values.sums.append(sums)
  }

  static func withBias(_ values: [Float], _ bias: [Float]) -> [Float] {
    guard !bias.isEmpty else { return values }
    var values = values
    var channel = 0
    for index in values.indices {
      values[index] += bias[channel]
      channel = channel + 1 == bias.count ? 0 : channel + 1
    }
    return values
  }
}

extension Activation {
  /// The functions of one value; softmax is none of them.
  func value(_ value: Float) -> Float {
    switch self {
    case .linear, .softmax: value
    case .relu: max(value, 0)
    case .sigmoid: Float(logisticFunction(Double(value)))
    case .tanh: Float(hyperbolicTangent(Double(value)))
    case .function(let function): Float(function.value(Double(value)))
    }
  }
}
