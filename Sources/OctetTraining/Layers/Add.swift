import OctetFloatKernels
import OctetHost

/// The sum of the running value and another value of the same shape: the joint of a residual block.
package struct Add: LayerSpecification {
  package static let keyword = "add"
  package static let grammar = "add NAME [ACTIVATION]"

  package init() {}

  package init(words: inout LineWords) throws(NetworkError) {}

  package var joins: Bool { true }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }

  package func makeLayer(_ site: LayerSite) -> any Layer { AddLayer(site) }
}

final class AddLayer: Layer {
  private let count: Int
  private let activation: Activation

  init(_ site: LayerSite) {
    count = site.output.count
    activation = site.activation
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let target = output.image(image)
      octet_sum(target, inputs[0].image(image), inputs[1].image(image), count)
      activation.apply(target, count: count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    batch.workers.forEach(batch.count) { image, _ in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: count)
      for target in inputGradients { target?.image(image).update(from: gradient, count: count) }
    }
  }
}
