import Octet
import OctetText

/// What layers are called that have no name of their own: by the word for their kind in network files and their number
/// among those of the kind.
package enum LayerNaming {
  /// - Parameter words: of the layers, in their order.
  package static func usual(_ words: [String]) -> [String] {
    var counts: [String: Int] = [:]
    return words.map { word in
      counts[word, default: 0] += 1
      return "\(word)-\(counts[word, default: 0])"
    }
  }

  /// The names that an .octet file has to hold: empty for a layer that is called so anyway, and none where all are. A
  /// name that the file has no room for, or that cannot be shown as it is, is left out.
  package static func own(_ layers: [(name: String, word: String)]) -> [String] {
    let names = zip(layers, usual(layers.map(\.word))).map { layer, usual in
      layer.name == usual || layer.name.utf8.count > 255 || !layer.name.isLabel ? "" : layer.name
    }
    return names.contains { !$0.isEmpty } ? names : []
  }
}

extension LayerKind {
  /// The word for such a layer in network files.
  package var networkWord: String {
    switch self {
    case .dense: "dense"
    case .convolution: "conv"
    case .depthwiseConvolution: "depthwise"
    case .maximumPooling: "maxpool"
    case .averagePooling: "averagepool"
    case .globalAveragePooling: "globalaveragepool"
    case .table: "activation"
    case .concatenation: "concatenate"
    case .arrangement: "arrange"
    case .resampling: "resize"
    case .squaredDifference: "squareddifference"
    case .add, .maximum, .multiply, .subtract, .minimum, .softmax: "\(name)"
    }
  }
}
