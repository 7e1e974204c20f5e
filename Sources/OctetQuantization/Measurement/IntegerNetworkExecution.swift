import OctetHost

/// A quantized network on whole batches, every layer's values kept.
package final class IntegerNetworkExecution {
  private let network: QuantizedNetwork
  private let executors: [LayerExecutor]

  package init(_ network: QuantizedNetwork, capacity: Int, workers: Workers) throws(QuantizationError) {
    self.network = network
    var executors: [LayerExecutor] = []
    for (layer, integers) in zip(network.network.layers, network.integers) {
      let executor = try LayerExecutor(layer, capacity: capacity, workers: workers)
      if layer.isWeighted { executor.use(weights: integers.trainedOrder) }
      executors.append(executor)
    }
    self.executors = executors
  }

  /// What a batch gives: the input and each layer's output as integers less their zero point.
  package struct Values {
    package var outputs: [[Float]]
    /// For each layer.
    package var saturated: [Int]
  }

  /// - Parameter input: integers less their zero point, item after item; of pixels these are 0 to 255.
  package func run(_ input: [Float], count: Int) -> Values {
    var values = Values(outputs: [input], saturated: [])
    for index in executors.indices {
      let result = run(
        layer: index, network.network.layers[index].inputs.map { values.outputs[$0] }, count: count)
      values.outputs.append(result.output)
      values.saturated.append(result.saturated)
    }
    return values
  }

  func run(layer index: Int, _ inputs: [[Float]], count: Int) -> IntegerExecution.Result {
    network.execution(index).run(executors[index], inputs, count: count)
  }
}

extension QuantizedNetwork {
  /// One layer's integers, to be run on batches.
  func execution(_ index: Int) -> IntegerExecution {
    let layer = network.layers[index]
    return IntegerExecution(
      layer: layer, integers: integers[index], inputs: layer.inputs.map { encodings[$0] })
  }
}
