import Octet

/// Something that may bring an integer network's answers nearer to those of the float network.
package enum Remedy: Hashable, Sendable {
  /// Another way to choose the ranges of values, for all layers.
  case method(CalibrationMethod)
  /// The same for one layer, by its place in the lowered network.
  case layerMethod(layer: Int, CalibrationMethod)
  /// Each layer's bias makes up for the mean error of the layers before it.
  case biasCorrection
  case equalization(Equalization)
  /// A value in finer integers, each far-reaching channel in several parts.
  case split(layer: Int, height: Float, addedChannels: Int)
  /// Channels that reach far computed apart from the others.
  case partition(layer: Int, farChannels: Int)
  /// Weights of one layer in more bits.
  case encoding(layer: Int, WeightEncoding)
  /// Training with the integers of the file, taught by the float network.
  case training(epochs: Int, rate: Float, items: Int)

  /// The layer that it is for; nil for all.
  package var layer: Int? {
    switch self {
    case .layerMethod(let layer, _), .split(let layer, _, _), .partition(let layer, _),
      .encoding(let layer, _):
      layer
    case .method, .biasCorrection, .equalization, .training: nil
    }
  }

  /// For programs.
  package var name: String {
    switch self {
    case .method, .layerMethod: "method"
    case .biasCorrection: "bias-correction"
    case .equalization: "equalization"
    case .split: "split"
    case .partition: "partition"
    case .encoding: "encoding"
    case .training: "training"
    }
  }

  /// For people, without the layer.
  package var words: String {
    switch self {
    case .method(let method), .layerMethod(_, let method): "ranges by \(method.rawValue)"
    case .biasCorrection: "bias correction"
    case .equalization(.values): "channels equalized by their values"
    case .equalization(.balanced): "channels equalized by values and weights"
    case .equalization(.weights): "channels equalized by their weights"
    case .split(_, _, let added): "values in parts, \(added) channel\(added == 1 ? "" : "s") more"
    case .partition(_, let count): "\(count) far channel\(count == 1 ? "" : "s") apart"
    case .encoding(_, let encoding): "weights as \(encoding.name)"
    case .training(let epochs, let rate, let items):
      "\(epochs) epochs of training on \(items) items, rate \(rate)"
    }
  }
}
