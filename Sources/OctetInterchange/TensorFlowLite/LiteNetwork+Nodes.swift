import OctetTraining

extension LiteNetwork {
  mutating func add(_ node: LiteGraph.Node) throws(ImportError) {
    guard let operation = node.operation else {
      throw failure("operator \(node.code)\(place(node)) cannot be brought in. \(LiteOperator.known)")
    }
    do throws(FlatBufferTable.Failure) {
      switch operation {
      case .shape, .stridedSlice, .pack: try passShapes(node)
      case .reshape, .squeeze, .expandDims: try reshape(node)
      case .quantize, .dequantize: try convert(node)
      case .pad: try pad(node)
      case .conv2D: try addConvolution(node)
      case .depthwiseConv2D: try addDepthwise(node)
      case .fullyConnected: try addDense(node)
      case .maxPool2D, .averagePool2D: try addPooling(node, isMaximum: operation == .maxPool2D)
      case .mean: try addMean(node)
      case .add: try addSum(node)
      case .mul: try addProduct(node)
      case .relu: try append(.function(.relu), node)
      case .reluN1To1: try append(.function(.reluN1To1), node)
      case .relu6: try append(.function(.relu6), node)
      case .tanh: try append(.function(.tanh), node)
      case .logistic:
        if isLast(node) { try end(node, .sigmoid) } else { try append(.function(.logistic), node) }
      case .softmax:
        guard isLast(node) else { throw misfit("stands within the network; it is known at its end only") }
        let beta = try node.options?.float(0) ?? 1
        guard beta == 1 else { throw misfit("has beta \(beta); only 1 is known") }
        try end(node, .softmax)
      }
    } catch {
      throw failure(
        error.offset < 0
          ? "\(operation.name)\(place(node)) \(error.reason)" : "byte \(error.offset): \(error.reason)")
    }
  }

  /// A fault of the node itself rather than of a place in the file.
  func misfit(_ reason: String) -> FlatBufferTable.Failure {
    FlatBufferTable.Failure(offset: -1, reason: reason)
  }

  private func place(_ node: LiteGraph.Node) -> String {
    " that makes \(graph.tensors[node.outputs[0]].name.quoted)"
  }

  // MARK: what a node reads

  func value(_ node: LiteGraph.Node, _ index: Int = 0) throws(FlatBufferTable.Failure) -> Int {
    guard index < node.inputs.count, let value = values[node.inputs[index]] else {
      throw misfit("reads something that no layer before it makes")
    }
    return value
  }

  func image(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) -> ImageShape {
    let shape = shape(try value(node))
    let found = graph.tensors[node.inputs[0]].shape
    guard found.count == 4,
      borders[node.inputs[0]] != nil
        || Array(found.dropFirst()) == [shape.height, shape.width, shape.channels]
    else { throw misfit("reads a value of shape \(found), which is no image as it was before") }
    return shape
  }

  /// A constant tensor, as the file has it.
  func constant(_ tensor: Int) -> Int? {
    let source = aliases[tensor] ?? tensor
    return tensor >= 0 && !graph.tensors[source].data.isEmpty ? source : nil
  }

  func integers(_ node: LiteGraph.Node, _ index: Int) throws(FlatBufferTable.Failure) -> [Int] {
    guard index < node.inputs.count, let tensor = constant(node.inputs[index]) else {
      throw misfit("needs constant numbers as input \(index)")
    }
    let found = graph.tensors[tensor]
    guard found.element == .int32 || found.element == .int64, let bytes = found.element?.bytes,
      found.data.count <= 256
    else { throw misfit("needs a few whole numbers as input \(index)") }
    var list: [Int] = []
    for place in stride(from: found.data.lowerBound, through: found.data.upperBound - bytes, by: bytes) {
      let value = try FlatBufferTable.number(graph.file, place, bytes: bytes)
      list.append(bytes == 4 ? Int(Int32(truncatingIfNeeded: value)) : Int(Int64(bitPattern: value)))
    }
    return list
  }

  func function(_ number: Int) throws(FlatBufferTable.Failure) -> Function {
    switch number {
    case 0: return .none
    case 1: return .relu
    case 2: return .reluN1To1
    case 3: return .relu6
    case 4: return .tanh
    default:
      throw misfit("has fused activation \(number); none, RELU, RELU_N1_TO_1, RELU6 and TANH are known")
    }
  }

  // MARK: adding layers

  /// Adds a layer that keeps the shape unless `specification` says otherwise.
  mutating func append(
    _ kind: Kind, _ node: LiteGraph.Node, inputs: [Int]? = nil,
    specification: (any LayerSpecification)? = nil,
    function: Function = .none, weights: Int? = nil, bias: Int? = nil, shape: ImageShape? = nil
  ) throws(FlatBufferTable.Failure) {
    let own = try value(node)
    if !kind.readsBorder, node.inputs.contains(where: { borders[$0] != nil }) {
      throw misfit("follows a PAD; only convolutions can")
    }
    let from = self.shape(own)
    var result = shape ?? from
    if let specification {
      do throws(ShapeMismatch) {
        result = try specification.outputShape(for: from)
      } catch {
        throw misfit("does not fit its input \(from): \(error.reason)")
      }
    }
    let output = node.outputs[0]
    let declared = graph.tensors[output].shape
    guard result.count <= NetworkDescription.largestValueCount else {
      throw misfit("gives \(result), which is too large")
    }
    // Sizes of 1 come and go; what is left must be the same.
    let sizes = [result.height, result.width, result.channels]
    let found = Array(declared.dropFirst())
    guard found.filter({ $0 != 1 }) == sizes.filter({ $0 != 1 }) || found == [result.count]
    else { throw misfit("gives \(result) where the file says \(declared)") }
    layers.append(
      Layer(
        kind: kind, inputs: inputs ?? [own], function: function, weights: weights, bias: bias, output: output,
        shape: result,
        title: "\(node.operation?.name ?? "")\(place(node))"))
    values[output] = layers.count
  }

  /// A value goes on under another tensor.
  mutating func rename(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    values[node.outputs[0]] = try value(node)
  }

  private func isLast(_ node: LiteGraph.Node) -> Bool {
    var tensor = node.outputs[0]
    for next in graph.nodes where next.inputs.first == tensor {
      guard let operation = next.operation, [.dequantize, .quantize, .reshape, .squeeze].contains(operation)
      else {
        return false
      }
      tensor = next.outputs[0]
    }
    return tensor == graph.outputs[0]
  }

  private mutating func end(_ node: LiteGraph.Node, _ head: Head) throws(FlatBufferTable.Failure) {
    guard try value(node) == layers.count, shape(layers.count).isFlat else {
      throw misfit("does not read what the last layer gives")
    }
    self.head = head
    try rename(node)
  }
}

extension LiteNetwork.Kind {
  /// Whether zeros around its input can be its own border.
  fileprivate var readsBorder: Bool {
    switch self {
    case .convolution, .depthwiseConvolution: true
    default: false
    }
  }
}
