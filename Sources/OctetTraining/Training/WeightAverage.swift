import OctetFloatKernels
import OctetNetwork

/// The average of a network's weights over the steps of its training, the latest counting most.
///
/// It is what the network is validated with and what it ends with: the weights of one step carry the noise of its
/// batch. Only what training moves is averaged; the mean and variance of batch normalization are averages already.
final class WeightAverage {
  private let decay: Float
  private let parameters: [Parameter]
  private let averages: [Tensor]

  init(decay: Float, parameters: [Parameter]) {
    self.decay = decay
    self.parameters = parameters.filter { $0.isTrained && !$0.isFrozen }
    averages = self.parameters.map { Tensor(shape: ImageShape(flat: $0.count), capacity: 1) }
  }

  /// Follows the weights by a step. The first one starts from them.
  func follow(isFirst: Bool) {
    for (parameter, average) in zip(parameters, averages) {
      octet_average(average.base, parameter.values, isFirst ? 0 : decay, parameter.count)
    }
  }

  /// Puts averages in the place of weights, and the other way round when it is called again.
  func swap() {
    for (parameter, average) in zip(parameters, averages) {
      let weights = parameter.array
      parameter.values.update(from: average.base, count: parameter.count)
      weights.withUnsafeBufferPointer { weights in
        if let start = weights.baseAddress { average.base.update(from: start, count: parameter.count) }
      }
    }
  }

  /// Every average with its name, "conv-1.weight#average", for checkpoints.
  var named: [(name: String, values: UnsafeMutableBufferPointer<Float>)] {
    zip(parameters, averages).map { parameter, average in
      (
        "\(parameter.name)#\(Self.slotName)",
        UnsafeMutableBufferPointer(start: average.base, count: parameter.count)
      )
    }
  }

  static let slotName = "average"
}
