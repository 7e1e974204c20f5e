import OctetFloatKernels
import OctetHost
import OctetNetwork

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An optimizer at work on the parameters of one network.
package final class OptimizerState {
  package let optimizer: Optimizer

  /// Steps taken so far.
  package var steps = 0

  private let parameters: [Parameter]
  private let workers: Workers
  /// `slots[p][s]`: slot `s` of parameter `p`, as long as the parameter.
  private let slots: [[Tensor]]
  /// Parameters cut into pieces of a fixed size, the items for the workers.
  private let pieces: [(parameter: Int, range: Range<Int>)]

  private static let pieceSize = 16_384

  /// The share of a weight that a step with rate 1 takes away. Biases, and the scales and offsets of normalization,
  /// keep theirs: to make them small makes no network simpler.
  private let weightDecay: Float

  /// - Parameter weightDecay: nil for the optimizer's usual one.
  package init(
    _ optimizer: Optimizer, weightDecay: Float? = nil, parameters: [Parameter], workers: Workers
  ) {
    let trained = parameters.filter { $0.isTrained && !$0.isFrozen }
    self.optimizer = optimizer
    self.weightDecay = weightDecay ?? optimizer.usualWeightDecay
    self.parameters = trained
    self.workers = workers
    slots = trained.map { parameter in
      optimizer.slotNames.map { _ in Tensor(shape: ImageShape(flat: parameter.count), capacity: 1) }
    }
    pieces = trained.enumerated().flatMap { index, parameter in
      stride(from: 0, to: parameter.count, by: Self.pieceSize).map {
        (index, $0..<min($0 + Self.pieceSize, parameter.count))
      }
    }
  }

  /// Every slot with its name, "conv-1.weight#mean", for checkpoints.
  package var namedSlots: [(name: String, values: UnsafeMutableBufferPointer<Float>)] {
    zip(parameters, slots).flatMap { parameter, slots in
      zip(optimizer.slotNames, slots).map { name, tensor in
        ("\(parameter.name)#\(name)", UnsafeMutableBufferPointer(start: tensor.base, count: parameter.count))
      }
    }
  }

  /// Moves every trained parameter against its gradient.
  package func step(learningRate: Float) {
    steps += 1
    let rule = Rule(optimizer, learningRate: learningRate, step: steps)
    workers.forEach(pieces.count) { item, _ in
      let (index, range) = pieces[item]
      let parameter = parameters[index]
      if weightDecay > 0, parameter.decays {
        octet_scale(parameter.values + range.lowerBound, 1 - learningRate * weightDecay, range.count)
      }
      rule.apply(
        weights: parameter.values + range.lowerBound, gradient: parameter.gradient + range.lowerBound,
        first: slots[index].first.map { $0.base + range.lowerBound },
        second: slots[index].dropFirst().first.map { $0.base + range.lowerBound }, count: range.count)
    }
  }
}

extension OptimizerState {
  /// Makes all gradients together no longer than `norm`, each by the same factor.
  package func clip(norm: Float) {
    let sums = [Double](unsafeUninitializedCapacity: pieces.count) { sums, count in
      // Each worker writes to places of its own.
      nonisolated(unsafe) let target = sums
      workers.forEach(pieces.count) { item, _ in
        let (index, range) = pieces[item]
        target[item] = octet_sum_of_squares(parameters[index].gradient + range.lowerBound, range.count)
      }
      count = pieces.count
    }
    // In the order of the pieces, so that the sum has the same bits with any number of workers.
    let length = sums.reduce(0, +).squareRoot()
    guard length > Double(norm) else { return }
    let factor = Float(Double(norm) / length)
    workers.forEach(pieces.count) { item, _ in
      let (index, range) = pieces[item]
      octet_scale(parameters[index].gradient + range.lowerBound, factor, range.count)
    }
  }
}

/// One step's arithmetic, with what is the same for every weight worked out beforehand.
private struct Rule {
  let optimizer: Optimizer
  let rate: Float

  init(_ optimizer: Optimizer, learningRate: Float, step: Int) {
    self.optimizer = optimizer
    switch optimizer {
    case .adam(let firstDecay, let secondDecay), .adamW(let firstDecay, let secondDecay):
      // Both corrections folded into the rate, as Keras does, which puts epsilon beside the uncorrected root.
      let correction = (1 - pow(Double(secondDecay), Double(step))).squareRoot()
      rate = Float(Double(learningRate) * correction / (1 - pow(Double(firstDecay), Double(step))))
    case .sgd, .nesterov, .rmsprop:
      rate = learningRate
    }
  }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>?,
    second: UnsafeMutablePointer<Float>?, count: Int
  ) {
    switch (optimizer, first, second) {
    case (.sgd, nil, _):
      octet_sgd(weights, gradient, rate, count)
    case (.sgd(let momentum), let velocity?, _):
      octet_sgd_momentum(weights, gradient, velocity, rate, momentum, count)
    case (.nesterov(let momentum), let velocity?, _):
      octet_nesterov(weights, gradient, velocity, rate, momentum, count)
    case (.rmsprop(let decay), let square?, _):
      octet_rmsprop(weights, gradient, square, rate, decay, Optimizer.epsilon, count)
    case (.adam(let firstDecay, let secondDecay), let mean?, let square?),
      (.adamW(let firstDecay, let secondDecay), let mean?, let square?):
      octet_adam(weights, gradient, mean, square, rate, firstDecay, secondDecay, Optimizer.epsilon, count)
    default: preconditionFailure("slots are made for the optimizer")
    }
  }
}
