import OctetData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How a network is trained: everything beside the network and the images.
package struct TrainingSettings: Equatable, Sendable {
  package enum BatchSize: Hashable, Sendable {
    case images(Int)
    /// All training images make one batch.
    case full
  }

  /// Nil means the one that fits the last layer.
  package var loss: Loss?
  package var optimizer = Optimizer.adam(firstDecay: 0.9, secondDecay: 0.999)
  /// Nil means the optimizer's usual one.
  package var learningRate: Float?
  package var schedule = LearningRateSchedule.constant
  package var batch = BatchSize.images(32)
  package var epochs = 10
  /// The last share of the training images, set aside before they are shuffled.
  package var validationSplit = 0.0
  /// The share of the images, drawn at random, that is held out as test data even where there are test images.
  package var testSplit = 0.0
  package var seed: UInt64 = 1
  /// Classes to keep, in this order; nil keeps all.
  package var digits: [String]?
  /// Training images to use at most; nil uses all.
  package var images: Int?
  package var augmentation = Augmentation()
  /// Epochs without a better loss after which training stops and goes back to the best; nil never stops.
  package var patience: Int?

  package init() {}

  package var startingRate: Float { learningRate ?? optimizer.usualLearningRate }
}

extension TrainingSettings {
  /// Every setting by name, in the form that `TrainingSetting.apply` reads; those without a value are left out.
  package var named: [(setting: TrainingSetting, value: String)] {
    var named: [(TrainingSetting, String)] = []
    if let loss { named.append((.loss, loss.rawValue)) }
    named.append((.optimizer, optimizer.name))
    if case .sgd(let momentum) = optimizer, momentum != 0 { named.append((.momentum, "\(momentum)")) }
    named.append((.learningRate, "\(startingRate)"))
    named.append((.schedule, schedule.rawValue))
    switch batch {
    case .images(let count): named.append((.batch, "\(count)"))
    case .full: named.append((.batch, "full"))
    }
    named.append((.epochs, "\(epochs)"))
    named.append((.validationSplit, "\(validationSplit)"))
    named.append((.testSplit, "\(testSplit)"))
    named.append((.seed, "\(seed)"))
    if let digits { named.append((.digits, digits.joined(separator: ","))) }
    if let images { named.append((.images, "\(images)")) }
    named.append((.augment, augmentation.text))
    named.append((.earlyStopping, patience.map { "\($0)" } ?? "off"))
    return named
  }
}

/// How the learning rate changes from epoch to epoch.
package enum LearningRateSchedule: String, CaseIterable, Sendable {
  case constant
  /// Falls to zero along half a cosine wave.
  case cosine

  /// The rate of an epoch counted from zero.
  package func rate(epoch: Int, of epochs: Int, start: Float) -> Float {
    switch self {
    case .constant: start
    case .cosine: start * (1 + cosf(.pi * Float(epoch) / Float(max(epochs, 1)))) / 2
    }
  }
}
