import OctetHost
import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How much a teacher's answers count in training, and how far they are softened.
///
/// The loss becomes `(1 - share) * loss + share * T^2 * KL(teacher || network)`, where both answers are softened by the
/// temperature T: their values before softmax or sigmoid are divided by it. The factor keeps the gradient as large as
/// without softening.
package struct Distillation: Hashable, Sendable {
  package var share: Float = 0.5
  package var temperature: Float = 2

  package init() {}

  /// The loss of one item by both values before softmax or sigmoid, and its gradient by the network's, times `factor`.
  func loss(
    _ values: UnsafePointer<Float>, teacher: UnsafePointer<Float>, head: OutputHead, factor: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Float {
    let count = head.outputs
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { room in
      guard let own = room.baseAddress else { return 0 }
      let wanted = own + count
      for index in 0..<count {
        own[index] = values[index] / temperature
        wanted[index] = teacher[index] / temperature
      }
      head.activation.apply(own, count: count)
      head.activation.apply(wanted, count: count)
      var sum: Float = 0
      // Each output of a sigmoid is a distribution over "yes" and "no" by itself, and their mean counts.
      let isCategorical = head.loss.isCategorical
      let divisor = isCategorical ? 1 : Float(count)
      for index in 0..<count {
        sum += Self.divergence(wanted[index], own[index])
        if !isCategorical { sum += Self.divergence(1 - wanted[index], 1 - own[index]) }
        gradient[index] = temperature * (own[index] - wanted[index]) * factor / divisor
      }
      return temperature * temperature * sum / divisor
    }
  }

  private static func divergence(_ wanted: Float, _ own: Float) -> Float {
    wanted > 0 ? wanted * logf(wanted / max(own, Float.leastNormalMagnitude)) : 0
  }
}

/// A trained network whose answers another one learns.
package final class Teacher {
  package let network: Network

  /// - Parameter model: takes in what the network that learns takes in.
  package init(_ model: FloatModel, capacity: Int, workers: Workers) throws(NetworkError) {
    network = try model.makeNetwork(capacity: capacity, workers: workers)
  }

  /// Why it cannot teach a network with this head and input; nil where it can.
  func fault(for head: OutputHead, input: ImageShape) -> String? {
    if !network.description.input.takes(input) {
      return "its input is \(network.description.input), that of the network is \(input)"
    }
    if network.output.shape.count != head.outputs {
      return "it has \(network.output.shape.count) outputs, the network has \(head.outputs)"
    }
    if !head.isJoined {
      return
        "loss \(head.loss.rawValue) of \(head.activation.word) has no probabilities to teach: end with softmax and "
        + "categorical-crossentropy, or with sigmoid and binary-crossentropy"
    }
    let own = network.pendingActivation(ofOutput: 0)
    if own != head.activation, own != .linear || network.description.outputActivation != .linear {
      return "it ends with \(own.word), the network with \(head.activation.word)"
    }
    return nil
  }

  /// Runs it on the first items of a batch; `network.output` then has its values before softmax or sigmoid.
  func answer(_ input: Tensor, count: Int) {
    network.input.base.update(from: input.base, count: count * input.shape.count)
    network.forward(count: count)
  }
}
