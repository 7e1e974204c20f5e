import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The end of a network in training: the last activation, the loss, and the class that the outputs stand for.
///
/// Activation and loss are joined because the usual pairs, softmax with cross-entropy and sigmoid with binary
/// cross-entropy, have a gradient by the values before the activation that is simply "output less target": it neither
/// vanishes nor overflows where the two taken apart would.
package struct OutputHead: Sendable {
  package let activation: Activation
  package let loss: Loss
  package let outputs: Int
  /// Where the Huber loss turns from a parabola into a line.
  package let delta: Float
  /// The share of a class target that is spread evenly over all classes.
  package let smoothing: Float

  /// What the outputs stand for.
  package enum Meaning: Hashable, Sendable {
    /// One of so many classes.
    case classes(Int)
    /// Labels of which several can hold together, so many.
    case labels(Int)
    /// Numbers, so many.
    case numbers(Int)

    package var isOfClasses: Bool { if case .classes = self { true } else { false } }
  }

  /// Checks that activation, loss and meaning make sense together.
  ///
  /// - Parameter loss: nil for the one that fits.
  package init(
    activation: Activation, loss: Loss?, outputs: Int, meaning: Meaning, delta: Float = 1,
    smoothing: Float = 0
  ) throws(NetworkError) {
    switch meaning {
    case .classes(let classes): try Self.check(activation, outputs: outputs, classes: classes)
    case .labels(let labels):
      guard outputs == labels else {
        throw NetworkError(
          "the network has \(outputs) outputs, the data has \(labels) labels: they must be equal")
      }
    case .numbers(let numbers):
      guard outputs == numbers else {
        throw NetworkError(
          "the network has \(outputs) outputs, and each item has \(numbers) numbers to learn: they must be equal"
        )
      }
    }
    let loss = loss ?? Self.fitting(activation, meaning)
    try Self.check(activation, loss, outputs: outputs, meaning)
    if smoothing > 0, !loss.needsProbabilities {
      throw NetworkError("label-smoothing is for the losses of cross-entropy, not \(loss.rawValue)")
    }
    self.activation = activation
    self.loss = loss
    self.outputs = outputs
    self.delta = delta
    self.smoothing = smoothing
  }

  /// The head of a network of classes.
  package init(activation: Activation, loss: Loss, outputs: Int, classes: Int) throws(NetworkError) {
    try self.init(activation: activation, loss: loss, outputs: outputs, meaning: .classes(classes))
  }

  private static func fitting(_ activation: Activation, _ meaning: Meaning) -> Loss {
    switch meaning {
    case .classes: .fitting(activation)
    case .labels: activation == .sigmoid ? .binaryCrossentropy : .hinge
    case .numbers: .meanSquare
    }
  }

  private static func check(_ activation: Activation, outputs: Int, classes: Int) throws(NetworkError) {
    if outputs == 1 {
      guard classes == 2 else {
        throw NetworkError(
          "a network with one output tells 2 classes apart, the data has \(classes): keep two with --digits, or end "
            + "with dense \(classes) softmax")
      }
      guard activation != .softmax else {
        throw NetworkError(
          "softmax over one output is always 1: end with dense 1 sigmoid, or with dense 2 softmax")
      }
    } else if outputs != classes {
      throw NetworkError(
        "the network has \(outputs) outputs, the data has \(classes) classes: they must be equal")
    }
  }

  private static func check(
    _ activation: Activation, _ loss: Loss, outputs: Int, _ meaning: Meaning
  ) throws(NetworkError) {
    let areProbabilities = activation == .sigmoid || activation == .softmax
    switch loss {
    case .binaryCrossentropy where !areProbabilities:
      throw NetworkError(
        "loss \(loss.rawValue) needs probabilities: end with sigmoid or softmax, not \(activation.word)")
    case .categoricalCrossentropy where outputs == 1, .sparseCategoricalCrossentropy where outputs == 1:
      throw NetworkError(
        "loss \(loss.rawValue) needs an output per class: use binary-crossentropy with one output")
    case .categoricalCrossentropy where !areProbabilities,
      .sparseCategoricalCrossentropy where !areProbabilities:
      throw NetworkError(
        "loss \(loss.rawValue) needs probabilities: end with softmax, not \(activation.word)")
    default: break
    }
    switch meaning {
    case .classes:
      // The two classes of one output are told apart at 0.5 behind a sigmoid, else at 0, where hinge pushes them.
      if outputs == 1, !loss.needsProbabilities, loss != .hinge, activation != .sigmoid {
        throw NetworkError(
          "loss \(loss.rawValue) of one output that tells two classes apart needs sigmoid, not \(activation.word)"
        )
      }
    case .labels where loss.isCategorical:
      throw NetworkError(
        "loss \(loss.rawValue) is for one class of several: use binary-crossentropy for labels that can hold together"
      )
    case .labels: break
    case .numbers where loss == .hinge || loss.isCategorical:
      throw NetworkError(
        "loss \(loss.rawValue) is for classes: use mean-square, mean-absolute or huber for numbers")
    case .numbers: break
    }
  }

  /// Whether the gradient by the values before the activation is "output less target".
  package var isJoined: Bool {
    switch activation {
    case .sigmoid: loss == .binaryCrossentropy
    case .softmax: loss.isCategorical
    default: false
    }
  }

  /// Writes what the outputs should be for an item of a class.
  package func writeTarget(ofClass label: Int, into target: UnsafeMutablePointer<Float>) {
    if outputs == 1 {
      target[0] = label == 1 ? 1 : 0
    } else {
      target.update(repeating: 0, count: outputs)
      target[label] = 1
    }
    smooth(target)
  }

  /// Spreads a share of the targets over all classes, or half of it to each of "yes" and "no".
  package func smooth(_ target: UnsafeMutablePointer<Float>) {
    guard smoothing > 0 else { return }
    let even = smoothing / (loss == .binaryCrossentropy ? 2 : Float(outputs))
    for index in 0..<outputs { target[index] = target[index] * (1 - smoothing) + even }
  }

  /// Applies the activation in place to one item's values, and gives the loss.
  ///
  /// A joined pair's loss is worked out from the values before the activation, as Keras does in training and
  /// evaluation: a probability of nearly 0 or 1 has lost the digits that its logarithm needs.
  package func finish(_ values: UnsafeMutablePointer<Float>, target: UnsafePointer<Float>) -> Float {
    guard isJoined else {
      activation.apply(values, count: outputs)
      return loss.value(values, target: target, count: outputs, delta: delta)
    }
    var sum: Float = 0
    if activation == .sigmoid {
      // -t log(sigmoid(v)) - (1 - t) log(1 - sigmoid(v)) without an exponential that could overflow.
      for index in 0..<outputs {
        let value = values[index]
        sum += max(value, 0) - value * target[index] + log1pf(expf(-abs(value)))
      }
      activation.apply(values, count: outputs)
      return sum / Float(outputs)
    }
    let largest = values[predictedClass(values)]
    for index in 0..<outputs where target[index] != 0 { sum += target[index] * (largest - values[index]) }
    let whole = (0..<outputs).reduce(Float(0)) { $0 + target[$1] }
    activation.apply(values, count: outputs)
    // -log(exp(v) / total) with total = exp(largest) / p and p the largest probability, at least 1 / outputs.
    return sum - whole * logf(values[predictedClass(values)])
  }

  /// The same for an item of a class, with the class that the values stand for.
  package func finish(_ values: UnsafeMutablePointer<Float>, label: Int) -> (predicted: Int, loss: Float) {
    withTarget(label) { target in
      let loss = finish(values, target: target)
      return (predictedClass(values), loss)
    }
  }

  /// The gradient of the loss by the values before the activation, times `share`; needs the outputs that `finish`
  /// left.
  package func gradient(
    _ outputValues: UnsafePointer<Float>, target: UnsafePointer<Float>, share: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) {
    guard isJoined else {
      loss.gradient(outputValues, target: target, count: outputs, delta: delta, into: gradient)
      activation.multiplyDerivative(gradient, output: outputValues, count: outputs)
      for index in 0..<outputs { gradient[index] *= share }
      return
    }
    if loss == .binaryCrossentropy {
      for index in 0..<outputs {
        gradient[index] = (outputValues[index] - target[index]) * share / Float(outputs)
      }
    } else {
      // Targets of classes add up to 1.
      for index in 0..<outputs { gradient[index] = (outputValues[index] - target[index]) * share }
    }
  }

  /// The same for an item of a class.
  package func gradient(
    _ outputValues: UnsafePointer<Float>, label: Int, share: Float, into gradient: UnsafeMutablePointer<Float>
  ) {
    withTarget(label) { self.gradient(outputValues, target: $0, share: share, into: gradient) }
  }

  private func withTarget<Result>(_ label: Int, _ body: (UnsafePointer<Float>) -> Result) -> Result {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: outputs) { target in
      guard let start = target.baseAddress else { preconditionFailure("a network has outputs") }
      writeTarget(ofClass: label, into: start)
      return body(start)
    }
  }

  /// One output: class 1 above the middle of its range. More: the largest, the first of equals.
  package func predictedClass(_ outputValues: UnsafePointer<Float>) -> Int {
    if outputs == 1 { return outputValues[0] > (activation == .sigmoid ? 0.5 : 0) ? 1 : 0 }
    var best = 0
    for index in 1..<outputs where outputValues[index] > outputValues[best] { best = index }
    return best
  }
}
