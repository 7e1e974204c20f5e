import OctetHost
import OctetNetwork

/// What a layer computes that treats each place of its inputs by itself.
protocol PlacewiseFunction {
  static func forward(
    _ inputs: [UnsafeMutablePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int)

  /// Writes the gradient of each input that is asked for.
  static func backward(
    _ gradient: UnsafeMutablePointer<Float>, _ inputs: [UnsafeMutablePointer<Float>],
    into gradients: [UnsafeMutablePointer<Float>?], count: Int)
}

/// A layer of such a function, with the activation behind it.
final class PlacewiseLayer<Function: PlacewiseFunction>: Layer {
  private let count: Int
  private let activation: Activation

  init(_ site: LayerSite) {
    count = site.output.count
    activation = site.activation
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let target = output.image(image)
      Function.forward(inputs.map { $0.image(image) }, into: target, count: count)
      activation.apply(target, count: count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    batch.workers.forEach(batch.count) { image, _ in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: count)
      Function.backward(
        gradient, inputs.map { $0.image(image) }, into: inputGradients.map { $0?.image(image) }, count: count)
    }
  }
}

/// The input as it is, for layers that have nothing but an activation, or another shape.
enum CopyFunction: PlacewiseFunction {
  static func forward(
    _ inputs: [UnsafeMutablePointer<Float>], into output: UnsafeMutablePointer<Float>, count: Int
  ) {
    output.update(from: inputs[0], count: count)
  }

  static func backward(
    _ gradient: UnsafeMutablePointer<Float>, _ inputs: [UnsafeMutablePointer<Float>],
    into gradients: [UnsafeMutablePointer<Float>?], count: Int
  ) {
    gradients[0]?.update(from: gradient, count: count)
  }
}
