import OctetTraining

extension ONNXImport {
  /// Weights `filters x channels per group x height x width` become `height x width x channels x filters`.
  mutating func addConvolution(_ node: ONNXGraph.Node) throws(ImportError) {
    let value = try value(node, 0)
    try requireImage(node, value)
    guard let tensor = constant(node, 1), tensor.shape.count == 4, case .floats(let weights) = tensor.values
    else {
      throw failure(
        node, "needs constant weights of four axes; only convolutions over height and width are known")
    }
    let input = shapes[value.index]
    let (filters, perGroup, height, width) = (
      tensor.shape[0], tensor.shape[1], tensor.shape[2], tensor.shape[3]
    )
    let groups = Int(clamping: integer(node, "group", 1))
    guard filters > 0, perGroup > 0, height > 0, width > 0, groups > 0, filters % groups == 0,
      perGroup * groups == input.channels
    else {
      throw failure(
        node,
        "has weights \(tensor.shape) in \(groups) groups, which do not fit an input of \(input.channels) channels"
      )
    }
    let window = try window(node, height: height, width: width, input: input)
    var bias: [Float]?
    if node.inputs.count > 2, !node.inputs[2].isEmpty { bias = try floats(node, 2, shape: [filters], "bias") }
    func weight(_ filter: Int, _ channel: Int, _ row: Int, _ column: Int) -> Float {
      weights[((filter * perGroup + channel) * height + row) * width + column]
    }
    let isDepthwise = perGroup == 1 && groups == input.channels && groups > 1
    let depth = isDepthwise ? 1 : input.channels
    let filtersPerGroup = filters / groups
    // Groups take more room here than in the file. All of these are at most 2^26, and window sizes at most 256.
    guard !isDepthwise || filtersPerGroup <= 64,
      height * width * filters <= NetworkDescription.largestParameterCount / depth
    else { throw failure(node, "has too many weights: \(filters) filters for \(input.channels) channels") }
    var ordered: [Float] = []
    ordered.reserveCapacity(height * width * depth * filters)
    for row in 0..<height {
      for column in 0..<width {
        for channel in 0..<depth {
          for filter in 0..<filters {
            let group = filter / filtersPerGroup
            // Groups that do not see a channel have zeros for it.
            let own = isDepthwise ? 0 : channel - group * perGroup
            ordered.append((0..<perGroup).contains(own) ? weight(filter, own, row, column) : 0)
          }
        }
      }
    }
    let shape =
      isDepthwise ? [height, width, input.channels, filtersPerGroup] : [height, width, depth, filters]
    var layer = Layer(
      kind: isDepthwise
        ? .depthwiseConvolution(
          DepthwiseConvolution(window: window, multiplier: filtersPerGroup, hasBias: bias != nil))
        : .convolution(Convolution(filters: filters, window: window, hasBias: bias != nil)),
      inputs: [value.index])
    layer.parameters = [("weight", shape, ordered)]
    if let bias { layer.parameters.append(("bias", [filters], bias)) }
    try append(layer, node, axes: value.axes)
  }

  mutating func addGemm(_ node: ONNXGraph.Node) throws(ImportError) {
    guard float(node, "alpha", 1) == 1, float(node, "beta", 1) == 1, integer(node, "transA", 0) == 0 else {
      throw failure(node, "has alpha, beta or transA other than 1, 1 and 0")
    }
    try addDense(
      node, isTransposed: integer(node, "transB", 0) != 0,
      hasBias: node.inputs.count > 2 && !node.inputs[2].isEmpty)
  }

  mutating func addMatrixProduct(_ node: ONNXGraph.Node) throws(ImportError) {
    try addDense(node, isTransposed: false, hasBias: false)
  }

  private mutating func addDense(_ node: ONNXGraph.Node, isTransposed: Bool, hasBias: Bool)
    throws(ImportError)
  {
    var value = try value(node, 0)
    if !shapes[value.index].isFlat {
      // Keras leaves out the flattening of an image that is flat in all but name.
      guard value.axes.count == 2 else { throw failure(node, "multiplies an image; flatten it first") }
      try append(Layer(kind: .flatten(Flatten()), inputs: [value.index]), node, axes: [.batch, .channel])
      value.index = layers.count
    }
    let count = shapes[value.index].channels
    guard let tensor = constant(node, 1), tensor.shape.count == 2, case .floats(let weights) = tensor.values,
      tensor.shape[isTransposed ? 1 : 0] == count
    else {
      throw failure(
        node, "needs a constant matrix for \(count) inputs, and has \(constant(node, 1)?.shape ?? [])")
    }
    let units = tensor.shape[isTransposed ? 0 : 1]
    let rows = rowOrder(value, count)
    var ordered: [Float] = []
    ordered.reserveCapacity(weights.count)
    for row in rows {
      for unit in 0..<units {
        ordered.append(isTransposed ? weights[unit * count + row] : weights[row * units + unit])
      }
    }
    var layer = Layer(kind: .dense(Dense(units: units, hasBias: hasBias)), inputs: [value.index])
    layer.parameters = [("weight", [count, units], ordered)]
    if hasBias { layer.parameters.append(("bias", [units], try floats(node, 2, shape: [units], "bias"))) }
    try append(layer, node, axes: [.batch, .channel])
  }

  /// For each value in Octet's order, its place in the order in which the graph flattened it.
  private func rowOrder(_ value: Value, _ count: Int) -> [Int] {
    guard let order = value.flattened, let shape = flattenedShape(value.index) else {
      return Array(0..<count)
    }
    var rows: [Int] = []
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        for channel in 0..<shape.channels {
          var place = 0
          for axis in order {
            let index =
              switch axis {
              case .batch: 0
              case .height: row
              case .width: column
              case .channel: channel
              }
            place = place * size(of: axis, shape) + index
          }
          rows.append(place)
        }
      }
    }
    return rows
  }

  /// The image that was flattened to a value, through activations and the like.
  private func flattenedShape(_ index: Int) -> ImageShape? {
    var index = index
    while index > 0 {
      if let shape = flattenedShapes[index] { return shape }
      guard case .activation = layers[index - 1].kind else { return nil }
      index = layers[index - 1].inputs[0]
    }
    return nil
  }

  /// A bias added to a product or convolution, or the sum of two values.
  mutating func addSum(_ node: ONNXGraph.Node) throws(ImportError) {
    for (place, other) in [(0, 1), (1, 0)] {
      guard let tensor = constant(node, other), case .floats(let bias) = tensor.values else { continue }
      let value = try value(node, place)
      if let maker = soleMaker(node.inputs[place], value), bias.count == shapes[value.index].channels,
        tensor.shape.filter({ $0 != 1 }).count <= 1, layers[maker].takeBias(bias)
      {
        if let output = node.outputs.first { values[output] = value }
        return
      }
      try addAffine(node)
      return
    }
    let (left, right) = (try value(node, 0), try value(node, 1))
    guard shapes[left.index] == shapes[right.index], left.axes == right.axes else {
      throw failure(node, "adds \(shapes[left.index]) and \(shapes[right.index]): both must have one shape")
    }
    try append(Layer(kind: .add(Add()), inputs: [left.index, right.index]), node, axes: left.axes)
  }

  mutating func addNormalization(_ node: ONNXGraph.Node) throws(ImportError) {
    let value = try value(node, 0)
    let channels = shapes[value.index].channels
    guard value.flattened == nil else {
      throw failure(node, "normalizes a flattened image; put it before the flattening")
    }
    let epsilon = float(node, "epsilon", 1e-5)
    guard (1e-12...1).contains(epsilon) else {
      throw failure(node, "has epsilon \(epsilon); 1e-12 to 1 is known")
    }
    var layer = Layer(
      kind: .batchNormalization(BatchNormalization(momentum: 0.99, epsilon: epsilon)), inputs: [value.index])
    for (place, name) in ["scale", "offset", "mean", "variance"].enumerated() {
      layer.parameters.append((name, [channels], try floats(node, place + 1, shape: [channels], name)))
    }
    try append(layer, node, axes: value.axes)
  }

  mutating func addPooling(_ node: ONNXGraph.Node) throws(ImportError) {
    let value = try value(node, 0)
    try requireImage(node, value)
    guard case .integers(let size) = node.attributes["kernel_shape"], size.count == 2,
      size.allSatisfy({ (1...256).contains($0) })
    else { throw failure(node, "needs a kernel_shape of two numbers, 1 to 256") }
    guard integer(node, "ceil_mode", 0) == 0 else { throw failure(node, "has ceil_mode 1; only 0 is known") }
    let window = try window(node, height: Int(size[0]), width: Int(size[1]), input: shapes[value.index])
    let isAverage = node.type == "AveragePool"
    if isAverage, integer(node, "count_include_pad", 0) != 0, window.padding != .valid {
      throw failure(node, "counts its border as zeros (count_include_pad 1); only 0 is known")
    }
    try append(
      Layer(
        kind: isAverage
          ? .averagePooling(AveragePooling(window: window)) : .maxPooling(MaxPooling(window: window)),
        inputs: [value.index]),
      node, axes: value.axes)
  }

  private func requireImage(_ node: ONNXGraph.Node, _ value: Value) throws(ImportError) {
    guard value.axes == [.batch, .channel, .height, .width] else {
      throw failure(node, "reads a value that is no image with channels first")
    }
  }

  /// Strides, pads and dilations.
  private func window(
    _ node: ONNXGraph.Node, height: Int, width: Int, input: ImageShape
  ) throws(ImportError) -> Window {
    var strides: [Int64] = [1, 1]
    var pads: [Int64] = [0, 0, 0, 0]
    if case .integers(let given) = node.attributes["strides"] { strides = given }
    if case .integers(let given) = node.attributes["pads"] { pads = given }
    if case .integers(let given) = node.attributes["dilations"], given.contains(where: { $0 != 1 }) {
      throw failure(node, "has dilations \(given); only 1 is known")
    }
    guard strides.count == 2, strides.allSatisfy({ (1...256).contains($0) }), pads.count == 4,
      pads.allSatisfy({ (0...255).contains($0) }), (1...256).contains(height), (1...256).contains(width)
    else {
      throw failure(node, "has a window, strides \(strides) or pads \(pads) outside what is known (1 to 256)")
    }
    var padding =
      pads.allSatisfy({ $0 == 0 })
      ? Window.Padding.valid
      : .border(top: Int(pads[0]), left: Int(pads[1]), bottom: Int(pads[2]), right: Int(pads[3]))
    if case .text(let mode) = node.attributes["auto_pad"] {
      switch mode {
      case "NOTSET": break
      case "VALID": padding = .valid
      case "SAME_UPPER": padding = .same
      default: throw failure(node, "has auto_pad \(mode.quoted); NOTSET, VALID and SAME_UPPER are known")
      }
    }
    return Window(
      height: height, width: width, strideHeight: Int(strides[0]), strideWidth: Int(strides[1]),
      padding: padding)
  }

  private func integer(_ node: ONNXGraph.Node, _ name: String, _ usual: Int64) -> Int64 {
    if case .integer(let value) = node.attributes[name] { return value }
    return usual
  }

  private func float(_ node: ONNXGraph.Node, _ name: String, _ usual: Float) -> Float {
    if case .float(let value) = node.attributes[name] { return value }
    return usual
  }
}

extension ONNXImport.Layer {
  /// Takes a bias in, if the kind has one and has none yet.
  fileprivate mutating func takeBias(_ bias: [Float]) -> Bool {
    switch kind {
    case .dense(let dense) where !dense.hasBias:
      kind = .dense(Dense(units: dense.units, hasBias: true))
    case .convolution(let convolution) where !convolution.hasBias:
      kind = .convolution(
        Convolution(filters: convolution.filters, window: convolution.window, hasBias: true))
    case .depthwiseConvolution(let convolution) where !convolution.hasBias:
      kind = .depthwiseConvolution(
        DepthwiseConvolution(window: convolution.window, multiplier: convolution.multiplier, hasBias: true))
    default: return false
    }
    parameters.append(("bias", [bias.count], bias))
    return true
  }
}
