import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Batch normalization over all pixels of all images of the batch, channel by channel.
///
/// `y = activation(scale * n + offset)` with `n = (x - mean) / sqrt(variance + epsilon)`. Training takes mean and
/// variance from the batch and keeps moving averages of both; otherwise the averages are used.
final class BatchNormalizationLayer: Layer {
  private let shape: ImageShape
  private let activation: Activation
  private let momentum: Float
  private let epsilon: Float
  private let scale: Parameter
  private let offset: Parameter
  private let movingMean: Parameter
  private let movingVariance: Parameter

  /// Of the last training batch, for the way back.
  private var mean: [Float]
  private var inverseDeviation: [Float]

  init(_ site: LayerSite, _ specification: BatchNormalization) {
    shape = site.input
    activation = site.activation
    momentum = specification.momentum
    epsilon = specification.epsilon
    scale = site.parameters[0]
    offset = site.parameters[1]
    movingMean = site.parameters[2]
    movingVariance = site.parameters[3]
    mean = [Float](repeating: 0, count: site.input.channels)
    inverseDeviation = mean
  }

  private var pixels: Int { shape.height * shape.width }
  private var channels: Int { shape.channels }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    if batch.isTraining {
      measure(batch, inputs[0])
    } else {
      for channel in 0..<channels {
        mean[channel] = movingMean.values[channel]
        inverseDeviation[channel] = 1 / (movingVariance.values[channel] + epsilon).squareRoot()
      }
    }
    // scale * n + offset = slope * x + start
    let slope = (0..<channels).map { scale.values[$0] * inverseDeviation[$0] }
    let start = (0..<channels).map { offset.values[$0] - mean[$0] * slope[$0] }
    batch.workers.forEach(batch.count) { image, _ in
      let source = inputs[0].image(image)
      let target = output.image(image)
      octet_scale_channels(target, source, slope, start, pixels, channels)
      activation.apply(target, count: shape.count)
    }
  }

  private func measure(_ batch: Batch, _ input: Tensor) {
    let share = 1 / Double(batch.count * pixels)
    let sums = sumsPerChannel(batch, rows: 1) { image, sums in
      octet_add_rows(sums, input.image(image), pixels, channels, channels)
    }
    for channel in 0..<channels { mean[channel] = Float(sums[channel] * share) }
    let squares = sumsPerChannel(batch, rows: 1) { image, sums in
      octet_add_squares(sums, input.image(image), mean, pixels, channels)
    }
    for channel in 0..<channels {
      let variance = Float(squares[channel] * share)
      inverseDeviation[channel] = 1 / (variance + epsilon).squareRoot()
      movingMean.values[channel] = movingMean.values[channel] * momentum + mean[channel] * (1 - momentum)
      movingVariance.values[channel] = movingVariance.values[channel] * momentum + variance * (1 - momentum)
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    let mean = mean
    let inverseDeviation = inverseDeviation
    let channels = channels
    // Row 0 sums dY, row 1 sums dY * n.
    let sums = sumsPerChannel(batch, rows: 2) { image, sums in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: shape.count)
      octet_add_normalized_products(
        sums, sums + channels, gradient, inputs[0].image(image), mean, inverseDeviation, pixels, channels)
    }
    for channel in 0..<channels {
      offset.gradient[channel] = Float(sums[channel])
      scale.gradient[channel] = Float(sums[channels + channel])
    }
    guard let inputGradients = inputGradients[0] else { return }
    // Mean and variance that do not come from the batch do not change with it.
    let share = batch.isTraining ? 1 / Double(batch.count * pixels) : 0
    let meanGradient = (0..<channels).map { Float(sums[$0] * share) }
    let meanProduct = (0..<channels).map { Float(sums[channels + $0] * share) }
    let slope = (0..<channels).map { scale.values[$0] * inverseDeviation[$0] }
    batch.workers.forEach(batch.count) { image, _ in
      octet_normalization_gradient(
        inputGradients.image(image), outputGradient.image(image), inputs[0].image(image), mean,
        inverseDeviation, slope,
        meanGradient, meanProduct, pixels, channels)
    }
  }

  /// Runs `body` on every image with sums of its own, `rows x channels`, and adds those up in the order of the
  /// images, in double precision.
  private func sumsPerChannel(
    _ batch: Batch, rows: Int, _ body: (_ image: Int, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) -> [Double] {
    let columns = rows * channels
    let partial = Tensor(shape: ImageShape(flat: columns), capacity: batch.count)
    batch.workers.forEach(batch.count) { image, _ in body(image, partial.image(image)) }
    var sums = [Double](repeating: 0, count: columns)
    for image in 0..<batch.count {
      let line = partial.image(image)
      for column in 0..<columns { sums[column] += Double(line[column]) }
    }
    return sums
  }
}
