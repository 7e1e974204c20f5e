import OctetNetwork
import OctetText

/// One kind of layer after the other, each by its definition in Keras.
extension KerasImport {
  /// What is known, for error messages and documents.
  static let kinds = [
    "Activation", "ActivityRegularization", "Add", "AlphaDropout", "AveragePooling2D", "BatchNormalization",
    "Conv2D",
    "Dense", "DepthwiseConv2D", "Dropout", "Flatten", "GaussianDropout", "GaussianNoise",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D", "InputLayer", "MaxPooling2D", "Permute", "RandomBrightness", "RandomContrast",
    "RandomFlip",
    "RandomRotation", "RandomTranslation", "RandomZoom", "ReLU", "Rescaling", "Reshape", "Softmax",
    "SpatialDropout2D",
    "ZeroPadding2D",
  ]

  /// Gives what the layer makes.
  mutating func add(_ layer: KerasLayer) throws(GraphFailure) -> ArrayView {
    try checkSettings(layer)
    guard layer.inputs.count == 1 || layer.kind == "Add" else {
      throw GraphFailure("reads \(layer.inputs.count) values; one is supported")
    }
    let view = layer.inputs[0]
    switch layer.kind {
    case "Dense": return try addDense(layer, view)
    case "Conv2D": return try addConvolution(layer, view)
    case "DepthwiseConv2D": return try addDepthwise(layer, view)
    case "MaxPooling2D", "AveragePooling2D": return try addPooling(layer, view)
    case "GlobalAveragePooling2D", "GlobalMaxPooling2D": return try addGlobalPooling(layer, view)
    case "BatchNormalization": return try addNormalization(layer, view)
    case "Flatten": return try flatten(layer, view)
    case "Reshape": return try reshape(layer, view)
    case "Permute": return try permute(layer, view)
    case "ZeroPadding2D": return try addBorder(layer, view)
    case "Add":
      guard layer.inputs.count > 1 else {
        throw GraphFailure("adds \(layer.inputs.count) values; two or more are needed")
      }
      var sum = view
      for other in layer.inputs.dropFirst() { sum = try builder.sum(sum, other, layer.title) }
      return sum
    // These do something in training only.
    case "ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise",
      "RandomBrightness",
      "RandomContrast", "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "SpatialDropout2D":
      return view
    case "Activation":
      guard layer.configuration["activation"] != nil else { throw GraphFailure("has no activation") }
      return try activate(layer, view)
    case "ReLU":
      guard layer.configuration["max_value"] == nil, layer.configuration.float("negative_slope") ?? 0 == 0,
        layer.configuration.float("threshold") ?? 0 == 0
      else { throw GraphFailure("has a slope, a limit or a threshold; the plain one is supported") }
      return try builder.function(.relu, view, layer.title)
    case "Softmax": return try addSoftmax(layer, view)
    case "Rescaling": return try addRescaling(layer, view)
    default:
      throw GraphFailure(
        "is of a class that is not supported. Supported: \(Self.kinds.joined(separator: ", "))")
    }
  }

  /// Settings that change what a layer computes and that no kind here knows.
  private func checkSettings(_ layer: KerasLayer) throws(GraphFailure) {
    if layer.configuration.part("dtype")?.text("class_name") == "QuantizedDTypePolicy"
      || layer.configuration["quantization_config"] != nil
    {
      throw GraphFailure("is quantized by Keras; save the model before model.quantize, in floats")
    }
    for name in ["lora_rank", "virtual_batch_size", "noise_shape"] where layer.configuration[name] != nil {
      throw GraphFailure("has \(name), which is not supported")
    }
  }

  // MARK: settings

  /// The activation at the end of a layer, if it has one.
  private mutating func activate(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    guard layer.configuration["activation"] != nil else { return view }
    // A custom one is an object.
    let name = layer.configuration.text("activation") ?? "of its own"
    switch name {
    case "linear": return view
    case "relu": return try builder.function(.relu, view, layer.title)
    case "sigmoid": return try builder.function(.sigmoid, view, layer.title)
    case "tanh": return try builder.function(.tanh, view, layer.title)
    case "softmax", "log_softmax":
      guard !view.axes.isEmpty else { throw GraphFailure("has a softmax over no axis") }
      return try builder.softmax(
        over: [view.axes.count - 1], isLogarithm: name == "log_softmax", view, layer.title)
    default:
      throw GraphFailure(
        "has activation \(name.quoted); linear, relu, sigmoid, tanh, softmax and log_softmax are supported")
    }
  }

  /// - Parameter usual: for files that leave the setting out.
  private func extent(
    _ layer: KerasLayer, _ name: String, in range: ClosedRange<Int>, otherwise usual: (Int, Int)? = nil
  ) throws(GraphFailure) -> (height: Int, width: Int) {
    if layer.configuration[name] == nil, let usual { return usual }
    var list = (layer.configuration.integers(name) ?? []).compactMap { $0 }
    if let one = layer.configuration.integer(name) { list = [one, one] }
    guard list.count == 2, list.allSatisfy(range.contains) else {
      throw GraphFailure(
        "has no \(name.quoted) of two numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return (list[0], list[1])
  }

  private func layout(_ layer: KerasLayer) throws(GraphFailure) -> GraphBuilder.Layout {
    switch layer.configuration.text("data_format") ?? "channels_last" {
    case "channels_last": return .channelsLast
    case "channels_first": return .channelsFirst
    case let other:
      throw GraphFailure("has data_format \(other.quoted); channels_last and channels_first are supported")
    }
  }

  /// - Parameter size: the name of the setting that holds the window's size.
  private func window(_ layer: KerasLayer, _ size: String) throws(GraphFailure) -> Window {
    let window = try extent(layer, size, in: 1...256)
    let dilation = try extent(layer, "dilation_rate", in: 1...4096, otherwise: (1, 1))
    guard dilation.height == 1 || window.height == 1, dilation.width == 1 || window.width == 1 else {
      throw GraphFailure("has dilation_rate \(dilation.height)x\(dilation.width); only 1 is supported")
    }
    // Pools move by their own size unless told otherwise, convolutions by one.
    let stride = try extent(layer, "strides", in: 1...256, otherwise: size == "pool_size" ? window : (1, 1))
    let padding: Window.Padding
    switch layer.configuration.text("padding") ?? "valid" {
    case "valid": padding = .valid
    case "same": padding = .same
    case let other: throw GraphFailure("has padding \(other.quoted); valid and same are supported")
    }
    return Window(
      height: window.height, width: window.width, strideHeight: stride.height, strideWidth: stride.width,
      padding: padding)
  }

  // MARK: weights

  private func weights(
    _ layer: KerasLayer, _ names: [String], shape: [Int]
  ) throws(GraphFailure) -> [Float] {
    guard let found = names.lazy.compactMap({ layer.weights[$0] }).first else {
      throw GraphFailure("has no weights \(names[0].quoted) in the file")
    }
    guard found.shape == shape, found.values.count == shape.reduce(1, *) else {
      throw GraphFailure("has weights of shape \(found.shape) where \(shape) is needed")
    }
    return found.values
  }

  /// The bias, if the layer has one.
  private func bias(_ layer: KerasLayer, _ count: Int) throws(GraphFailure) -> [Double]? {
    guard layer.configuration.flag("use_bias", otherwise: true) else { return nil }
    return try weights(layer, ["bias", "1"], shape: [count]).map { Double($0) }
  }

  private func count(_ layer: KerasLayer, _ name: String, atMost limit: Int) throws(GraphFailure) -> Int {
    guard let count = layer.configuration.integer(name), (1...limit).contains(count) else {
      throw GraphFailure("has no \(name.quoted) from 1 to \(limit)")
    }
    return count
  }

  /// Along the last axis, whatever stands before it.
  private mutating func addDense(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    let units = try count(layer, "units", atMost: 65_536)
    guard let last = view.axes.last else { throw GraphFailure("reads an array without an axis") }
    let matrix = try weights(layer, ["kernel", "0"], shape: [last.size, units])
    let made = try builder.product(
      view, axis: view.axes.count - 1, matrix: matrix, units: units, bias: bias(layer, units), layer.title)
    return try activate(layer, made)
  }

  private mutating func addConvolution(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure)
    -> ArrayView
  {
    let filters = try count(layer, "filters", atMost: 65_536)
    let groups = layer.configuration["groups"] == nil ? 1 : try count(layer, "groups", atMost: 65_536)
    let layout = try layout(layer)
    let window = try window(layer, "kernel_size")
    let channels = try builder.image(view, layout).channels
    let made = try builder.convolution(
      view, layout, window, filters: filters, groups: groups,
      weights: weights(
        layer, ["kernel", "0"], shape: [window.height, window.width, channels / groups, filters]),
      bias: bias(layer, filters), layer.title)
    return try activate(layer, made)
  }

  private mutating func addDepthwise(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView
  {
    let multiplier =
      layer.configuration["depth_multiplier"] == nil ? 1 : try count(layer, "depth_multiplier", atMost: 64)
    let layout = try layout(layer)
    let window = try window(layer, "kernel_size")
    let channels = try builder.image(view, layout).channels
    let made = try builder.window(
      .depthwiseConvolution(
        DepthwiseConvolution(
          window: window, multiplier: multiplier,
          hasBias: layer.configuration.flag("use_bias", otherwise: true))),
      view, layout, layer.title,
      weights: weights(
        layer, ["depthwise_kernel", "kernel", "0"],
        shape: [window.height, window.width, channels, multiplier]),
      bias: bias(layer, channels * multiplier))
    return try activate(layer, made)
  }

  private mutating func addPooling(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    let layout = try layout(layer)
    let window = try window(layer, "pool_size")
    return try builder.window(
      layer.kind == "MaxPooling2D"
        ? .maxPooling(MaxPooling(window: window)) : .averagePooling(AveragePooling(window: window)),
      view, layout, layer.title)
  }

  private mutating func addGlobalPooling(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure)
    -> ArrayView
  {
    let layout = try layout(layer)
    let keepsAxes = layer.configuration.flag("keepdims", otherwise: false)
    guard view.axes.count == 3 else {
      throw GraphFailure("reads an array of \(view.axes.count + 1) axes; four are needed")
    }
    let axes: Set = layout == .channelsLast ? [0, 1] : [1, 2]
    if layer.kind == "GlobalAveragePooling2D" {
      return try builder.mean(over: axes, keepsAxes: keepsAxes, view, layer.title)
    }
    let image = try builder.image(view, layout)
    guard image.height <= 256, image.width <= 256 else {
      throw GraphFailure("runs over \(image.height)x\(image.width); the limit is 256x256")
    }
    let window = Window(
      height: image.height, width: image.width, strideHeight: image.height, strideWidth: image.width)
    let made = try builder.window(
      .maxPooling(MaxPooling(window: window)), view, layout, layer.title)
    if keepsAxes { return made }
    return ArrayView(
      value: made.value, axes: made.axes.indices.filter { !axes.contains($0) }.map { made.axes[$0] })
  }

  private mutating func addNormalization(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure)
    -> ArrayView
  {
    var number = layer.configuration.integer("axis")
    // Older files have a list.
    if let list = layer.configuration.integers("axis") { number = list.count == 1 ? list[0] : nil }
    guard let number else { throw GraphFailure("has no single axis") }
    let axis = try axis(number, view)
    let size = view.axes[axis].size
    let epsilon = layer.configuration.float("epsilon") ?? 0.001
    // What is left out moves the numbers of those after it.
    var place = 0
    func part(_ name: String, isThere: Bool, otherwise usual: Float) throws(GraphFailure) -> [Float] {
      guard isThere else { return [Float](repeating: usual, count: size) }
      place += 1
      return try weights(layer, [name, "\(place - 1)"], shape: [size])
    }
    let scale = try part("gamma", isThere: layer.configuration.flag("scale", otherwise: true), otherwise: 1)
    let offset = try part("beta", isThere: layer.configuration.flag("center", otherwise: true), otherwise: 0)
    let mean = try part("moving_mean", isThere: true, otherwise: 0)
    let variance = try part("moving_variance", isThere: true, otherwise: 1)
    return try builder.normalization(
      view, axis: axis, [scale, offset, mean, variance], epsilon: epsilon, layer.title)
  }

  // MARK: the rest

  /// An axis by number, the batch being 0, as a place among the view's axes.
  private func axis(_ number: Int, _ view: ArrayView) throws(GraphFailure) -> Int {
    let rank = view.axes.count + 1
    let place = number < 0 ? number + rank : number
    guard (1..<rank).contains(place) else {
      throw GraphFailure("has axis \(number), where its input has \(rank) axes with that of the batch")
    }
    return place - 1
  }

  private mutating func addSoftmax(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    var numbers = [layer.configuration.integer("axis") ?? -1]
    if let list = layer.configuration.integers("axis") {
      guard !list.isEmpty, !list.contains(nil) else { throw GraphFailure("has an axis that is not a number") }
      numbers = list.compactMap { $0 }
    }
    var axes: Set<Int> = []
    for number in numbers { axes.insert(try axis(number, view)) }
    return try builder.softmax(over: axes.sorted(), isLogarithm: false, view, layer.title)
  }

  /// One number, or one for each index of the last axis.
  private mutating func addRescaling(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView
  {
    func constant(_ name: String, otherwise usual: Double?) throws(GraphFailure) -> GraphBuilder.Constant {
      if layer.configuration[name] == nil, let usual { return GraphBuilder.Constant(usual) }
      if let number = layer.configuration.float(name) { return GraphBuilder.Constant(Double(number)) }
      guard let list = layer.configuration.list(name), !isChannelsFirst else {
        throw GraphFailure(
          "has no \(name.quoted) of one number, or one for each channel where channels are last")
      }
      var values: [Double] = []
      for element in list {
        guard case .number(let number) = element else {
          throw GraphFailure("has a \(name.quoted) that is not a number")
        }
        values.append(number)
      }
      return GraphBuilder.Constant(shape: [values.count], values: values)
    }
    if view.value == 0 { rescalesInput = true }
    return try builder.affine(
      view, factors: constant("scale", otherwise: nil), summands: constant("offset", otherwise: 0),
      layer.title)
  }

  /// With channels first, they go to the end before.
  private func flatten(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    var axes = view.axes
    if try layout(layer) == .channelsFirst, axes.count > 1 { axes.append(axes.removeFirst()) }
    return try builder.reshaped(ArrayView(value: view.value, axes: axes), [builder.batch, view.count])
  }

  private func reshape(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    guard let list = layer.configuration.integers("target_shape"), !list.contains(nil) else {
      throw GraphFailure("has no target_shape")
    }
    let sizes = try ArrayShapes.reshaped(view.sizes, list.compactMap { $0 }, allowsZero: true)
    return try builder.reshaped(view, [builder.batch] + sizes)
  }

  private func permute(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    let order = (layer.configuration.integers("dims") ?? []).compactMap { $0 }
    guard order.sorted() == view.axes.indices.map({ $0 + 1 }) else {
      throw GraphFailure("puts \(view.axes.count) axes into the order \(order)")
    }
    return ArrayView(value: view.value, axes: order.map { view.axes[$0 - 1] })
  }

  private mutating func addBorder(_ layer: KerasLayer, _ view: ArrayView) throws(GraphFailure) -> ArrayView {
    // One number, two, or two pairs; always written as pairs.
    let pairs = layer.configuration.integerPairs("padding")
    guard pairs.count == 2, pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy { (0...255).contains($0) } })
    else { throw GraphFailure("has no padding of two pairs from 0 to 255") }
    let border = Graph.Border(top: pairs[0][0], left: pairs[1][0], bottom: pairs[0][1], right: pairs[1][1])
    return try builder.padding(border, view, layout(layer), layer.title)
  }
}
