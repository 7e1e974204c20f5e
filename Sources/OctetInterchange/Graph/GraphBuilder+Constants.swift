import OctetNetwork

extension GraphBuilder {
  /// A constant array that is laid over another by the rules of broadcasting: the last axes match, and an axis of size
  /// 1 is for all.
  struct Constant {
    var shape: [Int]
    var values: [Double]

    init(shape: [Int], values: [Double]) {
      self.shape = shape
      self.values = values
    }

    /// One number for all.
    init(_ value: Double) { self.init(shape: [], values: [value]) }

    /// The one number that all are, if they are one.
    fileprivate var single: Double? {
      guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
      return first
    }
  }

  /// `factors * view + summands`, each broadcast over the view.
  mutating func affine(_ view: ArrayView, factors: Constant, summands: Constant, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    try checkFits(factors, view)
    try checkFits(summands, view)
    guard factors.values.allSatisfy(Self.isUsable), summands.values.allSatisfy(Self.isUsable) else {
      throw GraphFailure("has a constant that is infinite, not a number, or too large for a float")
    }
    var value = view.value
    var channels = shape(view).channels
    if !variesByChannel(factors, view, channels) || !variesByChannel(summands, view, channels) {
      // Each element has a constant of its own: a flat vector's elements are its channels.
      value = try flat(view.value, title)
      channels = graph.shape(value).channels
    }
    let made = try append(
      Graph.Node(
        operation: .affine, inputs: [value], shape: graph.shape(value), title: title,
        weights: perChannel(factors, view, channels).map { Float($0) },
        bias: perChannel(summands, view, channels)))
    return ArrayView(value: made, axes: view.axes)
  }

  /// A normalization by numbers of its own for each index of one axis.
  ///
  /// - Parameter parts: scale, offset, mean and variance.
  mutating func normalization(
    _ view: ArrayView, axis: Int, _ parts: [[Float]], epsilon: Float, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let size = view.axes[axis].size
    guard parts.count == 4, parts.allSatisfy({ $0.count == size }) else {
      throw GraphFailure("has constants of the sizes \(parts.map(\.count)) for \(size) channels")
    }
    guard epsilon.isFinite, parts[3].allSatisfy({ Double($0) + Double(epsilon) > 0 }) else {
      throw GraphFailure("has a variance that is not above 0 with epsilon \(epsilon) added")
    }
    let shape = shape(view)
    if view.axes[axis] == ArrayAxis(size: shape.channels, stride: 1), shape.channels == size,
      (1e-12...1).contains(epsilon)
    {
      let value = try append(
        Graph.Node(
          operation: .layer(.batchNormalization(BatchNormalization(epsilon: epsilon))), inputs: [view.value],
          shape: shape, title: title, weights: parts.flatMap { $0 }))
      return ArrayView(value: value, axes: view.axes)
    }
    let factors = (0..<size).map {
      Double(parts[0][$0]) / (Double(parts[3][$0]) + Double(epsilon)).squareRoot()
    }
    let summands = (0..<size).map { Double(parts[1][$0]) - Double(parts[2][$0]) * factors[$0] }
    var broadcast = [Int](repeating: 1, count: view.axes.count - axis)
    broadcast[0] = size
    return try affine(
      view, factors: Constant(shape: broadcast, values: factors),
      summands: Constant(shape: broadcast, values: summands), title)
  }

  private static func isUsable(_ value: Double) -> Bool { value.isFinite && Float(value).isFinite }

  /// The result must have the view's sizes: a constant may not make it larger.
  private func checkFits(_ constant: Constant, _ view: ArrayView) throws(GraphFailure) {
    let own = Array(view.sizes.suffix(constant.shape.count))
    let outer = constant.shape.dropLast(own.count)
    guard zip(constant.shape.suffix(own.count), own).allSatisfy({ $0 == 1 || $0 == $1 }),
      outer.allSatisfy({ $0 == 1 }), outer.count <= 1,
      constant.values.count == constant.shape.reduce(1, *)
    else {
      throw GraphFailure(
        "has a constant of shape \(constant.shape) beside an array of the sizes \(view.sizes) without the batch, which it "
          + "does not leave as they are")
    }
  }

  /// The view's axes along which a constant varies, each with the distance of the constant's elements.
  private func axes(_ constant: Constant, _ view: ArrayView) -> [(axis: ArrayAxis, step: Int)] {
    if constant.single != nil { return [] }
    var found: [(axis: ArrayAxis, step: Int)] = []
    var step = 1
    for (size, axis) in zip(constant.shape.reversed(), view.axes.reversed()) {
      if size > 1 { found.append((axis, step)) }
      step *= size
    }
    return found
  }

  private func variesByChannel(_ constant: Constant, _ view: ArrayView, _ channels: Int) -> Bool {
    axes(constant, view).allSatisfy { $0.axis.lies(within: channels) }
  }

  private func perChannel(_ constant: Constant, _ view: ArrayView, _ channels: Int) -> [Double] {
    if let single = constant.single { return [Double](repeating: single, count: channels) }
    let axes = axes(constant, view)
    return (0..<channels).map { channel in
      constant.values[axes.reduce(0) { $0 + $1.axis.index(ofElementAt: channel) * $1.step }]
    }
  }
}
