import OctetFloatKernels
import OctetHost
import OctetNetwork

/// The mask is not stored: the way back draws the same random numbers again.
final class DropoutLayer: Layer {
  private let count: Int
  private let activation: Activation
  private let index: UInt64
  /// A value is cleared when its 16 random bits are below this.
  private let threshold: UInt16
  /// Keeps the expected sum as it was.
  private let gain: Float

  init(_ site: LayerSite, rate: Float) {
    count = site.output.count
    activation = site.activation
    index = UInt64(site.index)
    threshold = UInt16((rate * 65_536).rounded())
    gain = 65_536 / (65_536 - Float(threshold))
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let target = output.image(image)
      target.update(from: inputs[0].image(image), count: count)
      if batch.isTraining { mask(target, batch, image) }
      activation.apply(target, count: count)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    batch.workers.forEach(batch.count) { image, _ in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: count)
      guard let target = inputGradients[0]?.image(image) else { return }
      target.update(from: gradient, count: count)
      if batch.isTraining { mask(target, batch, image) }
    }
  }

  private func mask(_ values: UnsafeMutablePointer<Float>, _ batch: Batch, _ image: Int) {
    var random = RandomStream(seed: batch.seed, purpose: .dropout, index, batch.step, UInt64(image))
    withUnsafeTemporaryAllocation(of: UInt64.self, capacity: (count + 3) / 4) { bits in
      for word in bits.indices { bits[word] = random.next() }
      guard let draws = bits.baseAddress else { return }
      octet_drop(values, draws, threshold, gain, count)
    }
  }
}
