import OctetNetwork

extension Graph {
  /// The float model that computes the graph, which has been simplified.
  ///
  /// - Parameter classNames: the classes in the order of the outputs, if they are known.
  func floatModel(classNames: [String]?) throws(GraphFailure) -> FloatModel {
    // All nodes that are left are needed for the output, so the last one makes it.
    guard outputView.value == nodes.count else {
      throw GraphFailure("the output is not what the last node makes")
    }
    let counts = readerCounts
    var made: [ForeignLayer] = []
    /// The float network's value for each of the graph's.
    var values = [0]
    for (index, node) in nodes.enumerated() {
      if case .softmax = node.operation {
        guard index == nodes.count - 1 else {
          throw GraphFailure("\(node.title) is inside the network; softmax is supported at its end only")
        }
        if node.inputs[0] == index, index > 0, counts[index] == 1, made[made.count - 1].takesSoftmax {
          made[made.count - 1].activation = .softmax
          continue
        }
      }
      var layer = ForeignLayer(kind: try kind(node), inputs: node.inputs.map { values[$0] })
      layer.activation = try activation(node)
      layer.parameters = parameters(node)
      made.append(layer)
      values.append(made.count)
    }
    if made.isEmpty {
      // The output is the input as it came, perhaps with its axes in another order.
      made.append(ForeignLayer(kind: .activation(ActivationOnly()), inputs: [0]))
    }
    do throws(NetworkError) {
      var model = try ForeignLayer.model(input: input, layers: made, classNames: classNames)
      model.inputLayout = ArrayLayout(shape: inputView.sizes, places: inputView.places)
      model.outputLayout = ArrayLayout(shape: outputView.sizes, places: outputView.places)
      if case .softmax(isLogarithm: true)? = nodes.last?.operation { model.givesLogarithms = true }
      return model
    } catch {
      throw GraphFailure("\(error)")
    }
  }

  private func kind(_ node: Node) throws(GraphFailure) -> FloatLayerKind {
    let hasBias = node.bias != nil
    switch node.operation {
    case .dense: return .dense(Dense(units: node.shape.channels, hasBias: hasBias))
    case .convolution(let window):
      return .convolution(Convolution(filters: node.shape.channels, window: window, hasBias: hasBias))
    case .depthwiseConvolution(let window):
      return .depthwiseConvolution(
        DepthwiseConvolution(
          window: window, multiplier: node.shape.channels / shape(node.inputs[0]).channels, hasBias: hasBias))
    case .maximumPooling(let window): return .maxPooling(MaxPooling(window: window))
    case .averagePooling(let window): return .averagePooling(AveragePooling(window: window))
    case .globalAveragePooling: return .globalAveragePooling(GlobalAveragePooling())
    case .add: return .add(Add())
    case .affine: return .batchNormalization(BatchNormalization(epsilon: ForeignLayer.affineEpsilon))
    case .normalization(let epsilon): return .batchNormalization(BatchNormalization(epsilon: epsilon))
    case .function, .softmax: return .activation(ActivationOnly())
    case .flatten: return .flatten(Flatten())
    case .padding:
      throw GraphFailure("\(node.title) puts zeros around what no convolution reads")
    case .requantize:
      throw GraphFailure("\(node.title) changes integers within a network that is not of integers")
    }
  }

  private func activation(_ node: Node) throws(GraphFailure) -> Activation {
    if case .softmax = node.operation { return .softmax }
    var function = node.function
    if case .function(let own) = node.operation { function = own }
    switch function {
    case .identity: return .linear
    case .relu: return .relu
    case .sigmoid: return .sigmoid
    case .tanh: return .tanh
    case .relu6, .reluN1To1:
      throw GraphFailure(
        "\(node.title) has a ReLU with an upper limit, which is supported in full-integer .tflite files only")
    }
  }

  private func parameters(_ node: Node) -> [(name: String, shape: [Int], values: [Float])] {
    let channels = shape(node.inputs[0]).channels
    let bias = (node.bias ?? []).map { Float($0) }
    var shape: [Int]
    switch node.operation {
    case .dense: shape = [channels, node.shape.channels]
    case .convolution(let window): shape = [window.height, window.width, channels, node.shape.channels]
    case .depthwiseConvolution(let window):
      shape = [window.height, window.width, channels, node.shape.channels / channels]
    case .affine: return ForeignLayer.affineParameters(factors: node.weights, summands: bias)
    case .normalization:
      return ["scale", "offset", "mean", "variance"].enumerated().map { index, name in
        (name, [channels], Array(node.weights[index * channels..<(index + 1) * channels]))
      }
    case .maximumPooling, .averagePooling, .globalAveragePooling, .add, .function, .softmax, .flatten,
      .padding,
      .requantize:
      return []
    }
    return [("weight", shape, node.weights)] + (node.bias == nil ? [] : [("bias", [bias.count], bias)])
  }
}

extension ForeignLayer {
  /// Whether softmax can be this layer's own end.
  fileprivate var takesSoftmax: Bool {
    guard activation == .linear else { return false }
    switch kind {
    case .dense, .convolution, .depthwiseConvolution, .batchNormalization, .add: return true
    case .maxPooling, .averagePooling, .globalAveragePooling, .flatten, .dropout, .activation: return false
    }
  }
}
