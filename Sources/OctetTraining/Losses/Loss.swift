import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What training makes small. Each is the mean over the images of a batch.
///
/// The target of an item is a number for each output. For classes these are 1 at the item's own class and 0 elsewhere.
/// A network with one output tells two classes apart, and its target is the label itself, 0 or 1.
package enum Loss: String, CaseIterable, Sendable {
  case binaryCrossentropy = "binary-crossentropy"
  case hinge
  case categoricalCrossentropy = "categorical-crossentropy"
  /// The same number as `categoricalCrossentropy`. Keras has it under a name of its own, for targets that are labels.
  case sparseCategoricalCrossentropy = "sparse-categorical-crossentropy"
  /// The mean of the squares of the errors.
  case meanSquare = "mean-square"
  /// The mean of the errors' magnitudes.
  case meanAbsolute = "mean-absolute"
  /// Half the square of an error up to `delta`, and beyond it a line of the same slope.
  case huber

  /// Probabilities are kept this far from 0 and 1 before a logarithm is taken, as Keras does.
  static let margin: Float = 1e-7

  /// The loss that fits a network of classes whose last layer has `activation`.
  package static func fitting(_ activation: Activation) -> Loss {
    switch activation {
    case .softmax: .sparseCategoricalCrossentropy
    case .sigmoid: .binaryCrossentropy
    case .linear, .relu, .tanh, .function: .hinge
    }
  }

  /// Whether it takes the outputs for probabilities.
  package var needsProbabilities: Bool { self == .binaryCrossentropy || isCategorical }

  /// Whether it compares the outputs with each other, one for each class.
  package var isCategorical: Bool {
    self == .categoricalCrossentropy || self == .sparseCategoricalCrossentropy
  }

  /// The loss of one item, from the outputs after their activation.
  func value(
    _ outputs: UnsafePointer<Float>, target: UnsafePointer<Float>, count: Int, delta: Float
  ) -> Float {
    var sum: Float = 0
    switch self {
    case .binaryCrossentropy:
      for index in 0..<count {
        let probability = Self.clipped(outputs[index])
        sum -= target[index] * logf(probability) + (1 - target[index]) * logf(1 - probability)
      }
    case .hinge:
      for index in 0..<count { sum += max(0, 1 - (2 * target[index] - 1) * outputs[index]) }
    case .categoricalCrossentropy, .sparseCategoricalCrossentropy:
      // The sum over all classes of target times logarithm.
      let total = Self.total(outputs, count: count)
      for index in 0..<count where target[index] != 0 {
        sum -= target[index] * logf(Self.clipped(outputs[index] / total))
      }
      return sum
    case .meanSquare:
      for index in 0..<count {
        let error = outputs[index] - target[index]
        sum += error * error
      }
    case .meanAbsolute:
      for index in 0..<count { sum += abs(outputs[index] - target[index]) }
    case .huber:
      for index in 0..<count {
        let size = abs(outputs[index] - target[index])
        sum += size <= delta ? size * size / 2 : delta * size - delta * delta / 2
      }
    }
    return sum / Float(count)
  }

  /// The gradient of `value` by the outputs.
  func gradient(
    _ outputs: UnsafePointer<Float>, target: UnsafePointer<Float>, count: Int, delta: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    switch self {
    case .binaryCrossentropy:
      for index in 0..<count {
        let probability = Self.clipped(outputs[index])
        gradient[index] = (probability - target[index]) / (probability * (1 - probability)) / Float(count)
      }
    case .hinge:
      for index in 0..<count {
        let sign = 2 * target[index] - 1
        gradient[index] = sign * outputs[index] < 1 ? -sign / Float(count) : 0
      }
    case .categoricalCrossentropy, .sparseCategoricalCrossentropy:
      // -t_i log(out_i / total) over all i: the sum of t over total for each output, less t_i / out_i for its own.
      let total = Self.total(outputs, count: count)
      let whole = Self.total(target, count: count)
      for index in 0..<count {
        gradient[index] = whole / total
        if target[index] != 0 { gradient[index] -= target[index] / max(outputs[index], Self.margin) }
      }
    case .meanSquare:
      for index in 0..<count { gradient[index] = 2 * (outputs[index] - target[index]) / Float(count) }
    case .meanAbsolute:
      for index in 0..<count {
        let error = outputs[index] - target[index]
        gradient[index] = (error > 0 ? 1 : error < 0 ? -1 : error) / Float(count)
      }
    case .huber:
      for index in 0..<count {
        let error = outputs[index] - target[index]
        gradient[index] = (abs(error) <= delta ? error : error > 0 ? delta : -delta) / Float(count)
      }
    }
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
