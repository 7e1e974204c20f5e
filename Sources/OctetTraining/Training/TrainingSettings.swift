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
