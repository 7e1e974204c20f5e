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
    if let one = configuration.integer(name) { list = [one, one] }
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

  /// - Parameter size: the name of the setting that holds the window's size.
  func window(_ size: String) throws(GraphFailure) -> Window {
    let window = try extent(size, in: 1...256)
    let dilation = try extent("dilation_rate", in: 1...4096, otherwise: (1, 1))
    guard dilation.height == 1 || window.height == 1, dilation.width == 1 || window.width == 1 else {
      throw GraphFailure("has dilation_rate \(dilation.height)x\(dilation.width); only 1 is supported")
    }
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
      guard inputs[0].axes.count == 3 else {
        throw GraphFailure("reads an array of \(inputs[0].axes.count + 1) axes; four are needed")
      }
      return (layout, layout == .channelsLast ? [0, 1] : [1, 2], keepsAxes)
    }
  }

  /// An axis by number, the batch being 0, as a place among the view's axes.
  func axis(_ number: Int, _ view: ArrayView) throws(GraphFailure) -> Int {
    let rank = view.axes.count + 1
    let place = number < 0 ? number + rank : number
    guard (1..<rank).contains(place) else {
      throw GraphFailure("has axis \(number), where its input has \(rank) axes with that of the batch")
    }
    return place - 1
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
  func bias(_ count: Int) throws(GraphFailure) -> [Double]? {
    guard configuration.flag("use_bias", otherwise: true) else { return nil }
    return try weights(["bias", "1"], shape: [count]).map { Double($0) }
  }

  func count(_ name: String, atMost limit: Int) throws(GraphFailure) -> Int {
    guard let count = configuration.integer(name), (1...limit).contains(count) else {
      throw GraphFailure("has no \(name.quoted) from 1 to \(limit)")
    }
    return count
  }
}
