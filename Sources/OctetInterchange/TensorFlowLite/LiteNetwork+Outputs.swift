import OctetNetwork
import OctetTraining

/// What a .tflite file gives.
extension LiteNetwork {
  package struct Output: Sendable {
    /// Different from the names of the other outputs.
    package let name: String
    /// The graph's value.
    package let value: Int
    /// The file's tensor; nil where the file has floats.
    package let tensor: Int?
    package let shape: ImageShape
    /// How probabilities are made of what goes into the node that gives the value.
    package let head: Head
    /// Whether the file gives the logarithms of those probabilities.
    package let givesLogarithms: Bool
    /// The choice that the file makes of it.
    package let choice: ArrayChoice?
    /// The tensor that says which integers the file makes of what the head gives; nil where it leaves that as floats.
    package let closingTensor: Int?
    /// How the file lays out one item.
    package let layout: ArrayLayout
  }

  /// - Parameter tensor: that of an output, by its number.
  static func outputs(of graph: Graph, tensor: (Int) -> Int?) -> [Output] {
    let names = ModelOutput.distinct(graph.outputs.map(\.name))
    return graph.outputs.indices.map { index in
      let view = graph.outputs[index].view
      return Output(
        name: names[index], value: view.value, tensor: tensor(index), shape: graph.shape(view.value),
        head: view.value > 0 ? graph.nodes[view.value - 1].operation.rules.head ?? .linear : .linear,
        givesLogarithms: view.value > 0 && graph.nodes[view.value - 1].operation.rules.givesLogarithms,
        choice: graph.outputs[index].choice,
        closingTensor: view.value > 0 && graph.nodes[view.value - 1].operation.isHead
          ? graph.nodes[view.value - 1].tensors.output : nil,
        layout: ArrayLayout(shape: view.sizes, places: view.places))
    }
  }

  /// The outputs before anybody has decided what they mean.
  package var modelOutputs: [ModelOutput] {
    outputs.map {
      ModelOutput(name: $0.name, layout: $0.layout, givesLogarithms: $0.givesLogarithms, choice: $0.choice)
    }
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
