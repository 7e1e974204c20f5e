import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

/// A few epochs of training with the integers of the file, in which the float network's own answers are learned.
struct RepairTraining {
  private let model: FloatModel
  private let items: LabeledItems
  private let seed: UInt64
  private let workers: Workers

  static let epochs = 3
  /// Rates of Adam that are tried.
  static let rates: [Float] = [0.001, 0.0001]

  /// Items of an epoch at most.
  private static let mostItems = 10_000
  /// Multiply-adds of one way forward over the items of an epoch: some minutes of training in all.
  private static let mostWork = 70_000_000_000
  private static let fewestItems = 256

  /// - Parameter items: what may be learned from.
  init(
    _ model: FloatModel, _ network: LoweredNetwork, items: LabeledItems,
    answers: (LabeledItems) throws -> FloatAnswers,
    seed: UInt64, workers: Workers
  ) throws {
    self.model = model
    self.seed = seed
    self.workers = workers
    let work = network.multiplyAdds
    let count = min(items.count, Self.mostItems, max(Self.mostWork / max(work, 1), Self.fewestItems))
    var random = RandomStream(seed: seed, purpose: .selection, 4)
    let chosen = items.selecting(Array(0..<items.count).shuffled(using: &random).prefix(count).sorted())
    let found = try answers(chosen)
    self.items = chosen.with(try Self.targets(found, model, network))
  }

  /// What the float network answers is what is right.
  private static func targets(
    _ found: FloatAnswers, _ model: FloatModel, _ network: LoweredNetwork
  ) throws -> ItemTargets {
    let output = network.outputs[0]
    let names = try model.outputDescriptions()[0].names
    let count = network.shapes[output.value].count
    switch (output.head, output.meaning) {
    // Where nothing makes probabilities of them, the values themselves are learned.
    case (.linear, _): return .numbers(found.numbers, shape: [count])
    case (_, .classes): return .classes(found.classes.map { UInt16($0) }, names: names)
    case (_, .labels): return .labels(found.numbers.map { $0 > 0 ? 1 : 0 }, names: names)
    case (_, .numbers):
      let shares = found.numbers.map { Float(logisticFunction(Double($0))) }
      return .numbers(shares, shape: [count])
    }
  }

  var count: Int { items.count }

  func run(
    _ start: QuantizedNetwork, rate: Float, progress: (EpochProgress) -> Void
  ) throws -> QuantizedNetwork {
    var settings = TrainingSettings()
    settings.epochs = Self.epochs
    settings.learningRate = rate
    settings.schedule = .cosine
    settings.seed = seed
    settings.distillation.share = 1
    // Probabilities are taught; numbers are targets by themselves.
    let isTaught = if case .numbers = items.targets { false } else { true }
    let training = try IntegerTraining(
      start, settings: settings, images: items, teacher: isTaught ? model : nil, workers: workers,
      clock: { 0 })
    while !training.trainer.isFinished { _ = try training.trainer.runEpoch(progress: progress) }
    training.trainer.finish()
    return training.quantized
  }
}

extension LoweredNetwork {
  /// Multiplications with a weight for one item.
  fileprivate var multiplyAdds: Int {
    layers.reduce(0) { $0 + $1.kind.multiplyAdds(input: $1.input, output: $1.unpooledOutput) }
  }
}
