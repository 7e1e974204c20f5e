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

  /// Checks that the pair makes sense for so many classes.
  package init(activation: Activation, loss: Loss, outputs: Int, classes: Int) throws(NetworkError) {
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
    switch loss {
    case .binaryCrossentropy where activation != .sigmoid && activation != .softmax:
      throw NetworkError(
        "loss \(loss.rawValue) needs probabilities: end with sigmoid or softmax, not \(activation.word)")
    case .categoricalCrossentropy where outputs == 1, .sparseCategoricalCrossentropy where outputs == 1:
      throw NetworkError(
        "loss \(loss.rawValue) needs an output per class: use binary-crossentropy with one output")
    case .categoricalCrossentropy where activation != .sigmoid && activation != .softmax,
      .sparseCategoricalCrossentropy where activation != .sigmoid && activation != .softmax:
      throw NetworkError(
        "loss \(loss.rawValue) needs probabilities: end with softmax, not \(activation.word)")
    default: break
    }
    self.activation = activation
    self.loss = loss
    self.outputs = outputs
  }

  /// Whether the gradient by the values before the activation is "output less target".
  private var isJoined: Bool {
    switch (activation, loss) {
    case (.sigmoid, .binaryCrossentropy): true
    case (.softmax, .categoricalCrossentropy), (.softmax, .sparseCategoricalCrossentropy): true
    default: false
    }
  }

  /// Applies the activation in place to one image's values, and gives the class they stand for and the loss.
  ///
  /// A joined pair's loss is worked out from the values before the activation, as Keras does in training and
  /// evaluation: a probability of nearly 0 or 1 has lost the digits that its logarithm needs.
  package func finish(_ values: UnsafeMutablePointer<Float>, label: Int) -> (predicted: Int, loss: Float) {
    guard isJoined else {
      activation.apply(values, count: outputs)
      return (predictedClass(values), loss.value(values, count: outputs, label: label))
    }
    if activation == .sigmoid {
      var sum: Float = 0
      for index in 0..<outputs { sum += Self.crossentropy(values[index], isOn: isOn(index, label: label)) }
      activation.apply(values, count: outputs)
      return (predictedClass(values), sum / Float(outputs))
    }
    let own = values[label]
    let largest = values[predictedClass(values)]
    activation.apply(values, count: outputs)
    // -log(exp(own) / total) with total = exp(largest) / p and p the largest probability, at least 1 / outputs.
    let predicted = predictedClass(values)
    return (predicted, largest - own - logf(values[predicted]))
  }

  /// `-log(sigmoid(value))` or, where the target is 0, `-log(1 - sigmoid(value))`, which is `-log(sigmoid(-value))`.
  private static func crossentropy(_ value: Float, isOn: Bool) -> Float {
    let distance = isOn ? -value : value
    return max(distance, 0) + log1pf(expf(-abs(distance)))
  }

  private func isOn(_ index: Int, label: Int) -> Bool {
    outputs == 1 ? label == 1 : index == label
  }

  /// The gradient of the loss by the values before the activation, times `share`; needs the outputs that `finish`
  /// left.
  package func gradient(
    _ outputValues: UnsafePointer<Float>, label: Int, share: Float, into gradient: UnsafeMutablePointer<Float>
  ) {
    if isJoined {
      let divisor: Float = loss == .binaryCrossentropy ? Float(outputs) : 1
      for index in 0..<outputs {
        gradient[index] = (outputValues[index] - (isOn(index, label: label) ? 1 : 0)) * share / divisor
      }
    } else {
      loss.gradient(outputValues, count: outputs, label: label, into: gradient)
      activation.multiplyDerivative(gradient, output: outputValues, count: outputs)
      for index in 0..<outputs { gradient[index] *= share }
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
