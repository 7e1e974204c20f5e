import OctetFloatKernels
import OctetHost
import OctetNetwork

/// The gradient goes to the first cell of each window that holds the largest value.
final class MaxPoolingLayer: Layer {
  private let inputCount: Int
  private let outputCount: Int
  private let channels: Int
  private let activation: Activation
  private let window: octet_window

  init(_ site: LayerSite, window: Window) {
    inputCount = site.input.count
    outputCount = site.output.count
    channels = site.input.channels
    activation = site.activation
    self.window = WindowPlan(window, input: site.input, output: site.output).kernelWindow
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let target = output.image(image)
      withUnsafePointer(to: window) { octet_max_pool(target, inputs[0].image(image), $0) }
      activation.apply(target, count: outputCount)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    guard let inputGradients = inputGradients[0] else { return }
    batch.workers.forEach(batch.count) { image, worker in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: outputCount)
      let scratch = batch.workers.scratch(worker: worker, count: 2 * channels)
      withUnsafePointer(to: window) {
        octet_max_pool_gradient(inputGradients.image(image), gradient, inputs[0].image(image), $0, scratch)
      }
    }
  }
}
