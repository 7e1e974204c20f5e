import OctetTraining

extension ONNXImport {
  mutating func add(_ node: ONNXGraph.Node) throws(ImportError) {
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw failure(
        node,
        "is of \(node.domain.quoted), not of standard ONNX. Known: \(Self.operators.joined(separator: ", "))")
    }
    if try foldConstant(node) { return }
    switch node.type {
    case "Constant": try addConstant(node)
    case "Identity", "Dropout": try rename(node)
    case "Conv": try addConvolution(node)
    case "Gemm": try addGemm(node)
    case "MatMul": try addMatrixProduct(node)
    case "Add": try addSum(node)
    case "Mul", "Div", "Sub": try addAffine(node)
    case "BatchNormalization": try addNormalization(node)
    case "MaxPool", "AveragePool": try addPooling(node)
    case "GlobalAveragePool", "ReduceMean": try addGlobalMean(node)
    case "Relu": try addActivation(node, .relu)
    case "Sigmoid": try addActivation(node, .sigmoid)
    case "Tanh": try addActivation(node, .tanh)
    case "Softmax", "LogSoftmax": try addSoftmax(node)
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze": try reshape(node)
    case "Transpose": try transpose(node)
    default:
      throw failure(node, "cannot be brought in. Known: \(Self.operators.joined(separator: ", "))")
    }
  }

  private mutating func addConstant(_ node: ONNXGraph.Node) throws(ImportError) {
    guard case .tensor(let tensor) = node.attributes["value"], let name = node.outputs.first else {
      throw failure(node, "holds something else than a tensor")
    }
    constants[name] = tensor
  }

  private mutating func rename(_ node: ONNXGraph.Node) throws(ImportError) {
    guard let output = node.outputs.first else { return }
    if let tensor = constant(node, 0) {
      constants[output] = tensor
    } else {
      values[output] = try value(node, 0)
    }
  }

  private mutating func transpose(_ node: ONNXGraph.Node) throws(ImportError) {
    guard let output = node.outputs.first else { return }
    var value = try value(node, 0)
    var order = Array((0..<value.axes.count).reversed())
    if case .integers(let given) = node.attributes["perm"] { order = given.map { Int(clamping: $0) } }
    guard order.sorted() == Array(0..<value.axes.count), order[0] == 0 else {
      throw failure(node, "puts the axes into the order \(order); the batch must stay first")
    }
    value.axes = order.map { value.axes[$0] }
    values[output] = value
  }

  /// Flatten, and a reshape to a flat vector or to the same shape. Others would tear images apart.
  private mutating func reshape(_ node: ONNXGraph.Node) throws(ImportError) {
    guard let output = node.outputs.first else { return }
    var value = try value(node, 0)
    let shape = shapes[value.index]
    let sizes = value.axes.dropFirst().map { size(of: $0, shape) }
    var wanted = [shape.count]
    if node.type == "Reshape" {
      guard let tensor = constant(node, 1), case .integers(let given) = tensor.values, !given.isEmpty else {
        throw failure(node, "needs a constant shape")
      }
      let known = given.dropFirst().filter { $0 > 0 }.reduce(1) { $0 &* Int(clamping: $1) }
      wanted = given.dropFirst().map {
        $0 > 0 ? Int(clamping: $0) : known > 0 ? shape.count / known : 0
      }
    } else if node.type == "Squeeze" || node.type == "Unsqueeze" {
      // Only axes of size one come and go: what is left tells the shape.
      wanted = sizes.filter { $0 != 1 }
      if wanted.isEmpty { wanted = [1] }
      guard wanted.count <= 1 || wanted == sizes else {
        throw failure(node, "makes an image of an unknown layout")
      }
      if wanted.count > 1 {
        values[output] = value
        return
      }
    } else if case .integer(let axis) = node.attributes["axis"], axis != 1 {
      throw failure(node, "flattens from axis \(axis); only axis 1 keeps images apart")
    }
    if wanted == sizes {
      values[output] = value
      return
    }
    if wanted.count > 1, value.index == 0 {
      // A flat input that is made an image: the model takes images, then.
      try reshapeInput(node, wanted, output)
      return
    }
    guard wanted == [shape.count] else {
      throw failure(node, "reshapes \(sizes) to \(wanted); only flattening is known")
    }
    let order = value.axes.filter { $0 != .batch && size(of: $0, shape) > 1 }
    let natural: [Value.Axis] = [.height, .width, .channel].filter { size(of: $0, shape) > 1 }
    if shape.isFlat {
      value.axes = [.batch, .channel]
      values[output] = value
      return
    }
    try append(Layer(kind: .flatten(Flatten()), inputs: [value.index]), node, axes: [.batch, .channel])
    if order != natural { values[output]?.flattened = order }
    flattenedShapes[layers.count] = shape
  }

  private mutating func reshapeInput(_ node: ONNXGraph.Node, _ wanted: [Int], _ output: String)
    throws(ImportError)
  {
    guard wanted.count == 3, layers.isEmpty, wanted.allSatisfy({ (1...4096).contains($0) }),
      wanted.reduce(1, *) == input.count
    else {
      throw failure(node, "reshapes the input to \(wanted), which is no image of \(input.count) values")
    }
    let isFirst = wanted[0] < wanted[2]
    input =
      isFirst
      ? ImageShape(height: wanted[1], width: wanted[2], channels: wanted[0])
      : ImageShape(height: wanted[0], width: wanted[1], channels: wanted[2])
    guard input.channels == 1 else {
      throw failure(node, "makes a picture of several channels of a flat input")
    }
    shapes = [input]
    values[output] = Value(
      index: 0, axes: isFirst ? [.batch, .channel, .height, .width] : [.batch, .height, .width, .channel])
  }

  func size(of axis: Value.Axis, _ shape: ImageShape) -> Int {
    switch axis {
    case .batch: 1
    case .height: shape.height
    case .width: shape.width
    case .channel: shape.channels
    }
  }

  /// Takes an activation into the layer before it, or gives it a layer of its own.
  private mutating func addActivation(_ node: ONNXGraph.Node, _ activation: Activation) throws(ImportError) {
    let value = try value(node, 0)
    if let maker = soleMaker(node.inputs[0], value), layers[maker].kind.takesActivation {
      layers[maker].activation = activation
      if let output = node.outputs.first { values[output] = value }
      return
    }
    try append(
      Layer(kind: .activation(ActivationOnly()), activation: activation, inputs: [value.index]), node,
      axes: value.axes)
    if let output = node.outputs.first { values[output]?.flattened = value.flattened }
  }

  /// Softmax over the classes, at the end. Its logarithm has the same order, and Octet gives probabilities.
  private mutating func addSoftmax(_ node: ONNXGraph.Node) throws(ImportError) {
    guard node.outputs.first == graph.outputs.first?.name || isLast(node) else {
      throw failure(node, "stands within the network; softmax is known at its end only")
    }
    try addActivation(node, .softmax)
  }

  private func isLast(_ node: ONNXGraph.Node) -> Bool {
    var name = node.outputs.first
    for next in graph.nodes where next.inputs.first == name {
      guard ["Identity", "Reshape", "Squeeze", "Flatten"].contains(next.type) else { return false }
      name = next.outputs.first
    }
    return true
  }

  private mutating func addGlobalMean(_ node: ONNXGraph.Node) throws(ImportError) {
    let value = try value(node, 0)
    if node.type == "ReduceMean" {
      var given: [Int64] = []
      if case .integers(let axes) = node.attributes["axes"] { given = axes }
      if let tensor = constant(node, 1), case .integers(let axes) = tensor.values { given = axes }
      let rank = value.axes.count
      guard given.allSatisfy({ (Int64(-rank)..<Int64(rank)).contains($0) }) else {
        throw failure(node, "takes the mean over axes \(given), of which it has \(rank)")
      }
      let means = Set(given.map { value.axes[$0 < 0 ? Int($0) + rank : Int($0)] })
      guard means == [.height, .width] else {
        throw failure(node, "takes the mean over axes \(given); only the mean over height and width is known")
      }
    }
    try append(
      Layer(kind: .globalAveragePooling(GlobalAveragePooling()), inputs: [value.index]), node,
      axes: [.batch, .channel])
    // With the axes of size one that it keeps, a following Flatten finds nothing to do.
    if let output = node.outputs.first, value.axes.count == 4 { values[output]?.axes = value.axes }
  }
}

extension LayerKind {
  /// Whether a line of this kind can end with an activation without harm to what comes after.
  fileprivate var takesActivation: Bool {
    switch self {
    case .dense, .convolution, .depthwiseConvolution, .batchNormalization, .add: true
    default: false
    }
  }
}
