import OctetData
import OctetNetwork

/// Why a training run stopped before its end.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
  case network(NetworkError)
  /// The loss became infinite or not a number. Epoch and batch are counted from 1.
  case lossNotFinite(epoch: Int, batch: Int, learningRate: Float)
  case noTrainingImages
  case noValidationImages(split: Double, images: Int)
  case shape(images: ImageShape, network: ImageShape)
  /// The data does not say what to learn.
  case noTargets(String)
  /// Class weights that the data's classes do not fit.
  case noClassWeights(String)
  /// A metric that cannot be watched.
  case notWatched(WatchedMetric, String)
  /// A teacher that cannot teach this network.
  case teacher(String)
  /// The data has nothing that could be changed so.
  case noAugmentation(String)
  /// A snapshot that belongs to another network, optimizer or run.
  case snapshot(String)

  package var description: String {
    switch self {
    case .network(let error): "network: \(error)"
    case .lossNotFinite(let epoch, let batch, let rate):
      "the loss is no longer a finite number in epoch \(epoch), batch \(batch): try a --learning-rate below \(rate)"
    case .noTrainingImages: "there are no images to train on"
    case .noValidationImages(let split, let images):
      "validation-split \(split) of \(images) images leaves none to validate on or none to train on"
    case .shape(let images, let network):
      "the images are \(images), the network's input is \(network): give images of that shape"
    case .noTargets(let targets):
      "the data has \(targets), and training needs classes, labels or numbers: give data that has some, or --target "
        + "input for a network that learns to give its input again"
    case .noClassWeights(let reason): "class-weights: \(reason)"
    case .notWatched(let metric, let reason): "watch \(metric.rawValue): \(reason)"
    case .teacher(let reason): "the teacher does not fit: \(reason)"
    case .noAugmentation(let reason): reason
    case .snapshot(let reason): "the checkpoint does not fit this run: \(reason)"
    }
  }
}
