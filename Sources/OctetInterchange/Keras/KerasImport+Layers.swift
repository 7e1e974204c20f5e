import OctetTraining

extension KerasImport {
  /// What can be brought in, for error messages.
  private static let kinds = [
    "Activation", "Add", "AveragePooling2D", "BatchNormalization", "Conv2D", "Dense", "DepthwiseConv2D",
    "Dropout",
    "Flatten", "GlobalAveragePooling2D", "InputLayer", "MaxPooling2D", "ReLU", "Rescaling", "Reshape",
    "Softmax",
    "SpatialDropout2D", "ZeroPadding2D",
  ]

  mutating func add(_ layer: KerasLayer) throws(OffsetFailure) {
    let activation = try activation(layer)
    if layer.kind != "Conv2D", layer.kind != "DepthwiseConv2D",
      layer.sources.contains(where: { borders[$0] != nil })
    {
      throw failure("\(layer.title) follows a ZeroPadding2D; only convolutions can")
    }
    guard layer.inputs.count == 1 || layer.kind == "Add" else {
      throw failure("\(layer.title) reads \(layer.inputs.count) values; one is known")
    }
    switch layer.kind {
    case "Dense": try addDense(layer, activation)
    case "Conv2D": try addConvolution(layer, activation)
    case "DepthwiseConv2D": try addDepthwise(layer, activation)
    case "MaxPooling2D":
      try append(.maxPooling(MaxPooling(window: window(layer, "pool_size"))), layer)
    case "AveragePooling2D":
      try append(.averagePooling(AveragePooling(window: window(layer, "pool_size"))), layer)
    case "GlobalAveragePooling2D": try append(.globalAveragePooling(GlobalAveragePooling()), layer)
    case "BatchNormalization": try addNormalization(layer)
    case "Flatten":
      if shape(layer).isFlat {
        values[layer.name] = layer.inputs[0]
      } else {
        try append(.flatten(Flatten()), layer)
      }
    case "Dropout", "SpatialDropout2D": values[layer.name] = layer.inputs[0]
    case "Add":
      guard layer.inputs.count == 2, shapes[layer.inputs[0]] == shapes[layer.inputs[1]] else {
        throw failure("\(layer.title) adds \(layer.inputs.count) values; two of one shape are known")
      }
      try append(.add(Add()), layer)
    case "Activation": try addActivation(layer, activation)
    case "ReLU":
      guard layer.configuration["max_value"] == nil, layer.configuration.float("negative_slope") ?? 0 == 0,
        layer.configuration.float("threshold") ?? 0 == 0
      else { throw failure("\(layer.title) has a slope or a limit; only the plain one is known") }
      try addActivation(layer, .relu)
    case "Softmax": try addActivation(layer, .softmax)
    case "Rescaling": try addRescaling(layer)
    case "Reshape": try reshape(layer)
    case "ZeroPadding2D": try addBorder(layer)
    default:
      throw failure(
        "\(layer.title) cannot be brought in. Known: \(Self.kinds.joined(separator: ", ")). \(Self.advice(path))"
      )
    }
  }

  private func shape(_ layer: KerasLayer) -> ImageShape { shapes[layer.inputs[0]] }

  private mutating func append(
    _ kind: LayerKind, _ layer: KerasLayer, activation: Activation = .linear,
    parameters: [(name: String, shape: [Int], values: [Float])] = []
  ) throws(OffsetFailure) {
    do throws(ShapeMismatch) {
      let shape = try kind.specification.outputShape(for: shape(layer))
      guard shape.count <= NetworkDescription.largestValueCount else {
        throw ShapeMismatch("its output \(shape) is too large")
      }
      shapes.append(shape)
    } catch {
      throw failure("\(layer.title) does not fit its input \(shape(layer)): \(error.reason)")
    }
    let made = ForeignLayer(kind: kind, activation: activation, inputs: layer.inputs, parameters: parameters)
    madeParameters += made.parameterCount
    guard madeParameters <= NetworkDescription.largestParameterCount else {
      throw failure("\(layer.title) brings it beyond \(NetworkDescription.largestParameterCount) parameters")
    }
    layers.append(made)
    values[layer.name] = layers.count
  }

  // MARK: settings

  private func activation(_ layer: KerasLayer) throws(OffsetFailure) -> Activation {
    guard layer.configuration["activation"] != nil else { return .linear }
    // One of somebody's own is an object.
    let name = layer.configuration.text("activation") ?? "of its own"
    guard let activation = Activation(rawValue: name) else {
      throw failure(
        "\(layer.title) has activation \(name.quoted); known: \(Activation.allCases.map(\.rawValue).joined(separator: ", "))"
      )
    }
    return activation
  }

  private func extent(
    _ layer: KerasLayer, _ name: String, in range: ClosedRange<Int>
  ) throws(OffsetFailure) -> (height: Int, width: Int) {
    var list = (layer.configuration.integers(name) ?? []).compactMap { $0 }
    if let one = layer.configuration.integer(name) { list = [one, one] }
    guard list.count == 2, list.allSatisfy(range.contains) else {
      throw failure(
        "\(layer.title) has no \(name.quoted) of two numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return (list[0], list[1])
  }

  /// - Parameter size: the name of the setting that holds the window's size.
  private func window(_ layer: KerasLayer, _ size: String) throws(OffsetFailure) -> Window {
    let settings = layer.configuration
    guard settings.text("data_format") ?? "channels_last" == "channels_last" else {
      throw failure("\(layer.title) has its channels first; only channels last are known")
    }
    if settings["dilation_rate"] != nil, try extent(layer, "dilation_rate", in: 1...4096) != (1, 1) {
      throw failure("\(layer.title) is dilated, which is not known")
    }
    let window = try extent(layer, size, in: 1...256)
    let stride = settings["strides"] == nil ? window : try extent(layer, "strides", in: 1...256)
    var padding: Window.Padding
    switch settings.text("padding") ?? "valid" {
    case "valid": padding = .valid
    case "same": padding = .same
    case let other: throw failure("\(layer.title) has padding \(other.quoted); valid and same are known")
    }
    if let border = borders[layer.sources[0]] {
      guard padding == .valid else {
        throw failure("\(layer.title) has padding of its own after a ZeroPadding2D")
      }
      padding = border
    }
    return Window(
      height: window.height, width: window.width, strideHeight: stride.height, strideWidth: stride.width,
      padding: padding)
  }

  // MARK: weights

  private func weights(
    _ layer: KerasLayer, _ names: [String], shape: [Int]
  ) throws(OffsetFailure) -> [Float] {
    guard let found = names.lazy.compactMap({ layer.weights[$0] }).first else {
      throw failure("\(layer.title) has no weights \(names[0].quoted) in the file")
    }
    guard found.shape == shape, found.values.count == shape.reduce(1, *) else {
      throw failure("\(layer.title) has weights of shape \(found.shape) where \(shape) is needed")
    }
    return found.values
  }

  /// The bias, if the layer has one.
  private func bias(_ layer: KerasLayer, _ count: Int) throws(OffsetFailure) -> [(
    name: String, shape: [Int], values: [Float]
  )] {
    guard layer.configuration.flag("use_bias", otherwise: true) else { return [] }
    return [("bias", [count], try weights(layer, ["bias", "1"], shape: [count]))]
  }

  private func count(_ layer: KerasLayer, _ name: String, atMost limit: Int) throws(OffsetFailure) -> Int {
    guard let count = layer.configuration.integer(name), (1...limit).contains(count) else {
      throw failure("\(layer.title) has no \(name.quoted) from 1 to \(limit)")
    }
    return count
  }

  private mutating func addDense(_ layer: KerasLayer, _ activation: Activation) throws(OffsetFailure) {
    let units = try count(layer, "units", atMost: 65_536)
    let inputs = shape(layer).count
    guard shape(layer).isFlat else {
      throw failure("\(layer.title) reads \(shape(layer)); put a Flatten before it")
    }
    let bias = try bias(layer, units)
    try append(
      .dense(Dense(units: units, hasBias: !bias.isEmpty)), layer, activation: activation,
      parameters: [
        ("weight", [inputs, units], try weights(layer, ["kernel", "0"], shape: [inputs, units]))
      ] + bias)
  }

  private mutating func addConvolution(_ layer: KerasLayer, _ activation: Activation) throws(OffsetFailure) {
    let filters = try count(layer, "filters", atMost: 65_536)
    guard layer.configuration.integer("groups") ?? 1 == 1 else {
      throw failure("\(layer.title) has groups; one is known")
    }
    let window = try window(layer, "kernel_size")
    let shape = [window.height, window.width, shape(layer).channels, filters]
    let bias = try bias(layer, filters)
    try append(
      .convolution(Convolution(filters: filters, window: window, hasBias: !bias.isEmpty)), layer,
      activation: activation,
      parameters: [("weight", shape, try weights(layer, ["kernel", "0"], shape: shape))] + bias)
  }

  private mutating func addDepthwise(_ layer: KerasLayer, _ activation: Activation) throws(OffsetFailure) {
    let multiplier =
      layer.configuration["depth_multiplier"] == nil ? 1 : try count(layer, "depth_multiplier", atMost: 64)
    let window = try window(layer, "kernel_size")
    let channels = shape(layer).channels
    let shape = [window.height, window.width, channels, multiplier]
    let bias = try bias(layer, channels * multiplier)
    try append(
      .depthwiseConvolution(
        DepthwiseConvolution(window: window, multiplier: multiplier, hasBias: !bias.isEmpty)), layer,
      activation: activation,
      parameters: [("weight", shape, try weights(layer, ["depthwise_kernel", "kernel", "0"], shape: shape))]
        + bias)
  }

  private mutating func addNormalization(_ layer: KerasLayer) throws(OffsetFailure) {
    let channels = shape(layer).channels
    var axis = layer.configuration.integer("axis")
    // Older files have a list.
    if let list = layer.configuration.integers("axis") { axis = list.count == 1 ? list[0] : nil }
    guard axis == -1 || axis == (shape(layer).isFlat ? 1 : 3) || axis == 3 else {
      throw failure("\(layer.title) runs along another axis than the last")
    }
    let epsilon = layer.configuration.float("epsilon") ?? 0.001
    guard (1e-12...1).contains(epsilon) else {
      throw failure("\(layer.title) has epsilon \(epsilon); 1e-12 to 1 is known")
    }
    // What is left out moves the numbers of those after it.
    var number = 0
    func part(_ name: String, isThere: Bool, otherwise usual: Float) throws(OffsetFailure) -> [Float] {
      guard isThere else { return [Float](repeating: usual, count: channels) }
      number += 1
      return try weights(layer, [name, "\(number - 1)"], shape: [channels])
    }
    let scale = try part("gamma", isThere: layer.configuration.flag("scale", otherwise: true), otherwise: 1)
    let offset = try part("beta", isThere: layer.configuration.flag("center", otherwise: true), otherwise: 0)
    let mean = try part("moving_mean", isThere: true, otherwise: 0)
    let variance = try part("moving_variance", isThere: true, otherwise: 1)
    try append(
      .batchNormalization(BatchNormalization(epsilon: epsilon)), layer,
      parameters: [
        ("scale", [channels], scale), ("offset", [channels], offset), ("mean", [channels], mean),
        ("variance", [channels], variance),
      ])
  }

  // MARK: the rest

  private mutating func addActivation(_ layer: KerasLayer, _ activation: Activation) throws(OffsetFailure) {
    try append(.activation(ActivationOnly()), layer, activation: activation)
  }

  private mutating func addRescaling(_ layer: KerasLayer) throws(OffsetFailure) {
    guard let scale = layer.configuration.float("scale"),
      let offset = layer.configuration["offset"] == nil ? 0 : layer.configuration.float("offset"),
      scale.isFinite, offset.isFinite
    else { throw failure("\(layer.title) has no single scale and offset") }
    if layer.inputs == [0] { rescalesInput = true }
    let count = shape(layer).channels
    let affine = ForeignLayer.affine(
      layer.inputs[0], factors: [Float](repeating: scale, count: count),
      summands: [Float](repeating: offset, count: count))
    try append(affine.kind, layer, parameters: affine.parameters)
  }

  /// A flat input that is made a picture, and what is no change.
  private mutating func reshape(_ layer: KerasLayer) throws(OffsetFailure) {
    let shape = shape(layer)
    let wanted = (layer.configuration.integers("target_shape") ?? []).map { $0 ?? -1 }
    let sizes = [shape.height, shape.width, shape.channels]
    if wanted == [shape.count] || wanted == [-1] {
      if shape.isFlat { values[layer.name] = layer.inputs[0] } else { try append(.flatten(Flatten()), layer) }
    } else if wanted == sizes {
      values[layer.name] = layer.inputs[0]
    } else if layers.isEmpty, wanted.count == 3, wanted.allSatisfy({ (1...4096).contains($0) }),
      wanted.reduce(1, *) == shape.count
    {
      let picture = ImageShape(height: wanted[0], width: wanted[1], channels: wanted[2])
      input = picture
      shapes = [picture]
      values[layer.name] = 0
    } else {
      throw failure("\(layer.title) reshapes \(shape) to \(wanted); only flattening is known")
    }
  }

  private mutating func addBorder(_ layer: KerasLayer) throws(OffsetFailure) {
    // One number, two, or two pairs; always written as pairs.
    let pairs = layer.configuration.integerPairs("padding")
    guard pairs.count == 2, pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy { (0...255).contains($0) } })
    else {
      throw failure("\(layer.title) has no padding of two pairs from 0 to 255")
    }
    borders[layer.name] = .border(
      top: pairs[0][0], left: pairs[1][0], bottom: pairs[0][1], right: pairs[1][1])
    values[layer.name] = layer.inputs[0]
  }
}
