import OctetNetwork
import OctetTraining

extension FloatModel {
  /// The model for pixels from 0 to 1, of one that was trained on other numbers.
  ///
  /// Where the first layer with weights sees no border they take it in; elsewhere a layer of its own does, since the
  /// zeros of a border stay what they are. The quantizer makes that layer a part of how pixels become integers. A
  /// model whose output may be its input again always gets one: a file with its integers then says what both stand for.
  ///
  /// - Parameter pixels: what pixels of 0 and 255 were in training, such as -1 and 1.
  package func taking(pixels: PixelRange) throws(NetworkError) -> FloatModel {
    if pixels == .unit { return self }
    let input = network.input
    guard pixels.fits(channels: input.channels, isFlat: input.isFlat) else {
      throw NetworkError(
        "its input is \(input), and pixels are said for \(pixels.lows.count) channels (\(pixels))")
    }
    let shapes = try network.shapes()
    let givesInput = network.outputs.contains { shapes[$0].count == input.count && input.count > 1 }
    let model = try (givesInput ? nil : foldingPixels(pixels)) ?? insertingPixels(pixels)
    if let fault = try model.fault() { throw NetworkError("with pixels of \(pixels), \(fault)") }
    return model
  }

  /// Nil where the weights cannot take it in.
  private func foldingPixels(_ pixels: PixelRange) throws(NetworkError) -> FloatModel? {
    var value = 0
    while true {
      let readers = network.layers.indices.filter { network.layers[$0].inputs.contains(value) }
      // What the model gives must not change.
      guard readers.count == 1, let reader = readers.first, !network.outputs.contains(value) else {
        return nil
      }
      let layer = network.layers[reader]
      switch layer.kind.layer.inputScaling {
      case .follows where layer.activation == .linear: value = reader + 1
      case .weights: return folding(pixels, into: reader)
      case .separate, .follows: return nil
      }
    }
  }

  private func folding(_ pixels: PixelRange, into reader: Int) -> FloatModel? {
    let layer = network.layers[reader]
    guard case .layer(let kind)? = layer.kind.layer.withBias,
      let place = parameters.firstIndex(where: { $0.name == "\(layer.name).weight" }),
      let outputs = parameters[place].shape.last
    else { return nil }
    let weights = parameters[place]
    let biasPlace = parameters.firstIndex { $0.name == "\(layer.name).bias" }
    var bias =
      biasPlace.map { parameters[$0].values.map { Double($0) } } ?? [Double](repeating: 0, count: outputs)
    // The outputs lie side by side, and before them the channels of the input.
    let channels = network.input.channels
    var values = weights.values
    for (index, weight) in weights.values.enumerated() {
      let channel = index / outputs % channels
      bias[index % outputs] += Double(pixels.low(channel)) * Double(weight)
      values[index] = Float(Double(weight) * Double(pixels.span(channel)))
    }
    var model = self
    model.parameters[place] = NamedValues(name: weights.name, shape: weights.shape, values: values)
    let summands = NamedValues(name: "\(layer.name).bias", shape: [outputs], values: bias.map { Float($0) })
    if let biasPlace {
      model.parameters[biasPlace] = summands
    } else {
      model.parameters.insert(summands, at: place + 1)
    }
    model.network.layers[reader] = LayerDescription(
      name: layer.name, kind: kind, activation: layer.activation, inputs: layer.inputs, line: layer.line)
    return model
  }

  private func insertingPixels(_ pixels: PixelRange) -> FloatModel {
    let channels = 0..<network.input.channels
    let affine = ForeignLayer.affine(
      0, factors: channels.map(pixels.span), summands: channels.map(pixels.low))
    var name = "pixels"
    while network.layers.contains(where: { $0.name == name }) { name += "-" }
    var model = self
    let outputs = network.outputs
    model.network.layers = network.layers.map { layer in
      LayerDescription(
        name: layer.name, kind: layer.kind, activation: layer.activation, inputs: layer.inputs.map { $0 + 1 },
        line: layer.line)
    }
    model.network.layers.insert(
      LayerDescription(name: name, kind: affine.kind, activation: .linear, inputs: [0], line: 1), at: 0)
    model.network.outputs = outputs.map { $0 + 1 }
    model.parameters.insert(
      contentsOf: affine.parameters.map {
        NamedValues(name: "\(name).\($0.name)", shape: $0.shape, values: $0.values)
      },
      at: 0)
    // The new layer gives what the input was.
    model.sources = sources.renumbered((0...network.layers.count).map { $0 + 1 })
    return model
  }
}
