/// How weights follow their gradients.
package enum Optimizer: Hashable, Sendable {
  /// `velocity = momentum * velocity - rate * gradient; weight += velocity`
  case sgd(momentum: Float)
  /// The same velocity, and `weight += momentum * velocity - rate * gradient`: one step ahead of it.
  case nesterov(momentum: Float)
  /// Divides by a moving root mean square of the gradients.
  case rmsprop(decay: Float)
  /// Moving mean over moving root mean square, both corrected for their start at zero.
  case adam(firstDecay: Float, secondDecay: Float)
  /// The same with a decay of the weights, which any optimizer can have, as its usual setting.
  case adamW(firstDecay: Float, secondDecay: Float)

  package static let names = ["sgd", "nesterov", "rmsprop", "adam", "adamw"]

  /// Keeps the division by a root mean square finite; Keras' value.
  static let epsilon: Float = 1e-7

  package init?(name: String) {
    switch name {
    case "sgd": self = .sgd(momentum: 0)
    case "nesterov": self = .nesterov(momentum: 0.9)
    case "rmsprop": self = .rmsprop(decay: 0.9)
    case "adam": self = .adam(firstDecay: 0.9, secondDecay: 0.999)
    case "adamw": self = .adamW(firstDecay: 0.9, secondDecay: 0.999)
    default: return nil
    }
  }

  package var name: String {
    switch self {
    case .sgd: "sgd"
    case .nesterov: "nesterov"
    case .rmsprop: "rmsprop"
    case .adam: "adam"
    case .adamW: "adamw"
    }
  }

  /// Nil for those that have none.
  package var momentum: Float? {
    switch self {
    case .sgd(let momentum), .nesterov(let momentum): momentum
    case .rmsprop, .adam, .adamW: nil
    }
  }

  /// The same with another momentum; nil for those that have none.
  package func with(momentum: Float) -> Optimizer? {
    switch self {
    case .sgd: .sgd(momentum: momentum)
    case .nesterov: .nesterov(momentum: momentum)
    case .rmsprop, .adam, .adamW: nil
    }
  }

  /// Keras' learning rate for this optimizer.
  package var usualLearningRate: Float {
    switch self {
    case .sgd, .nesterov: 0.01
    case .rmsprop, .adam, .adamW: 0.001
    }
  }

  /// Keras' decay of the weights.
  package var usualWeightDecay: Float {
    switch self {
    case .sgd, .nesterov, .rmsprop, .adam: 0
    case .adamW: 0.004
    }
  }

  /// Numbers kept for each weight, by name.
  package var slotNames: [String] {
    switch self {
    case .sgd(let momentum): momentum == 0 ? [] : ["velocity"]
    case .nesterov: ["velocity"]
    case .rmsprop: ["square"]
    case .adam, .adamW: ["mean", "square"]
    }
  }
}
