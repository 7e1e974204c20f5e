import Octet

extension Model {
  /// The names of the layers, as a network file gives them to layers without a name of their own: the kind's word and
  /// its number among those of the kind, as in "conv-2". A file has no room for names, and keeps the order of layers.
  package var layerNames: [String] {
    var counts: [String: Int] = [:]
    return (0..<layerCount).map { index in
      let word = layer(index).kind.networkWord
      counts[word, default: 0] += 1
      return "\(word)-\(counts[word, default: 0])"
    }
  }

  /// The name of one of them.
  package func layerName(_ index: Int) -> String {
    let word = layer(index).kind.networkWord
    return "\(word)-\((0...index).count { layer($0).kind.networkWord == word })"
  }
}

extension LayerKind {
  /// The word for such a layer in network files.
  fileprivate var networkWord: String {
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
