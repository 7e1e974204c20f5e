import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What training makes small. Each is the mean over the images of a batch.
///
/// A network with one output tells two classes apart and its target is the label itself, 0 or 1. With more outputs the
/// target is one-hot: 1 at the label, 0 elsewhere.
package enum Loss: String, CaseIterable, Sendable {
  case binaryCrossentropy = "binary-crossentropy"
  case hinge
  case categoricalCrossentropy = "categorical-crossentropy"
  /// The same number as `categoricalCrossentropy`, from the label rather than from a one-hot row.
  case sparseCategoricalCrossentropy = "sparse-categorical-crossentropy"

  /// Probabilities are kept this far from 0 and 1 before a logarithm is taken, as Keras does.
  static let margin: Float = 1e-7

  /// The loss that fits a network whose last layer has `activation`.
  package static func fitting(_ activation: Activation) -> Loss {
    switch activation {
    case .softmax: .sparseCategoricalCrossentropy
    case .sigmoid: .binaryCrossentropy
    case .linear, .relu, .tanh, .function: .hinge
    }
  }

  /// The loss of one image, from the outputs after their activation.
  func value(_ outputs: UnsafePointer<Float>, count: Int, label: Int) -> Float {
    switch self {
    case .binaryCrossentropy:
      var sum: Float = 0
      for index in 0..<count {
        let probability = Self.clipped(outputs[index])
        sum -= Self.isOn(index, count: count, label: label) ? logf(probability) : logf(1 - probability)
      }
      return sum / Float(count)
    case .hinge:
      var sum: Float = 0
      for index in 0..<count {
        let sign: Float = Self.isOn(index, count: count, label: label) ? 1 : -1
        sum += max(0, 1 - sign * outputs[index])
      }
      return sum / Float(count)
    case .categoricalCrossentropy:
      // The sum over all classes of target times logarithm.
      let total = Self.total(outputs, count: count)
      var sum: Float = 0
      for index in 0..<count where Self.isOn(index, count: count, label: label) {
        sum -= logf(Self.clipped(outputs[index] / total))
      }
      return sum
    case .sparseCategoricalCrossentropy:
      return -logf(Self.clipped(outputs[label] / Self.total(outputs, count: count)))
    }
  }

  /// The gradient of `value` by the outputs.
  func gradient(
    _ outputs: UnsafePointer<Float>, count: Int, label: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .binaryCrossentropy:
      for index in 0..<count {
        let probability = Self.clipped(outputs[index])
        let target: Float = Self.isOn(index, count: count, label: label) ? 1 : 0
        gradient[index] = (probability - target) / (probability * (1 - probability)) / Float(count)
      }
    case .hinge:
      for index in 0..<count {
        let sign: Float = Self.isOn(index, count: count, label: label) ? 1 : -1
        gradient[index] = sign * outputs[index] < 1 ? -sign / Float(count) : 0
      }
    case .categoricalCrossentropy, .sparseCategoricalCrossentropy:
      // -log(out_label / total): 1 / total for each output, less 1 / out_label for the label's own.
      let total = Self.total(outputs, count: count)
      for index in 0..<count { gradient[index] = 1 / total }
      gradient[label] -= 1 / max(outputs[label], Self.margin)
    }
  }

  private static func isOn(_ index: Int, count: Int, label: Int) -> Bool {
    count == 1 ? label == 1 : index == label
  }

  private static func clipped(_ probability: Float) -> Float {
    // Written so that "not a number" comes through and is noticed.
    if probability < margin { return margin }
    return probability > 1 - margin ? 1 - margin : probability
  }

  private static func total(_ outputs: UnsafePointer<Float>, count: Int) -> Float {
    var sum: Float = 0
    for index in 0..<count { sum += outputs[index] }
    return sum
  }
}
