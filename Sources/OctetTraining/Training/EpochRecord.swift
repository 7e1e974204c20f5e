/// What one epoch showed.
public struct EpochRecord: Equatable, Sendable, Codable {
  /// Counted from 1.
  public package(set) var epoch: Int
  /// The learning rate of its steps.
  public package(set) var learningRate: Float
  /// Mean over the training images as they were seen: with dropout and augmentation, before the later steps.
  public package(set) var loss: Double
  /// The share of the training images, 0 to 1, that got their own class, as they were seen.
  public package(set) var accuracy: Double
  /// Mean over the validation images after the epoch; nil if there are none.
  public package(set) var validationLoss: Double?
  /// The share of the validation images, 0 to 1, that got their own class after the epoch; nil if there are none.
  public package(set) var validationAccuracy: Double?
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
