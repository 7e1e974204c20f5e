import OctetTraining

/// The nodes that become layers.
extension LiteNetwork {
  /// Stride, padding and dilation, from the fields of the node's options.
  private func window(
    _ node: LiteGraph.Node, height: Int, width: Int, dilations: (width: Int, height: Int)?
  ) throws(FlatBufferTable.Failure) -> Window {
    guard let options = node.options else { throw misfit("has no options") }
    let (strideWidth, strideHeight) = (try options.integer(1), try options.integer(2))
    if let dilations {
      let found = (
        try options.integer(dilations.width, otherwise: 1),
        try options.integer(dilations.height, otherwise: 1)
      )
      guard found == (1, 1) else { throw misfit("has dilation \(found.1)x\(found.0); only 1 is known") }
    }
    guard [height, width, strideHeight, strideWidth].allSatisfy({ (1...255).contains($0) }) else {
      throw misfit(
        "has window \(height)x\(width) and stride \(strideHeight)x\(strideWidth); 1 to 255 are known")
    }
    let mode = try options.byte(0)
    guard mode == 0 || mode == 1 else { throw misfit("has padding \(mode); SAME and VALID are known") }
    var padding = mode == 0 ? Window.Padding.same : .valid
    if let border = borders[node.inputs[0]] {
      guard padding == .valid else { throw misfit("has SAME padding after a PAD") }
      padding = border
    }
    return Window(
      height: height, width: width, strideHeight: strideHeight, strideWidth: strideWidth, padding: padding)
  }

  private func weights(_ node: LiteGraph.Node, rank: Int) throws(FlatBufferTable.Failure) -> Int {
    guard node.inputs.count > 1, let tensor = constant(node.inputs[1]) else {
      throw misfit("needs constant weights")
    }
    let shape = graph.tensors[tensor].shape
    guard shape.count == rank, shape.allSatisfy({ (1...65_535).contains($0) }) else {
      throw misfit("has weights of shape \(shape)")
    }
    return tensor
  }

  private func bias(_ node: LiteGraph.Node, count: Int) throws(FlatBufferTable.Failure) -> Int? {
    guard node.inputs.count > 2, node.inputs[2] >= 0 else { return nil }
    guard let tensor = constant(node.inputs[2]), graph.tensors[tensor].shape.reduce(1, { $0 &* $1 }) == count
    else {
      throw misfit("needs a constant bias of \(count) values")
    }
    return tensor
  }

  mutating func addConvolution(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let image = try image(node)
    let weights = try weights(node, rank: 4)
    let shape = graph.tensors[weights].shape
    guard shape[3] == image.channels else {
      throw misfit("has weights \(shape) for \(image.channels) channels; groups are not known")
    }
    let bias = try bias(node, count: shape[0])
    let convolution = Convolution(
      filters: shape[0], window: try window(node, height: shape[1], width: shape[2], dilations: (4, 5)),
      hasBias: bias != nil)
    try append(
      .convolution(convolution), node, specification: convolution,
      function: try function(node.options?.byte(3) ?? 0), weights: weights, bias: bias)
  }

  mutating func addDepthwise(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let image = try image(node)
    let weights = try weights(node, rank: 4)
    let shape = graph.tensors[weights].shape
    guard shape[0] == 1, shape[3] % image.channels == 0, shape[3] / image.channels <= 64 else {
      throw misfit("has weights \(shape) for \(image.channels) channels")
    }
    let bias = try bias(node, count: shape[3])
    let depthwise = DepthwiseConvolution(
      window: try window(node, height: shape[1], width: shape[2], dilations: (5, 6)),
      multiplier: shape[3] / image.channels, hasBias: bias != nil)
    try append(
      .depthwiseConvolution(depthwise), node, specification: depthwise,
      function: try function(node.options?.byte(4) ?? 0), weights: weights, bias: bias)
  }

  mutating func addDense(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let from = shape(try value(node))
    let weights = try weights(node, rank: 2)
    let shape = graph.tensors[weights].shape
    guard shape[1] == from.count else { throw misfit("has weights \(shape) for \(from.count) inputs") }
    guard try node.options?.byte(1) ?? 0 == 0 else {
      throw misfit("has weights in another order than the usual one")
    }
    try append(
      .dense(units: shape[0]), node, function: try function(node.options?.byte(0) ?? 0), weights: weights,
      bias: try bias(node, count: shape[0]), shape: ImageShape(flat: shape[0]))
  }

  mutating func addPooling(_ node: LiteGraph.Node, isMaximum: Bool) throws(FlatBufferTable.Failure) {
    _ = try image(node)
    guard let options = node.options else { throw misfit("has no options") }
    let window = try window(node, height: options.integer(4), width: options.integer(3), dilations: nil)
    let function = try function(options.byte(5))
    if isMaximum {
      let pooling = MaxPooling(window: window)
      try append(.maximumPooling(pooling), node, specification: pooling, function: function)
    } else {
      let pooling = AveragePooling(window: window)
      try append(.averagePooling(pooling), node, specification: pooling, function: function)
    }
  }

  mutating func addMean(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    _ = try image(node)
    let axes = try integers(node, 1)
    guard Set(axes.map { $0 < 0 ? $0 &+ 4 : $0 }) == [1, 2] else {
      throw misfit("takes the mean over axes \(axes); only the mean over height and width is known")
    }
    try append(.globalAveragePooling, node, specification: GlobalAveragePooling())
  }

  mutating func addSum(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let function = try function(node.options?.byte(0) ?? 0)
    if let constant = try factor(node) {
      try append(.shift, node, function: function, weights: constant)
      return
    }
    let (left, right) = (try value(node), try value(node, 1))
    guard shape(left) == shape(right) else {
      throw misfit("adds \(shape(left)) and \(shape(right)): both must have one shape")
    }
    try append(.add, node, inputs: [left, right], function: function)
  }

  mutating func addProduct(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    guard let constant = try factor(node) else { throw misfit("multiplies two values; one must be constant") }
    try append(.multiply, node, function: try function(node.options?.byte(0) ?? 0), weights: constant)
  }

  /// The constant that a sum or product has beside its value: one number, or one for each channel.
  private func factor(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) -> Int? {
    guard node.inputs.count == 2, let constant = constant(node.inputs[1]) else { return nil }
    let sizes = graph.tensors[constant].shape
    let channels = shape(try value(node)).channels
    let isPerChannel = sizes.last == channels && sizes.dropLast().allSatisfy { $0 == 1 }
    guard isPerChannel || sizes.allSatisfy({ $0 == 1 }) else {
      throw misfit(
        "has a constant of shape \(sizes); one number, or one for each of \(channels) channels is known")
    }
    return constant
  }
}
