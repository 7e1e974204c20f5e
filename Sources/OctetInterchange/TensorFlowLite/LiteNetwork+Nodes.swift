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

  private func image(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) -> ImageShape {
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

  private func integers(_ node: LiteGraph.Node, _ index: Int) throws(FlatBufferTable.Failure) -> [Int] {
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

  private func function(_ number: Int) throws(FlatBufferTable.Failure) -> Function {
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
  private mutating func rename(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
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

  // MARK: what leaves no layer

  /// Shapes that are worked out as the model runs: every tensor has its shape in the file.
  private func passShapes(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let element = graph.tensors[node.outputs[0]].element
    guard element == .int32 || element == .int64 else { throw misfit("is known for shapes only") }
  }

  private mutating func reshape(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let value = try value(node)
    guard borders[node.inputs[0]] == nil else { throw misfit("follows a PAD; only convolutions can") }
    let wanted = Array(graph.tensors[node.outputs[0]].shape.dropFirst())
    var shape = shape(value)
    guard (0...3).contains(wanted.count), wanted.allSatisfy({ (1...(1 << 24)).contains($0) }),
      wanted.reduce(1, { $0 &* $1 }) == shape.count
    else { throw misfit("reshapes \(shape) to \(wanted)") }
    let sizes = [shape.height, shape.width, shape.channels]
    if value == 0, layers.isEmpty, wanted.count == 3, wanted != sizes, wanted.allSatisfy({ $0 <= 4096 }) {
      // A flat input that is made an image: the model takes images, then.
      shape = ImageShape(height: wanted[0], width: wanted[1], channels: wanted[2])
      input = shape
    } else if wanted.count > 1, wanted.filter({ $0 != 1 }) != sizes.filter({ $0 != 1 }) {
      throw misfit("reshapes \(shape) to \(wanted); only flattening is known")
    }
    values[node.outputs[0]] = value
  }

  /// QUANTIZE and DEQUANTIZE at the edges, of constants, and between layers.
  private mutating func convert(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    guard let source = node.inputs.first else { throw misfit("has no input") }
    let output = node.outputs[0]
    if let constant = constant(source) {
      aliases[output] = constant
      return
    }
    let value = try value(node)
    if value == 0, layers.isEmpty {
      inputTensor = output
      try rename(node)
    } else if node.operation == .dequantize || graph.tensors[output].element != .int8 || head.isThere {
      try rename(node)
    } else {
      try append(.function(.none), node)
    }
  }

  /// Zeros around an image, for the convolution that reads it.
  private mutating func pad(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    _ = try image(node)
    let counts = try integers(node, 1)
    guard counts.count == 8, counts.allSatisfy({ (0...255).contains($0) }), counts[0] == 0, counts[1] == 0,
      counts[6] == 0, counts[7] == 0, borders[node.inputs[0]] == nil
    else { throw misfit("pads by \(counts); only rows and columns, up to 255 of them, are known") }
    borders[node.outputs[0]] = .border(top: counts[2], left: counts[4], bottom: counts[3], right: counts[5])
    try rename(node)
  }

  // MARK: layers

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

  private mutating func addConvolution(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
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

  private mutating func addDepthwise(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
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

  private mutating func addDense(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
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

  private mutating func addPooling(_ node: LiteGraph.Node, isMaximum: Bool) throws(FlatBufferTable.Failure) {
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

  private mutating func addMean(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    _ = try image(node)
    let axes = try integers(node, 1)
    guard Set(axes.map { $0 < 0 ? $0 &+ 4 : $0 }) == [1, 2] else {
      throw misfit("takes the mean over axes \(axes); only the mean over height and width is known")
    }
    try append(.globalAveragePooling, node, specification: GlobalAveragePooling())
  }

  private mutating func addSum(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
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

  private mutating func addProduct(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
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

extension LiteNetwork.Kind {
  /// Whether zeros around its input can be its own border.
  fileprivate var readsBorder: Bool {
    switch self {
    case .convolution, .depthwiseConvolution: true
    default: false
    }
  }
}

extension LiteNetwork.Head {
  /// Whether probabilities are made at the end.
  fileprivate var isThere: Bool {
    if case .linear = self { return false }
    return true
  }
}
