import OctetNetwork
import OctetText

/// Settings that several classes of layers have.
extension KerasLayer {
  /// - Parameter usual: for files that leave the setting out.
  private func extent(
    _ name: String, in range: ClosedRange<Int>, otherwise usual: (Int, Int)? = nil
  ) throws(GraphFailure) -> (height: Int, width: Int) {
    if configuration[name] == nil, let usual { return usual }
    var list = (configuration.integers(name) ?? []).compactMap { $0 }
    if let one = configuration.integer(name) { list = isSeries ? [one] : [one, one] }
    // A series is an image of one column.
    if isSeries, list.count == 1 { list.append(1) }
    guard list.count == 2, list.allSatisfy(range.contains) else {
      throw GraphFailure(
        "has no \(name.quoted) of two numbers from \(range.lowerBound) to \(range.upperBound)")
    }
    return (list[0], list[1])
  }

  var layout: GraphBuilder.Layout {
    get throws(GraphFailure) {
      switch configuration.text("data_format") ?? "channels_last" {
      case "channels_last": return .channelsLast
      case "channels_first": return .channelsFirst
      case let other:
        throw GraphFailure("has data_format \(other.quoted); channels_last and channels_first are supported")
      }
    }
  }

  /// Whether the class is one for series: steps and channels.
  var isSeries: Bool { kind.hasSuffix("1D") || kind == "Conv1DTranspose" }

  /// What it reads, a series as an image of one column.
  func columns(_ builder: GraphBuilder) throws(GraphFailure) -> ArrayView {
    guard inputs[0].axes.count == (isSeries ? 2 : 3) else {
      throw GraphFailure("reads an array of \(inputs[0].axes.count + 1) axes; \(isSeries ? 3 : 4) are needed")
    }
    return builder.columns(inputs[0], try layout)
  }

  /// The sizes of a window as the shape of weights has them.
  func cells(_ window: Window) -> [Int] { isSeries ? [window.height] : [window.height, window.width] }

  /// The window of a convolution, and how far its cells lie apart. A causal one looks at earlier steps only.
  var convolutionWindow: (Window, Dilation) {
    get throws(GraphFailure) {
      let rates = try extent("dilation_rate", in: 1...255, otherwise: (1, 1))
      let dilation = Dilation(height: rates.height, width: rates.width)
      guard isSeries, configuration.text("padding") == "causal" else {
        return (try window("kernel_size"), dilation)
      }
      let size = try extent("kernel_size", in: 1...256)
      let stride = try extent("strides", in: 1...256, otherwise: (1, 1))
      let before = (size.height - 1) * dilation.height
      return (
        Window(
          height: size.height, width: 1, strideHeight: stride.height, strideWidth: 1,
          padding: before == 0 ? .valid : .border(top: before, left: 0, bottom: 0, right: 0)), dilation
      )
    }
  }

  /// - Parameter size: the name of the setting that holds the window's size.
  func window(_ size: String) throws(GraphFailure) -> Window {
    let window = try extent(size, in: 1...256)
    // Pools move by their own size unless told otherwise, convolutions by one.
    let stride = try extent("strides", in: 1...256, otherwise: size == "pool_size" ? window : (1, 1))
    let padding: Window.Padding
    switch configuration.text("padding") ?? "valid" {
    case "valid": padding = .valid
    case "same": padding = .same
    case let other: throw GraphFailure("has padding \(other.quoted); valid and same are supported")
    }
    return Window(
      height: window.height, width: window.width, strideHeight: stride.height, strideWidth: stride.width,
      padding: padding)
  }

  /// A number that is finite.
  func number(_ name: String, otherwise usual: Float) throws(GraphFailure) -> Float {
    guard configuration[name] != nil else { return usual }
    // Keras writes numbers of NumPy as objects with a value.
    guard let number = configuration.float(name) ?? configuration.part(name)?.part("config")?.float("value"),
      number.isFinite
    else { throw GraphFailure("has a \(name.quoted) that is not a number") }
    return number
  }

  /// Where the axes of height and width are, for layers that run over both.
  var globalPool: (layout: GraphBuilder.Layout, axes: Set<Int>, keepsAxes: Bool) {
    get throws(GraphFailure) {
      let layout = try layout
      let keepsAxes = configuration.flag("keepdims", otherwise: false)
      guard inputs[0].axes.count == (isSeries ? 2 : 3) else {
        throw GraphFailure(
          "reads an array of \(inputs[0].axes.count + 1) axes; \(isSeries ? 3 : 4) are needed")
      }
      if isSeries { return (layout, layout == .channelsLast ? [0] : [1], keepsAxes) }
      return (layout, layout == .channelsLast ? [0, 1] : [1, 2], keepsAxes)
    }
  }

  /// One number, or one for each index of the last axis.
  func constant(_ name: String, otherwise usual: Double?, hasChannelsFirst: Bool) throws(GraphFailure)
    -> GraphBuilder.Constant
  {
    if configuration[name] == nil, let usual { return GraphBuilder.Constant(usual) }
    if let number = configuration.float(name) { return GraphBuilder.Constant(Double(number)) }
    guard let list = configuration.list(name), !hasChannelsFirst else {
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
}

/// Weights.
extension KerasLayer {
  func weights(
    _ names: [String], shape: [Int]
  ) throws(GraphFailure) -> [Float] {
    guard let found = names.lazy.compactMap({ arrays[$0] }).first else {
      throw GraphFailure("has no weights \(names[0].quoted) in the file")
    }
    guard found.shape == shape, found.values.count == shape.reduce(1, *) else {
      throw GraphFailure("has weights of shape \(found.shape) where \(shape) is needed")
    }
    return found.values
  }

  /// The bias, if the layer has one.
  ///
  /// - Parameter number: its place among the layer's weights.
  func bias(_ count: Int, number: String = "1") throws(GraphFailure) -> [Double]? {
    guard configuration.flag("use_bias", otherwise: true) else { return nil }
    return try weights(["bias", number], shape: [count]).map { Double($0) }
  }

  func count(_ name: String, atMost limit: Int) throws(GraphFailure) -> Int {
    guard let count = configuration.integer(name), (1...limit).contains(count) else {
      throw GraphFailure("has no \(name.quoted) from 1 to \(limit)")
    }
    return count
  }
}
