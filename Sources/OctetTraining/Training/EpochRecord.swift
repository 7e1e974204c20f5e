/// What one epoch showed.
public struct EpochRecord: Equatable, Sendable, Codable {
  /// Counted from 1.
  public package(set) var epoch: Int
  /// The learning rate of its last step.
  public package(set) var learningRate: Float
  /// Mean over the training images as they were seen: with dropout and augmentation, before the later steps. What a
  /// teacher adds counts too, and so do the weights of classes.
  public package(set) var loss: Double
  /// The share of the training images, 0 to 1, that got their own class, as they were seen; nil where no classes are
  /// learned.
  public package(set) var accuracy: Double?
  /// Mean over the validation images after the epoch; nil if there are none.
  public package(set) var validationLoss: Double?
  /// The share of the validation images, 0 to 1, that got their own class after the epoch; nil if there are none.
  public package(set) var validationAccuracy: Double?
  /// The metric that early stopping looks at, where that is not the loss: the larger, the better.
  package var watched: Double?
  /// Nil in a model's file, which is the same for every run with the same seed; so is the rate.
  package var seconds: Double?
  package var imagesPerSecond: Double?

  package init(
    epoch: Int, learningRate: Float, loss: Double, accuracy: Double?, validationLoss: Double? = nil,
    validationAccuracy: Double? = nil, watched: Double? = nil, seconds: Double? = nil,
    imagesPerSecond: Double? = nil
  ) {
    self.epoch = epoch
    self.learningRate = learningRate
    self.loss = loss
    self.accuracy = accuracy
    self.validationLoss = validationLoss
    self.validationAccuracy = validationAccuracy
    self.watched = watched
    self.seconds = seconds
    self.imagesPerSecond = imagesPerSecond
  }

  /// What two runs with the same seed have in common.
  package var withoutTimes: EpochRecord {
    var record = self
    (record.seconds, record.imagesPerSecond) = (nil, nil)
    return record
  }

  /// The loss by which epochs and networks are compared.
  package var watchedLoss: Double { validationLoss ?? loss }

  /// Whether early stopping keeps this epoch's weights rather than the other's, which came before.
  package func isBetter(than other: EpochRecord) -> Bool {
    guard let watched, let others = other.watched else { return watchedLoss < other.watchedLoss }
    return watched > others
  }
}

/// What early stopping looks at: on validation images, or on training images where there are none.
package enum WatchedMetric: String, CaseIterable, Sendable {
  case loss
  case accuracy
  // Of the positive class where there are two classes, else the means over the classes.
  case precision
  case recall
  case f1

  /// Nil for the loss, which has a place of its own in a record.
  func value(_ confusion: ConfusionMatrix) -> Double? {
    switch self {
    case .loss: nil
    case .accuracy: confusion.accuracy
    case .precision: confusion.headline.precision
    case .recall: confusion.headline.recall
    case .f1: confusion.headline.f1
    }
  }
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
  /// Nil where no classes are learned.
  package let accuracy: Double?
}
