import OctetTraining

extension LiteNetwork {
  /// The float model, also where weights are stored in fewer bits.
  ///
  /// - Parameter classNames: the classes in the order of the outputs; nil if they are not known.
  package func floatModel(classNames: [String]? = nil) throws(ImportError) -> FloatModel {
    var made: [ForeignLayer] = []
    // Octet's value for each of the file's, before and after flattening.
    var values = [0]
    var flattened: [Int: Int] = [:]
    var parameterCount = 0
    for (index, layer) in layers.enumerated() {
      var inputs = layer.inputs.map { values[$0] }
      if case .dense = layer.kind, !shape(layer.inputs[0]).isFlat {
        if flattened[inputs[0]] == nil {
          made.append(ForeignLayer(kind: .flatten(Flatten()), inputs: inputs))
          flattened[inputs[0]] = made.count
        }
        inputs[0] = flattened[inputs[0]] ?? inputs[0]
      }
      var own = try foreignLayer(layer, inputs)
      parameterCount += own.parameters.reduce(0) { $0 + $1.values.count }
      guard parameterCount <= NetworkDescription.largestParameterCount else {
        throw failure("it has more than \(NetworkDescription.largestParameterCount) parameters")
      }
      own.activation = try activation(layer)
      if index == layers.count - 1, let activation = head.activation {
        if own.activation == .linear {
          own.activation = activation
        } else {
          made.append(own)
          own = ForeignLayer(
            kind: .activation(ActivationOnly()), activation: activation, inputs: [made.count])
        }
      }
      made.append(own)
      values.append(made.count)
    }
    do throws(NetworkError) {
      return try ForeignLayer.model(input: input, layers: made, classNames: classNames)
    } catch {
      throw failure("\(error)")
    }
  }

  private func activation(_ layer: Layer) throws(ImportError) -> Activation {
    var function = layer.function
    if case .function(let own) = layer.kind { function = own }
    switch function {
    case .none: return .linear
    case .relu: return .relu
    case .logistic: return .sigmoid
    case .tanh: return .tanh
    case .relu6, .reluN1To1:
      throw failure(
        "\(layer.title) has a RELU with an upper limit, which is known in full-integer files only")
    }
  }

  private func foreignLayer(_ layer: Layer, _ inputs: [Int]) throws(ImportError) -> ForeignLayer {
    let from = shape(layer.inputs[0])
    switch layer.kind {
    case .dense(let units):
      let weights = try numbers(layer.weights)
      // `units x inputs` becomes `inputs x units`.
      var ordered: [Float] = []
      ordered.reserveCapacity(weights.count)
      for place in 0..<from.count {
        for unit in 0..<units { ordered.append(weights[unit * from.count + place]) }
      }
      return try weighted(
        .dense(Dense(units: units, hasBias: layer.bias != nil)), layer, inputs, [from.count, units], ordered)
    case .convolution(let convolution):
      let weights = try numbers(layer.weights)
      // `filters x rows x columns x channels` becomes `rows x columns x channels x filters`.
      let perFilter = weights.count / convolution.filters
      var ordered: [Float] = []
      ordered.reserveCapacity(weights.count)
      for place in 0..<perFilter {
        for filter in 0..<convolution.filters { ordered.append(weights[filter * perFilter + place]) }
      }
      let window = convolution.window
      return try weighted(
        .convolution(convolution), layer, inputs,
        [window.height, window.width, from.channels, convolution.filters], ordered)
    case .depthwiseConvolution(let depthwise):
      let window = depthwise.window
      return try weighted(
        .depthwiseConvolution(depthwise), layer, inputs,
        [window.height, window.width, from.channels, depthwise.multiplier], numbers(layer.weights))
    case .maximumPooling(let pooling): return ForeignLayer(kind: .maxPooling(pooling), inputs: inputs)
    case .averagePooling(let pooling): return ForeignLayer(kind: .averagePooling(pooling), inputs: inputs)
    case .globalAveragePooling:
      return ForeignLayer(kind: .globalAveragePooling(GlobalAveragePooling()), inputs: inputs)
    case .add: return ForeignLayer(kind: .add(Add()), inputs: inputs)
    case .multiply, .shift:
      var values = try numbers(layer.weights)
      if values.count == 1 { values = [Float](repeating: values[0], count: from.channels) }
      let isProduct = layer.kind == .multiply
      return .affine(
        inputs[0], factors: isProduct ? values : values.map { _ in 1 },
        summands: isProduct ? values.map { _ in 0 } : values)
    case .function: return ForeignLayer(kind: .activation(ActivationOnly()), inputs: inputs)
    }
  }

  private func weighted(
    _ kind: LayerKind, _ layer: Layer, _ inputs: [Int], _ shape: [Int], _ weights: [Float]
  ) throws(ImportError) -> ForeignLayer {
    var made = ForeignLayer(kind: kind, inputs: inputs, parameters: [("weight", shape, weights)])
    if let bias = layer.bias {
      let values = try numbers(bias)
      made.parameters.append(("bias", [values.count], values))
    }
    return made
  }

  private func numbers(_ tensor: Int?) throws(ImportError) -> [Float] {
    guard let tensor else { return [] }
    do throws(FlatBufferTable.Failure) {
      return try graph.floats(tensor)
    } catch {
      throw failure("byte \(error.offset): \(error.reason)")
    }
  }
}

extension LiteNetwork.Head {
  /// As a float network says it.
  fileprivate var activation: Activation? {
    switch self {
    case .linear: nil
    case .softmax: .softmax
    case .sigmoid: .sigmoid
    }
  }
}
