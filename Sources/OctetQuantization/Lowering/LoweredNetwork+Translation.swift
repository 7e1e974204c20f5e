import Octet
import OctetInterchange
import OctetNetwork
import OctetTraining

extension LoweredNetwork {
  /// Brings a float model into the form in which it is quantized.
  ///
  /// Dropout and flatten go, batch normalization joins the layer before it or becomes a 1x1 depthwise convolution,
  /// activations and pools are fused where they can be, and the last activation becomes the head. A flat input takes
  /// the shape of the pictures, so that a dense layer can take in each row as it comes.
  package init(_ model: FloatModel, picture: ImageShape?) throws(QuantizationError) {
    let flat = model.network.input
    if let picture {
      guard flat.takes(picture) else {
        throw .shape(images: picture, network: flat)
      }
      if picture != flat, let network = try? LoweredNetwork(translating: model, input: picture) {
        self = network
        return
      }
    }
    // Layers other than dense ones may need the input as it was described.
    self = try LoweredNetwork(translating: model, input: flat)
  }

  private init(translating model: FloatModel, input: ImageShape) throws(QuantizationError) {
    var translation = try Translation(model, input: input)
    try translation.translate()
    self = translation.network
    if let reason = try classifierFault(model) { throw .noClassifier(reason) }
    fuse()
    try checkLast()
  }

  private func classifierFault(_ model: FloatModel) throws(QuantizationError) -> String? {
    do throws(NetworkError) {
      return try model.classifierFault()
    } catch {
      throw .network(error)
    }
  }

  private func checkLast() throws(QuantizationError) {
    guard let last = layers.last else {
      throw .limit("it has no layer that computes anything")
    }
    guard last.output.isFlat else {
      throw .unsupported(layer: last.name, reason: "its output is \(last.output), not one row of logits")
    }
    guard layers.count <= 63 else {
      throw .limit("it has \(layers.count) layers after fusing; 63 is the most")
    }
  }
}

/// One pass over the described layers, each becoming a layer of its own or vanishing.
private struct Translation {
  let model: FloatModel
  let shapes: [ImageShape]
  let isNeeded: [Bool]
  let parameters: [String: [Float]]
  var network: LoweredNetwork
  /// For each described value the lowered one that holds it.
  var values = [0]

  init(_ model: FloatModel, input: ImageShape) throws(QuantizationError) {
    self.model = model
    do throws(NetworkError) {
      shapes = try model.network.shapes()
    } catch {
      throw .network(error)
    }
    // Layers that nothing reads are left out.
    var isNeeded = [Bool](repeating: false, count: shapes.count)
    isNeeded[shapes.count - 1] = true
    for (index, layer) in model.network.layers.enumerated().reversed() where isNeeded[index + 1] {
      for value in layer.inputs { isNeeded[value] = true }
    }
    self.isNeeded = isNeeded
    parameters = Dictionary(model.parameters.map { ($0.name, $0.values) }) { first, _ in first }
    let head: QuantizedModel.Head =
      switch model.network.outputActivation {
      case .softmax: .softmax
      case .sigmoid: .sigmoid
      case .linear, .relu, .tanh: .linear
      }
    network = LoweredNetwork(
      input: input, layers: [], head: head, classNames: model.classNames,
      pictureForm: model.pictureForm ?? .digits)
  }

  mutating func translate() throws(QuantizationError) {
    for (index, layer) in model.network.layers.enumerated() {
      guard isNeeded[index + 1] else {
        values.append(0)
        continue
      }
      let isHead = index == model.network.layers.count - 1 && network.head != .linear
      values.append(try translate(layer, activation: isHead ? .linear : layer.activation))
    }
  }

  /// Gives the lowered value of the layer's output.
  private mutating func translate(
    _ layer: LayerDescription, activation: Activation
  ) throws(QuantizationError) -> Int {
    let value: Int
    switch layer.kind {
    case .dropout, .flatten, .activation: value = values[layer.inputs[0]]
    case .dense(let dense):
      value = append(
        layer, .dense, output: ImageShape(flat: dense.units), weights: parameter(layer, "weight"),
        bias: parameter(layer, "bias"))
    case .convolution(let convolution):
      try requirePicture(layer)
      value = append(
        layer, .convolution(convolution.window), output: outputShape(layer),
        weights: parameter(layer, "weight"), bias: parameter(layer, "bias"))
    case .depthwiseConvolution(let depthwise):
      try requirePicture(layer)
      value = append(
        layer, .depthwiseConvolution(depthwise.window), output: outputShape(layer),
        weights: parameter(layer, "weight"), bias: parameter(layer, "bias"))
    case .maxPooling(let pooling):
      try requirePicture(layer)
      value = append(layer, .maximumPooling(pooling.window), output: outputShape(layer))
    case .averagePooling(let pooling):
      try requirePicture(layer)
      value = append(layer, .averagePooling(pooling.window), output: outputShape(layer))
    case .globalAveragePooling:
      try requirePicture(layer)
      value = append(layer, .globalAveragePooling, output: outputShape(layer))
    case .batchNormalization(let normalization):
      try requirePicture(layer)
      value = append(layer, normalization)
    case .add:
      let shapes = layer.inputs.map { network.shapes[values[$0]] }
      guard shapes[0] == shapes[1] else {
        throw .unsupported(
          layer: layer.name,
          reason: "it adds \(shapes[0]) and \(shapes[1]), one of them flattened: add before flatten")
      }
      value = append(layer, .add, output: shapes[0])
    }
    guard activation != .linear else { return value }
    network.layers.append(
      LoweredLayer(
        name: layer.name, kind: .activation, inputs: [value], input: network.shapes[value],
        output: network.shapes[value], activation: activation))
    return network.layers.count
  }

  private mutating func append(
    _ layer: LayerDescription, _ kind: LoweredLayer.Kind, output: ImageShape, weights: [Float] = [],
    bias: [Float] = []
  ) -> Int {
    let inputs = layer.inputs.map { values[$0] }
    let isPlain = !weights.isEmpty && bias.isEmpty
    network.layers.append(
      LoweredLayer(
        name: layer.name, kind: kind, inputs: inputs, input: network.shapes[inputs[0]], output: output,
        weights: weights, bias: isPlain ? [Float](repeating: 0, count: output.channels) : bias))
    return network.layers.count
  }

  /// `scale * (x - mean) / sqrt(variance + epsilon) + offset`, as one factor and one summand for each channel.
  private mutating func append(_ layer: LayerDescription, _ normalization: BatchNormalization) -> Int {
    let scale = parameter(layer, "scale")
    let offset = parameter(layer, "offset")
    let mean = parameter(layer, "mean")
    let variance = parameter(layer, "variance")
    let factors = scale.indices.map {
      Double(scale[$0]) / (Double(variance[$0]) + Double(normalization.epsilon)).squareRoot()
    }
    return append(
      layer, .depthwiseConvolution(Window(height: 1, width: 1)), output: outputShape(layer),
      weights: factors.map { Float($0) },
      bias: factors.indices.map { Float(Double(offset[$0]) - Double(mean[$0]) * factors[$0]) })
  }

  private func parameter(_ layer: LayerDescription, _ name: String) -> [Float] {
    parameters["\(layer.name).\(name)"] ?? []
  }

  private func outputShape(_ layer: LayerDescription) -> ImageShape {
    let index = model.network.layers.firstIndex { $0.name == layer.name } ?? 0
    return shapes[index + 1]
  }

  /// Flatten leaves no trace, so what follows it must not care for rows and columns.
  private func requirePicture(_ layer: LayerDescription) throws(QuantizationError) {
    let described = shapes[layer.inputs[0]]
    let found = network.shapes[values[layer.inputs[0]]]
    guard described == found else {
      throw .unsupported(
        layer: layer.name,
        reason:
          "it reads a flattened \(found); only dense layers can, so put it before flatten or after a dense layer"
      )
    }
  }
}
