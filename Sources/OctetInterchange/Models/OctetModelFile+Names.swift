import Octet

extension Model {
  /// The names of the layers: those of the file, and for a layer without one what a network file calls layers without a
  /// name of their own, as in "conv-2".
  package var layerNames: [String] {
    let words = (0..<layerCount).map { layer($0).kind.networkWord }
    guard hasLayerNames else { return LayerNaming.usual(words) }
    return LayerNaming.unique(storedLayerNames.map { String(decoding: $0, as: UTF8.self) }, words: words)
  }
}
