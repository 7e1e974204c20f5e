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
        if node.inputs[0] == index, index > 0, counts[index] == 1,
          made[made.count - 1].activation == .linear, made[made.count - 1].kind.takesFunction
        {
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
    switch node.operation {
    case .layer(let kind): return kind
    case .affine: return .batchNormalization(BatchNormalization(epsilon: ForeignLayer.affineEpsilon))
    case .function, .softmax: return .activation(ActivationOnly())
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
    let bias = (node.bias ?? []).map { Float($0) }
    switch node.operation {
    case .layer(let kind):
      var place = 0
      return kind.specification.parameters(for: shape(node.inputs[0])).map { parameter in
        if parameter.name == "bias" { return (parameter.name, parameter.shape, bias) }
        place += parameter.count
        return (parameter.name, parameter.shape, Array(node.weights[place - parameter.count..<place]))
      }
    case .affine: return ForeignLayer.affineParameters(factors: node.weights, summands: bias)
    case .function, .softmax, .padding, .requantize: return []
    }
  }
}

extension FloatLayerKind {
  /// Whether a layer of this kind can end with a function.
  var takesFunction: Bool {
    switch self {
    case .dense, .convolution, .depthwiseConvolution, .batchNormalization, .add: true
    case .maxPooling, .averagePooling, .globalAveragePooling, .flatten, .dropout, .activation: false
    }
  }
}
