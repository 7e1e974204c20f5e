import OctetNetwork
import OctetTraining

/// What a .tflite file gives.
extension LiteNetwork {
  package struct Output: Sendable {
    /// Different from the names of the other outputs.
    package let name: String
    /// The graph's value.
    package let value: Int
    /// The file's tensor.
    package let tensor: Int
    package let shape: ImageShape
    /// How probabilities are made of what goes into the node that gives the value.
    package let head: Head
    /// How the file lays out one item.
    package let layout: ArrayLayout
  }

  static func outputs(of graph: Graph, _ file: LiteGraph) -> [Output] {
    let names = ModelOutput.distinct(graph.outputs.map(\.name))
    return graph.outputs.indices.map { index in
      let view = graph.outputs[index].view
      return Output(
        name: names[index], value: view.value, tensor: file.outputs[index], shape: graph.shape(view.value),
        head: view.value > 0 ? graph.nodes[view.value - 1].operation.rules.head ?? .linear : .linear,
        layout: ArrayLayout(shape: view.sizes, places: view.places))
    }
  }

  /// The outputs before anybody has decided what they mean.
  package var modelOutputs: [ModelOutput] {
    outputs.map { ModelOutput(name: $0.name, layout: $0.layout) }
  }

  /// What each output could be.
  package var outputRules: [ClassifierOutput] {
    outputs.map { output in
      let activation: Activation =
        switch output.head {
        case .linear: .linear
        case .softmax: .softmax
        case .sigmoid: .sigmoid
        }
      return ClassifierOutput(shape: output.shape, activation: activation)
    }
  }
}
