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
      if picture != flat, let network = try? LoweredNetwork(lowering: model, input: picture) {
        self = network
        return
      }
    }
    // Layers other than dense ones may need the input as it was described.
    self = try LoweredNetwork(lowering: model, input: flat)
  }

  private init(lowering model: FloatModel, input: ImageShape) throws(QuantizationError) {
    let decided: FloatModel
    do throws(NetworkError) {
      try model.network.checkOutputs()
      decided = try model.deciding()
    } catch {
      throw .network(error)
    }
    var lowering = try NetworkLowering(decided, input: input)
    try lowering.lower()
    self = lowering.network
    fuse()
    try check()
  }

  private func check() throws(QuantizationError) {
    guard !layers.isEmpty else { throw .limit("it has no layer that computes anything") }
    for output in outputs {
      guard output.value > 0 else {
        throw .output(
          name: output.name, reason: "it is the input as it came; an output is what a layer gives")
      }
      let shape = shapes[output.value]
      guard shape.isFlat || output.meaning == .numbers else {
        throw .output(
          name: output.name,
          reason: "it is \(shape), and \(output.meaning) are one row of values: flatten and "
            + "end with a dense layer, or with a global mean")
      }
    }
    guard layers.count <= Int(Limit.layers) else {
      throw .limit("it has \(layers.count) layers after fusing; \(Limit.layers) is the most")
    }
  }
}

/// Where a layer stands in the described network.
struct LoweringSite {
  let layer: LayerDescription
  /// As described; a lowered value that was flattened has kept its own shape.
  let inputs: [ImageShape]
  var input: ImageShape { inputs[0] }
  let output: ImageShape
}

/// One pass over the described layers, each becoming a layer of its own or vanishing.
struct NetworkLowering {
  private let model: FloatModel
  private let shapes: [ImageShape]
  private let isNeeded: [Bool]
  private let parameters: [String: [Float]]
  private(set) var network: LoweredNetwork
  /// For each described value the lowered one that holds it; nil for those that nothing needs.
  private var values: [Int?] = [0]

  init(_ model: FloatModel, input: ImageShape) throws(QuantizationError) {
    self.model = model
    do throws(NetworkError) {
      shapes = try model.network.shapes()
    } catch {
      throw .network(error)
    }
    // Layers that no output needs are left out.
    var isNeeded = [Bool](repeating: false, count: shapes.count)
    for value in model.network.outputs { isNeeded[value] = true }
    for (index, layer) in model.network.layers.enumerated().reversed() where isNeeded[index + 1] {
      for value in layer.inputs { isNeeded[value] = true }
    }
    self.isNeeded = isNeeded
    parameters = Dictionary(model.parameters.map { ($0.name, $0.values) }) { first, _ in first }
    network = LoweredNetwork(
      input: input, layers: [],
      pictureForm: model.pictureForm ?? (input.channels == 1 ? .digits : .unchanged))
  }

  mutating func lower() throws(QuantizationError) {
    let read = model.network.readValues
    // For each output the lowered value before what makes probabilities of it.
    var results: [Int: Int] = [:]
    for (index, layer) in model.network.layers.enumerated() {
      guard isNeeded[index + 1] else {
        values.append(nil)
        continue
      }
      let site = LoweringSite(
        layer: layer, inputs: layer.inputs.map { shapes[$0] }, output: shapes[index + 1])
      var value = try layer.kind.lowering.lower(site, &self)
      let isOutput = model.network.outputs.contains(index + 1)
      let isHead = isOutput && isHead(layer.activation, site.output, of: index + 1)
      if isHead { results[index + 1] = value }
      if layer.activation != .linear, !isHead || read.contains(index + 1) {
        value = appendFunction(layer.activation, of: value, site)
      }
      if isOutput, !isHead { results[index + 1] = value }
      values.append(value)
    }
    network.values = values
    for (output, value) in zip(model.outputs, model.network.outputs) {
      guard let result = results[value], let meaning = output.meaning else {
        preconditionFailure("an output is what a layer gives, and its meaning is decided")
      }
      let head: QuantizedModel.Head =
        switch model.network.activation(of: value) {
        case .softmax: isHead(.softmax, shapes[value], of: value) ? .softmax : .linear
        case .sigmoid: .sigmoid
        case .linear, .relu, .tanh, .function: .linear
        }
      network.outputs.append(
        LoweredOutput(name: output.name, value: result, meaning: meaning, head: head, names: output.names))
    }
  }

  /// Whether an output's function is left to what makes probabilities of it: that of a map is computed inside.
  private func isHead(_ function: Activation, _ shape: ImageShape, of value: Int) -> Bool {
    guard function == .softmax else { return function == .sigmoid }
    guard shape.isFlat, shape.count > 1 else { return false }
    return zip(model.outputs, model.network.outputs).allSatisfy { $1 != value || $0.meaning == .classes }
  }

  /// Appends the function at the end of a layer.
  private mutating func appendFunction(_ function: Activation, of value: Int, _ site: LoweringSite) -> Int {
    let isSoftmax = function == .softmax
    // The channels are those of the shape that was described.
    let source = isSoftmax ? shaped(value, as: site.output, name: site.layer.name) : value
    let shape = network.shapes[source]
    return append(
      LoweredLayer(
        name: site.layer.name, kind: isSoftmax ? InnerSoftmax() : ActivationOnly(), inputs: [source],
        input: shape, output: shape, activation: isSoftmax ? .linear : function))
  }

  // MARK: what the kinds' own files use

  /// The lowered values in the shapes that were described: flattened ones are copied.
  mutating func shaped(_ values: [Int], _ site: LoweringSite) -> [Int] {
    zip(values, site.inputs).map { shaped($0, as: $1, name: site.layer.name) }
  }

  private mutating func shaped(_ value: Int, as wanted: ImageShape, name: String) -> Int {
    let shape = shape(value)
    guard shape != wanted else { return value }
    let arranged = Arrange(wanted, parts: [Arrange.Part(size: wanted.count, stride: 1)])
    return append(
      LoweredLayer(name: name, kind: arranged, inputs: [value], input: shape, output: wanted))
  }

  /// The lowered values that the layer reads.
  func inputs(_ site: LoweringSite) -> [Int] {
    site.layer.inputs.map { value in
      guard let lowered = values[value] else {
        preconditionFailure("what a needed layer reads is needed too")
      }
      return lowered
    }
  }

  /// The shape of a lowered value.
  func shape(_ value: Int) -> ImageShape { network.shapes[value] }

  /// Appends a layer and gives the value that it makes.
  mutating func append(_ layer: LoweredLayer) -> Int {
    network.layers.append(layer)
    return network.layers.count
  }

  /// Appends a layer of the described one's name and inputs.
  ///
  /// - Parameter output: the described output's, where it is nil.
  mutating func append(
    _ site: LoweringSite, _ kind: any LoweredKind, output: ImageShape? = nil, weights: [Float] = [],
    bias: [Float] = []
  ) -> Int {
    let inputs = inputs(site)
    var made = LoweredLayer(
      name: site.layer.name, kind: kind, inputs: inputs, input: shape(inputs[0]),
      output: output ?? site.output, weights: weights, bias: bias)
    made.bits = site.layer.bits
    return append(made)
  }

  /// Appends a layer with the described one's weights, and its bias or zeros.
  mutating func appendWeighted(
    _ site: LoweringSite, _ kind: any LoweredKind, hasBias: Bool
  ) throws(QuantizationError) -> Int {
    let zeros = [Float](repeating: 0, count: site.output.channels)
    return append(
      site, kind, weights: try parameter(site, "weight"), bias: hasBias ? try parameter(site, "bias") : zeros)
  }

  func parameter(_ site: LoweringSite, _ name: String) throws(QuantizationError) -> [Float] {
    guard let found = parameters["\(site.layer.name).\(name)"] else {
      throw .unsupported(layer: site.layer.name, reason: "the model has no parameter \(name) for it")
    }
    return found
  }

  /// Flatten leaves no trace, so what follows it must not care for rows and columns.
  func requirePicture(_ site: LoweringSite) throws(QuantizationError) {
    let found = shape(inputs(site)[0])
    guard site.input == found else {
      throw .unsupported(
        layer: site.layer.name,
        reason:
          "it reads a flattened \(found); only dense layers can, so put it before flatten or after a dense layer"
      )
    }
  }
}
