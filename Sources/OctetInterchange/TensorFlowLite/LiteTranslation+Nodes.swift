import OctetNetwork

extension LiteTranslation {
  mutating func add(_ node: LiteGraph.Node) throws(GraphFailure) {
    guard let operation = node.operation else {
      throw GraphFailure("is of an operator that is not supported. \(LiteOperator.known)")
    }
    switch operation {
    case .shape, .stridedSlice, .pack:
      // Shapes that are worked out as the model runs: every tensor has its shape in the file.
      let element = file.tensors[node.outputs[0]].element
      guard element == .int32 || element == .int64 else { throw GraphFailure("is supported for shapes only") }
    case .reshape, .squeeze, .expandDims:
      let view = try viewOfAnyForm(node)
      try give(node, reshaped(view, file.tensors[node.outputs[0]].shape), isLayer: false)
    case .transpose: try transpose(node)
    case .quantize, .dequantize: try convert(node)
    case .pad: try pad(node)
    case .conv2D: try addConvolution(node)
    case .depthwiseConv2D: try addDepthwise(node)
    case .fullyConnected: try addDense(node)
    case .maxPool2D, .averagePool2D: try addPooling(node, isMaximum: operation == .maxPool2D)
    case .mean: try addMean(node)
    case .add, .sub, .mul: try addArithmetic(node, operation)
    case .relu: try addFunction(node, .relu)
    case .reluN1To1: try addFunction(node, .reluN1To1)
    case .relu6: try addFunction(node, .relu6)
    case .tanh: try addFunction(node, .tanh)
    case .logistic:
      try addFunction(node, .sigmoid)
      markHead(node)
    case .softmax:
      let view = try view(node)
      let beta = try beta(node)
      guard beta == 1 else { throw GraphFailure("has beta \(beta); only 1 is supported") }
      guard !view.axes.isEmpty else { throw GraphFailure("reads an array without an axis") }
      let made = try builder.softmax(over: [view.axes.count - 1], isLogarithm: false, view, title(node))
      try give(node, made)
      markHead(node)
    }
  }

  // MARK: settings

  /// A function that is fused to an operator.
  private func function(_ node: LiteGraph.Node, _ field: Int) throws(GraphFailure) -> Graph.Function {
    switch try option(node, field, isByte: true) {
    case 0: return .identity
    case 1: return .relu
    case 2: return .reluN1To1
    case 3: return .relu6
    case 4: return .tanh
    case let other:
      throw GraphFailure(
        "has fused activation \(other); none, RELU, RELU_N1_TO_1, RELU6 and TANH (0 to 4) are supported")
    }
  }

  /// Stride, padding and dilation, from the fields of the node's options.
  private func window(
    _ node: LiteGraph.Node, height: Int, width: Int, dilations: (width: Int, height: Int)?
  ) throws(GraphFailure) -> Window {
    guard node.options != nil else { throw GraphFailure("has no options") }
    let (strideWidth, strideHeight) = (try option(node, 1), try option(node, 2))
    if let dilations {
      let across = try option(node, dilations.width, otherwise: 1)
      let down = try option(node, dilations.height, otherwise: 1)
      guard across == 1 || width == 1, down == 1 || height == 1 else {
        throw GraphFailure("has dilation \(down)x\(across); only 1 is supported")
      }
    }
    guard [height, width, strideHeight, strideWidth].allSatisfy({ (1...255).contains($0) }) else {
      throw GraphFailure(
        "has window \(height)x\(width) and stride \(strideHeight)x\(strideWidth); 1 to 255 are supported")
    }
    let mode = try option(node, 0, isByte: true)
    guard mode == 0 || mode == 1 else {
      throw GraphFailure("has padding \(mode); SAME and VALID (0, 1) are supported")
    }
    return Window(
      height: height, width: width, strideHeight: strideHeight, strideWidth: strideWidth,
      padding: mode == 0 ? .same : .valid)
  }

  // MARK: weights

  private func weights(_ node: LiteGraph.Node, rank: Int) throws(GraphFailure) -> (tensor: Int, shape: [Int])
  {
    guard let tensor = constant(node, 1) else { throw GraphFailure("needs constant weights") }
    let shape = file.tensors[tensor].shape
    guard shape.count == rank, shape.allSatisfy({ (1...65_535).contains($0) }) else {
      throw GraphFailure("has weights of shape \(shape)")
    }
    return (tensor, shape)
  }

  /// `outputs x places` becomes `places x outputs`.
  private func outputsLast(_ tensor: Int, outputs: Int) throws(GraphFailure) -> [Float] {
    let numbers = try numbers(tensor)
    let places = numbers.count / outputs
    var ordered: [Float] = []
    ordered.reserveCapacity(numbers.count)
    for place in 0..<places {
      for output in 0..<outputs { ordered.append(Float(numbers[output * places + place])) }
    }
    return ordered
  }

  private func bias(_ node: LiteGraph.Node, count: Int) throws(GraphFailure) -> [Double]? {
    guard node.inputs.count > 2, node.inputs[2] >= 0 else { return nil }
    guard let tensor = constant(node, 2) else { throw GraphFailure("needs a constant bias") }
    // Of 64 bits where weights are of 16; sums of those do not fit anyway.
    if isInteger, let wide = try wideInteger(tensor) {
      throw GraphFailure("has the bias \(wide), which does not fit 32 bits")
    }
    let numbers = try numbers(tensor)
    guard numbers.count == count else {
      throw GraphFailure("has a bias of \(numbers.count) numbers for \(count) outputs")
    }
    return numbers
  }

  private mutating func addConvolution(_ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try view(node)
    let (tensor, shape) = try weights(node, rank: 4)
    let channels = try builder.image(view, .channelsLast).channels
    guard channels % shape[3] == 0 else {
      throw GraphFailure("has weights \(shape) for \(channels) channels")
    }
    let window = try window(node, height: shape[1], width: shape[2], dilations: (4, 5))
    let made = try builder.convolution(
      view, .channelsLast, window, filters: shape[0], groups: channels / shape[3],
      weights: outputsLast(tensor, outputs: shape[0]), bias: bias(node, count: shape[0]), title(node))
    try give(node, made, function: function(node, 3), weights: tensor)
  }

  private mutating func addDepthwise(_ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try view(node)
    let (tensor, shape) = try weights(node, rank: 4)
    let channels = try builder.image(view, .channelsLast).channels
    guard shape[0] == 1, shape[3] % channels == 0, shape[3] / channels <= 64 else {
      throw GraphFailure("has weights \(shape) for \(channels) channels")
    }
    let window = try window(node, height: shape[1], width: shape[2], dilations: (5, 6))
    let weights = try numbers(tensor).map { Float($0) }
    let bias = try bias(node, count: shape[3])
    let made = try builder.window(
      .depthwiseConvolution(
        DepthwiseConvolution(window: window, multiplier: shape[3] / channels, hasBias: bias != nil)),
      view, .channelsLast, title(node), weights: weights, bias: bias)
    try give(node, made, function: function(node, 4), weights: tensor)
  }

  /// All of an item at once, or along its last axis.
  private mutating func addDense(_ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try viewOfAnyForm(node)
    let (tensor, shape) = try weights(node, rank: 2)
    guard try option(node, 1, isByte: true) == 0 else {
      throw GraphFailure("has weights in another order than the usual one")
    }
    let input = view.count == shape[1] ? try builder.reshaped(view, [builder.batch, shape[1]]) : view
    guard let last = input.axes.last, last.size == shape[1] else {
      throw GraphFailure("has weights \(shape) for \(view.count) inputs")
    }
    var made = try builder.product(
      input, axis: input.axes.count - 1, matrix: outputsLast(tensor, outputs: shape[0]), units: shape[0],
      bias: bias(node, count: shape[0]), title(node))
    made.hasBatch = input.hasBatch
    let declared = file.tensors[node.outputs[0]].shape
    try give(node, reshaped(made, declared), function: function(node, 0), weights: tensor)
  }

  // MARK: the rest

  private mutating func addFunction(_ node: LiteGraph.Node, _ function: Graph.Function) throws(GraphFailure) {
    let view = try viewOfAnyForm(node)
    var made = try builder.function(function, view, title(node))
    made.hasBatch = view.hasBatch
    try give(node, made)
  }

  private mutating func addPooling(_ node: LiteGraph.Node, isMaximum: Bool) throws(GraphFailure) {
    let view = try view(node)
    let window = try window(node, height: option(node, 4), width: option(node, 3), dilations: nil)
    let made = try builder.window(
      isMaximum ? .maxPooling(MaxPooling(window: window)) : .averagePooling(AveragePooling(window: window)),
      view, .channelsLast, title(node))
    try give(node, made, function: function(node, 5))
  }

  private mutating func addMean(_ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try view(node)
    let rank = view.axes.count + 1
    let places = try ArrayShapes.places(try integers(node, 1), rank: rank)
    guard !places.contains(0) else { throw GraphFailure("takes the mean over the batch") }
    let keepsAxes = try option(node, 0, isByte: true) != 0
    let made = try builder.mean(over: Set(places.map { $0 - 1 }), keepsAxes: keepsAxes, view, title(node))
    try give(node, made, isLayer: made.value != view.value)
  }

  private mutating func addArithmetic(_ node: LiteGraph.Node, _ operation: LiteOperator) throws(GraphFailure)
  {
    guard node.inputs.count == 2 else {
      throw GraphFailure("has \(node.inputs.count) inputs; two are needed")
    }
    let function = try function(node, 0)
    guard let place = [1, 0].first(where: { constant(node, $0) != nil }), let tensor = constant(node, place)
    else {
      guard operation == .add else { throw GraphFailure("combines two values; only ADD can") }
      let (left, right) = (try viewOfAnyForm(node), try viewOfAnyForm(node, 1))
      // Of a batch of one, 1 x N and N are stretched to each other.
      guard left.hasBatch == right.hasBatch || left.sizes == right.sizes else {
        throw GraphFailure("adds an array with the batch and one without")
      }
      var made = try builder.sum(left, right, isInteger: isInteger, title(node))
      made.hasBatch = left.hasBatch || right.hasBatch
      return try give(node, made, function: function)
    }
    guard !isInteger else {
      throw GraphFailure("has a constant, which is supported in float files only")
    }
    let view = try viewOfAnyForm(node, 1 - place)
    let numbers = GraphBuilder.Constant(shape: file.tensors[tensor].shape, values: try numbers(tensor))
    let negated = GraphBuilder.Constant(shape: numbers.shape, values: numbers.values.map { -$0 })
    let (one, zero) = (GraphBuilder.Constant(1), GraphBuilder.Constant(0))
    var made: ArrayView
    switch operation {
    case .mul: made = try builder.affine(view, factors: numbers, summands: zero, title(node))
    case .sub where place == 1: made = try builder.affine(view, factors: one, summands: negated, title(node))
    case .sub:
      made = try builder.affine(view, factors: GraphBuilder.Constant(-1), summands: numbers, title(node))
    default: made = try builder.affine(view, factors: one, summands: numbers, title(node))
    }
    made.hasBatch = view.hasBatch
    try give(node, made, function: function)
  }

  private mutating func transpose(_ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try view(node)
    let order = try integers(node, 1)
    guard order.sorted() == Array(0...view.axes.count), order[0] == 0 else {
      throw GraphFailure("puts the axes into the order \(order); the batch must stay first")
    }
    let made = ArrayView(value: view.value, axes: order.dropFirst().map { view.axes[$0 - 1] })
    try give(node, made, isLayer: false)
  }

  /// Zeros around an image; in a network of integers the integer that stands for 0.
  private mutating func pad(_ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try view(node)
    let counts = try integers(node, 1)
    guard counts.count == 8, counts.allSatisfy({ (0...255).contains($0) }), counts[0] == 0, counts[1] == 0,
      counts[6] == 0, counts[7] == 0
    else {
      throw GraphFailure("pads by \(counts); rows and columns of an image, up to 255 of them, are supported")
    }
    let border = Graph.Border(top: counts[2], left: counts[4], bottom: counts[3], right: counts[5])
    let made = try builder.padding(border, view, .channelsLast, title(node))
    if isInteger, let source = node.inputs.first { try checkSameIntegers(source, node.outputs[0]) }
    try give(node, made, isLayer: made.value != view.value)
  }
}
