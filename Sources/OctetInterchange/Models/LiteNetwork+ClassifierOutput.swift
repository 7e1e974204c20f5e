import OctetNetwork
import OctetTraining

extension LiteNetwork {
  package var classifierOutput: ClassifierOutput {
    let activation: Activation =
      switch head {
      case .linear: .linear
      case .softmax: .softmax
      case .sigmoid: .sigmoid
      }
    return ClassifierOutput(shape: output, activation: activation)
  }
}
