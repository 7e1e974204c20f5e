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

  package init(_ optimizer: Optimizer, parameters: [Parameter], workers: Workers) {
    let trained = parameters.filter(\.isTrained)
    self.optimizer = optimizer
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
      rule.apply(
        weights: parameter.values + range.lowerBound, gradient: parameter.gradient + range.lowerBound,
        first: slots[index].first.map { $0.base + range.lowerBound },
        second: slots[index].dropFirst().first.map { $0.base + range.lowerBound }, count: range.count)
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
    case .adam(let firstDecay, let secondDecay):
      // Both corrections folded into the rate, as Keras does, which puts epsilon beside the uncorrected root.
      let correction = (1 - pow(Double(secondDecay), Double(step))).squareRoot()
      rate = Float(Double(learningRate) * correction / (1 - pow(Double(firstDecay), Double(step))))
    case .sgd, .rmsprop:
      rate = learningRate
    }
  }

  func apply(
    weights: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>, first: UnsafeMutablePointer<Float>?,
    second: UnsafeMutablePointer<Float>?, count: Int
  ) {
    switch (optimizer, first, second) {
    case (.sgd(let momentum), let velocity?, _):
      forEachEight(count) { index, width in
        var speed = Eight(velocity + index, width)
        speed.values = momentum * speed.values - rate * Eight(gradient + index, width).values
        speed.store(velocity + index, width)
        Eight(Eight(weights + index, width).values + speed.values).store(weights + index, width)
      }
    case (.sgd, nil, _):
      forEachEight(count) { index, width in
        Eight(Eight(weights + index, width).values - rate * Eight(gradient + index, width).values)
          .store(weights + index, width)
      }
    case (.rmsprop(let decay), let square?, _):
      forEachEight(count) { index, width in
        let slope = Eight(gradient + index, width).values
        let mean = decay * Eight(square + index, width).values + (1 - decay) * slope * slope
        Eight(mean).store(square + index, width)
        let weight = Eight(weights + index, width).values
        Eight(weight - rate * slope / (mean + Optimizer.epsilon).squareRoot()).store(weights + index, width)
      }
    case (.adam(let firstDecay, let secondDecay), let mean?, let square?):
      forEachEight(count) { index, width in
        let slope = Eight(gradient + index, width).values
        let oldMean = Eight(mean + index, width).values
        let oldSquare = Eight(square + index, width).values
        let newMean = oldMean + (slope - oldMean) * (1 - firstDecay)
        let newSquare = oldSquare + (slope * slope - oldSquare) * (1 - secondDecay)
        Eight(newMean).store(mean + index, width)
        Eight(newSquare).store(square + index, width)
        let weight = Eight(weights + index, width).values
        Eight(weight - rate * newMean / (newSquare.squareRoot() + Optimizer.epsilon)).store(weights + index, width)
      }
    default: preconditionFailure("slots are made for the optimizer")
    }
  }

  @inline(__always)
  private func forEachEight(_ count: Int, _ body: (_ index: Int, _ width: Int) -> Void) {
    var index = 0
    while index &+ 8 <= count {
      body(index, 8)
      index &+= 8
    }
    if index < count { body(index, count - index) }
  }
}

/// Eight floats, or the fewer that are left at the end of a run; the lanes beyond hold zeros.
private struct Eight {
  var values: SIMD8<Float>

  @inline(__always)
  init(_ values: SIMD8<Float>) { self.values = values }

  @inline(__always)
  init(_ base: UnsafePointer<Float>, _ width: Int) {
    if width == 8 {
      values = VectorKernels.load(base, 0)
    } else {
      values = .zero
      for lane in 0..<width { values[lane] = base[lane] }
    }
  }

  @inline(__always)
  func store(_ base: UnsafeMutablePointer<Float>, _ width: Int) {
    if width == 8 {
      VectorKernels.store(values, base, 0)
    } else {
      for lane in 0..<width { base[lane] = values[lane] }
    }
  }
}
