import OctetNetwork

/// Why a float model cannot be quantized.
package enum QuantizationError: Error, Equatable {
  case network(NetworkError)
  /// A layer that the integer format cannot express, with what to do about it.
  case unsupported(layer: String, reason: String)
  /// The images do not fit the network.
  case shape(images: ImageShape, network: ImageShape)
  case noImages
  /// The network's outputs are no classes.
  case noClassifier(String)
  /// A number that the format has no room for.
  case limit(String)
}

extension QuantizationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .network(let error): "network: \(error)"
    case .unsupported(let layer, let reason): "layer \(layer) cannot be quantized: \(reason)"
    case .shape(let images, let network):
      "the images are \(images), the network's input is \(network): give images of that shape"
    case .noImages: "there are no images to calibrate on: give data with training images"
    case .noClassifier(let reason): "the network is not a classifier: \(reason)"
    case .limit(let reason): "the network does not fit an .octet file: \(reason)"
    }
  }
}
