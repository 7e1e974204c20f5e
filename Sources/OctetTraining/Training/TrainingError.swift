import OctetNetwork

/// Why a training run stopped before its end.
package enum TrainingError: Error, Equatable, CustomStringConvertible {
  case network(NetworkError)
  /// The loss became infinite or not a number. Epoch and batch are counted from 1.
  case lossNotFinite(epoch: Int, batch: Int, learningRate: Float)
  case noTrainingImages
  case noValidationImages(split: Double, images: Int)
  case shape(images: ImageShape, network: ImageShape)
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
    case .snapshot(let reason): "the checkpoint does not fit this run: \(reason)"
    }
  }
}
