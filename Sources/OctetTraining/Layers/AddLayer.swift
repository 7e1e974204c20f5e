import OctetFloatKernels
import OctetHost
import OctetNetwork

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
