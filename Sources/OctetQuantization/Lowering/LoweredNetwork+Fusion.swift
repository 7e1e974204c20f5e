import OctetNetwork

extension LoweredNetwork {
  /// Joins layers with the one before them wherever nothing else reads what lies between.
  mutating func fuse() {
    // A join may make the next one possible, so start over after each; there are few layers.
    while let index = layers.indices.first(where: { joinWithPrevious($0) }) { remove(index) }
  }

  /// Moves what layer `index` does into the layer whose output it reads, if that is possible.
  private mutating func joinWithPrevious(_ index: Int) -> Bool {
    let layer = layers[index]
    guard layer.inputs.count == 1, layer.inputs[0] > 0, readers[layer.inputs[0]].count == 1 else {
      return false
    }
    return layer.kind.join(layer, to: &layers[layer.inputs[0] - 1])
  }

  /// Takes out a layer whose work the one that it reads does now.
  private mutating func remove(_ index: Int) {
    let source = layers[index].inputs[0]
    layers.remove(at: index)
    for reader in layers.indices {
      layers[reader].inputs = layers[reader].inputs.map { value in
        value == index + 1 ? source : value > index + 1 ? value - 1 : value
      }
    }
  }
}
