import OctetFloatKernels
import OctetHost

/// The largest value of each channel under a window.
package struct MaxPooling: LayerSpecification {
  package static let keyword = "maxpool"
  package static let grammar = "maxpool \(Window.grammar)"

  package let window: Window

  package init(window: Window) { self.window = window }

  package init(words: inout LineWords) throws(NetworkError) {
    window = try Window(words: &words, strideIsSize: true)
  }

  package var settings: String { window.settings }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    let places = try window.places(over: input)
    return ImageShape(height: places.height, width: places.width, channels: input.channels)
  }

  package func makeLayer(_ site: LayerSite) -> any Layer { MaxPoolingLayer(site, window: window) }
}

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
    batch.workers.forEach(batch.count) { image, strand in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: outputCount)
      let scratch = batch.workers.scratch(strand: strand, count: 2 * channels)
      withUnsafePointer(to: window) {
        octet_max_pool_gradient(inputGradients.image(image), gradient, inputs[0].image(image), $0, scratch)
      }
    }
  }
}
