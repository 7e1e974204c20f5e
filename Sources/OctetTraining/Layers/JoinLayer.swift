import OctetFloatKernels
import OctetHost
import OctetNetwork

/// What is made of two values, place by place. The second is another layer's, or numbers that are learned; where it has
/// one value for each channel, it counts at every place.
final class JoinLayer: Layer {
  private let kind: JoinKind
  private let count: Int
  private let activation: Activation
  private let constants: Parameter?
  private var lanes: GradientLanes

  init(_ site: LayerSite, _ kind: JoinKind) {
    self.kind = kind
    count = site.output.count
    activation = site.activation
    constants = site.parameters.first
    lanes = GradientLanes(parameters: site.parameters)
  }

  /// The second value of an image, and how many values it has.
  private func second(_ inputs: [Tensor], _ image: Int) -> (values: UnsafeMutablePointer<Float>, count: Int) {
    if let constants { return (constants.values, constants.count) }
    return (inputs[1].image(image), inputs[1].shape.count)
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    batch.workers.forEach(batch.count) { image, _ in
      let target = output.image(image)
      let (second, period) = second(inputs, image)
      let first = inputs[0].image(image)
      for start in stride(from: 0, to: count, by: period) {
        join(first + start, second, into: target + start, count: period)
      }
      activation.apply(target, count: count)
    }
  }

  private func join(
    _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>,
    into target: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch kind {
    case .add: octet_sum(target, first, second, count)
    case .subtract: for index in 0..<count { target[index] = first[index] - second[index] }
    case .multiply: for index in 0..<count { target[index] = first[index] * second[index] }
    case .maximum: for index in 0..<count { target[index] = max(first[index], second[index]) }
    case .minimum: for index in 0..<count { target[index] = min(first[index], second[index]) }
    case .squaredDifference:
      for index in 0..<count {
        let difference = first[index] - second[index]
        target[index] = difference * difference
      }
    }
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    lanes.accumulate(batch) { image, _, gradients in
      let gradient = outputGradient.image(image)
      activation.multiplyDerivative(gradient, output: output.image(image), count: count)
      let (second, period) = second(inputs, image)
      let first = inputs[0].image(image)
      if case .add = kind, constants == nil, period == count {
        // Both get the gradient as it is; networks of residual blocks have many of these.
        inputGradients[0]?.image(image).update(from: gradient, count: count)
        inputGradients[1]?.image(image).update(from: gradient, count: count)
        return
      }
      if let target = inputGradients[0]?.image(image) {
        for start in stride(from: 0, to: count, by: period) {
          slope(ofFirst: true, first + start, second, count: period) {
            target[start + $0] = gradient[start + $0] * $1
          }
        }
      }
      // That of constants is added to what other images gave.
      var ownTarget = gradients.first
      if constants == nil, let target = inputGradients[1]?.image(image) {
        target.update(repeating: 0, count: period)
        ownTarget = target
      }
      guard let ownTarget else { return }
      for start in stride(from: 0, to: count, by: period) {
        slope(ofFirst: false, first + start, second, count: period) {
          ownTarget[$0] += gradient[start + $0] * $1
        }
      }
    }
  }

  /// Calls `body` with each place and the derivative there by one of the two. Of equal values the first counts as the
  /// larger one, and as the smaller one.
  private func slope(
    ofFirst isFirst: Bool, _ first: UnsafeMutablePointer<Float>, _ second: UnsafeMutablePointer<Float>,
    count: Int, _ body: (Int, Float) -> Void
  ) {
    switch kind {
    case .add: for index in 0..<count { body(index, 1) }
    case .subtract: for index in 0..<count { body(index, isFirst ? 1 : -1) }
    case .multiply: for index in 0..<count { body(index, isFirst ? second[index] : first[index]) }
    case .maximum: for index in 0..<count { body(index, (first[index] >= second[index]) == isFirst ? 1 : 0) }
    case .minimum: for index in 0..<count { body(index, (first[index] <= second[index]) == isFirst ? 1 : 0) }
    case .squaredDifference:
      for index in 0..<count { body(index, (isFirst ? 2 : -2) * (first[index] - second[index])) }
    }
  }
}
