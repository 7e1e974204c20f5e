/// What one epoch showed.
package struct EpochRecord: Equatable, Sendable, Codable {
  /// Counted from 1.
  package var epoch: Int
  package var learningRate: Float
  /// Mean over the training images as they were seen: with dropout and augmentation, before the later steps.
  package var loss: Double
  package var accuracy: Double
  package var validationLoss: Double?
  package var validationAccuracy: Double?
  /// Nil in a model's file, which is the same for every run with the same seed; so is the rate.
  package var seconds: Double?
  package var imagesPerSecond: Double?

  package init(
    epoch: Int, learningRate: Float, loss: Double, accuracy: Double, validationLoss: Double? = nil,
    validationAccuracy: Double? = nil, seconds: Double? = nil, imagesPerSecond: Double? = nil
  ) {
    self.epoch = epoch
    self.learningRate = learningRate
    self.loss = loss
    self.accuracy = accuracy
    self.validationLoss = validationLoss
    self.validationAccuracy = validationAccuracy
    self.seconds = seconds
    self.imagesPerSecond = imagesPerSecond
  }

  /// What two runs with the same seed have in common.
  package var withoutTimes: EpochRecord {
    var record = self
    (record.seconds, record.imagesPerSecond) = (nil, nil)
    return record
  }

  /// What early stopping watches.
  package var watchedLoss: Double { validationLoss ?? loss }
}

/// How far an epoch has come.
package struct EpochProgress: Sendable {
  package let epoch: Int
  package let epochs: Int
  package let imagesDone: Int
  package let images: Int
  package let batchesDone: Int
  package let batches: Int
  package let loss: Double
  package let accuracy: Double
}
