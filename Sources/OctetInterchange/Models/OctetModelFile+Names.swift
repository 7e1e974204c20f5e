import Octet

extension Model {
  /// The names of the layers: those of the file, and for a layer without one what a network file calls layers without a
  /// name of their own, as in "conv-2".
  package var layerNames: [String] {
    let usual = LayerNaming.usual((0..<layerCount).map { layer($0).kind.networkWord })
    let own = storedLayerNames.map { String(decoding: $0, as: UTF8.self) }
    return own.isEmpty ? usual : zip(own, usual).map { $0.isEmpty ? $1 : $0 }
  }

  /// The name of one of them.
  package func layerName(_ index: Int) -> String { layerNames[index] }
}
