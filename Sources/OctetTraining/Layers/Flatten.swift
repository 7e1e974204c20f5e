import OctetHost

/// Turns an image into a flat vector, row by row, channels last. The values stay as they are.
package struct Flatten: LayerSpecification {
  package static let keyword = "flatten"
  package static let grammar = "flatten"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    ImageShape(flat: input.count)
  }

  package func makeLayer(_ site: LayerSite) -> any Layer { CopyLayer(site) }
}

/// An activation on a line of its own, for networks that put something between a layer and its activation.
package struct ActivationOnly: LayerSpecification {
  package static let keyword = "activation"
  package static let grammar = "activation linear|relu|sigmoid|tanh|softmax"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {
    guard let word = words.peek, Activation(rawValue: word) != nil else {
      throw words.failure("expected \(Self.grammar)")
    }
  }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }

  package func makeLayer(_ site: LayerSite) -> any Layer { CopyLayer(site) }
}

/// Copies its input and applies the activation.
final class CopyLayer: Layer {
  private let count: Int
  private let activation: Activation

  init(_ site: LayerSite) {
    count = site.output.count
    activation = site.activation
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let target = output.image(image)
      target.update(from: inputs[0].image(image), count: count)
      activation.apply(target, count: count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    batch.workers.forEach(batch.count) { image, _ in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: count)
      inputGradients[0]?.image(image).update(from: gradient, count: count)
    }
  }
}
