import OctetData

/// How a network is trained: everything beside the network and the images.
package struct TrainingSettings: Equatable, Sendable {
  package enum BatchSize: Hashable, Sendable {
    case images(Int)
    /// All training images make one batch.
    case full
  }

  /// Nil means the one that fits the last layer.
  package var loss: Loss?
  /// The error at which the Huber loss turns from a parabola into a line.
  package var huberDelta: Float = 1
  /// The share of a class target that is spread evenly over all classes.
  package var labelSmoothing: Float = 0
  /// Nil counts all items alike.
  package var classWeights: ClassWeights?
  package var target = TrainingTargets.Goal.data
  package var optimizer = Optimizer.adam(firstDecay: 0.9, secondDecay: 0.999)
  /// Nil means the optimizer's usual one.
  package var learningRate: Float?
  /// Nil means the optimizer's usual one.
  package var weightDecay: Float?
  package var schedule = LearningRateSchedule.constant
  /// Epochs over which the learning rate rises from nothing.
  package var warmUp: Float = 0
  /// The longest that all gradients of a step together may be; nil for any length.
  package var clipNorm: Float?
  /// How much of the weights' average each step keeps; nil for no average.
  package var average: Float?
  package var batch = BatchSize.images(32)
  package var epochs = 10
  /// Epochs that follow with the integers of the .octet file; nil for as many as fit the bits of its weights.
  package var integerEpochs: Int?
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
  /// What early stopping looks at.
  package var watch = WatchedMetric.loss
  /// Layers whose weights stay as they are.
  package var frozen = FrozenLayers()
  /// How much a teacher counts, where there is one, and how its answers are softened.
  package var distillation = Distillation()

  package init() {}

  package var startingRate: Float { learningRate ?? optimizer.usualLearningRate }
}

extension TrainingSettings {
  /// Every setting by name, in the form that `TrainingSetting.apply` reads; those without a value are left out.
  package var named: [(setting: TrainingSetting, value: String)] {
    var named: [(TrainingSetting, String)] = []
    let usual = TrainingSettings()
    if let loss { named.append((.loss, loss.rawValue)) }
    if huberDelta != usual.huberDelta { named.append((.huberDelta, "\(huberDelta)")) }
    if labelSmoothing != 0 { named.append((.labelSmoothing, "\(labelSmoothing)")) }
    if let classWeights { named.append((.classWeights, classWeights.text)) }
    if target != usual.target { named.append((.target, target.rawValue)) }
    named.append((.optimizer, optimizer.name))
    if let momentum = optimizer.momentum, momentum != 0 { named.append((.momentum, "\(momentum)")) }
    named.append((.learningRate, "\(startingRate)"))
    if let weightDecay { named.append((.weightDecay, "\(weightDecay)")) }
    named.append((.schedule, schedule.text))
    if warmUp != 0 { named.append((.warmUp, "\(warmUp)")) }
    if let clipNorm { named.append((.clipNorm, "\(clipNorm)")) }
    if let average { named.append((.average, "\(average)")) }
    switch batch {
    case .images(let count): named.append((.batch, "\(count)"))
    case .full: named.append((.batch, "full"))
    }
    named.append((.epochs, "\(epochs)"))
    if let integerEpochs { named.append((.integerEpochs, "\(integerEpochs)")) }
    named.append((.validationSplit, "\(validationSplit)"))
    named.append((.testSplit, "\(testSplit)"))
    named.append((.seed, "\(seed)"))
    if let digits { named.append((.digits, digits.joined(separator: ","))) }
    if let images { named.append((.images, "\(images)")) }
    named.append((.augment, augmentation.text))
    named.append((.earlyStopping, patience.map { "\($0)" } ?? "off"))
    if watch != usual.watch { named.append((.watch, watch.rawValue)) }
    if !frozen.isEmpty { named.append((.freeze, frozen.text)) }
    if distillation.share != usual.distillation.share {
      named.append((.teacherShare, "\(distillation.share)"))
    }
    if distillation.temperature != usual.distillation.temperature {
      named.append((.temperature, "\(distillation.temperature)"))
    }
    return named
  }
}
