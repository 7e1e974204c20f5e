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
    let previous = layer.inputs[0] - 1
    switch layer.kind {
    case .depthwiseConvolution(let window):
      guard window == Window(height: 1, width: 1), layer.output.channels == layer.input.channels,
        layers[previous].isWeighted, layers[previous].activation == .linear, layers[previous].pool == .one
      else { return false }
      layers[previous].scaleOutputs(by: layer.weights, adding: layer.bias)
      layers[previous].activation = layer.activation
      return true
    case .activation:
      // After a fused pool as well: these functions never reverse an order.
      guard layers[previous].canFuse(layer.activation) else { return false }
      layers[previous].activation = layer.activation
      return true
    case .maximumPooling(let window):
      guard case .convolution = layers[previous].kind, layers[previous].pool == .one,
        window.padding == .valid,
        window.strideHeight == window.height, window.strideWidth == window.width
      else { return false }
      layers[previous].pool = Extent(window.height, window.width)
      layers[previous].output = layer.output
      return true
    default: return false
    }
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

extension LoweredLayer {
  /// Whether `function` can follow in the same layer of the file.
  fileprivate func canFuse(_ function: Activation) -> Bool {
    guard activation == .linear else { return false }
    switch kind {
    case .dense, .convolution, .depthwiseConvolution: return true
    case .averagePooling, .globalAveragePooling, .add: return function == .relu
    case .maximumPooling, .activation: return false
    }
  }

  /// Multiplies each output by its factor, then adds: as a normalization after the layer would.
  fileprivate mutating func scaleOutputs(by factors: [Float], adding summands: [Float]) {
    for index in weights.indices { weights[index] *= factors[index % factors.count] }
    for index in bias.indices {
      bias[index] = Float(Double(bias[index]) * Double(factors[index]) + Double(summands[index]))
    }
  }
}
