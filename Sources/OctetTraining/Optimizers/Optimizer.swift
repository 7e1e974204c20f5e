/// How weights follow their gradients.
package enum Optimizer: Hashable, Sendable {
  /// `velocity = momentum * velocity - rate * gradient; weight += velocity`
  case sgd(momentum: Float)
  /// Divides by a moving root mean square of the gradients.
  case rmsprop(decay: Float)
  /// Moving mean over moving root mean square, both corrected for their start at zero.
  case adam(firstDecay: Float, secondDecay: Float)

  package static let names = ["sgd", "rmsprop", "adam"]

  /// Keeps the division by a root mean square finite; Keras' value.
  static let epsilon: Float = 1e-7

  package var name: String {
    switch self {
    case .sgd: "sgd"
    case .rmsprop: "rmsprop"
    case .adam: "adam"
    }
  }

  /// Keras' learning rate for this optimizer.
  package var usualLearningRate: Float {
    switch self {
    case .sgd: 0.01
    case .rmsprop, .adam: 0.001
    }
  }

  /// Numbers kept for each weight, by name.
  package var slotNames: [String] {
    switch self {
    case .sgd(let momentum): momentum == 0 ? [] : ["velocity"]
    case .rmsprop: ["square"]
    case .adam: ["mean", "square"]
    }
  }
}
