/// Arrays of constants: their elements, and copies of them in other orders.
extension ONNXGraph.Tensor {
  init(_ shape: [Int], integers: [Int64], _ element: ONNXGraph.Element = .int64) {
    self.shape = shape
    values = .integers(integers)
    self.element = element
  }

  init(_ shape: [Int], floats: [Float], _ element: ONNXGraph.Element = .float) {
    self.shape = shape
    values = .floats(floats)
    self.element = element
  }

  init(_ shape: [Int], doubles: [Double]) {
    self.shape = shape
    values = .doubles(doubles)
    element = .double
  }

  /// Numbers that a type of floats has, each as the nearest of the type.
  init(_ shape: [Int], numbers: [Double], _ element: ONNXGraph.Element) {
    if element == .double {
      self.init(shape, doubles: numbers)
    } else {
      self.init(shape, floats: numbers.map { element.rounded(Float($0)) }, element)
    }
  }

  /// Integers, if the batch is not among them.
  init(_ shape: [Int], sizes: [ONNXGraph.Size], _ element: ONNXGraph.Element = .int64) {
    self.shape = shape
    self.element = element
    let numbers = sizes.compactMap { if case .number(let value) = $0 { value } else { nil } }
    values = numbers.count == sizes.count ? .integers(numbers) : .sizes(sizes)
  }

  var count: Int { shape.reduce(1, *) }

  /// Whole numbers, as shapes and axes are; nil where they are of another type, or follow from the size of the batch.
  var integers: [Int]? {
    guard case .integers(let values) = values else { return nil }
    return values.map { Int(clamping: $0) }
  }

  /// The same for a reader that needs them.
  func integers(_ what: String) throws(GraphFailure) -> [Int] {
    if let integers { return integers }
    guard case .sizes = values else { throw GraphFailure("needs \(what) of integers") }
    throw GraphFailure("has \(what) that \(Self.followFromBatch)")
  }

  static let followFromBatch =
    "depend on the size of the batch, which may be any: export the model with a fixed batch of 1"

  /// Integers of which some may be the size of the batch.
  var sizes: [ONNXGraph.Size]? {
    switch values {
    case .integers(let values): values.map { .number($0) }
    case .sizes(let sizes): sizes
    case .floats, .doubles: nil
    }
  }

  var floats: [Float]? {
    guard case .floats(let values) = values else { return nil }
    return values
  }

  var doubles: [Double]? {
    guard case .doubles(let values) = values else { return nil }
    return values
  }

  /// Numbers of any type; nil where some follow from the size of the batch.
  var numbers: [Double]? {
    switch values {
    case .floats(let values): values.map { Double($0) }
    case .doubles(let values): values
    case .integers(let values): values.map { Double($0) }
    case .sizes: nil
    }
  }

  /// One element of the type that is 0.
  var zero: ONNXGraph.Tensor {
    switch values {
    case .floats: ONNXGraph.Tensor([], floats: [0], element)
    case .doubles: ONNXGraph.Tensor([], doubles: [0])
    case .integers, .sizes: ONNXGraph.Tensor([], integers: [0], element)
    }
  }

  /// The elements at `places`, in a tensor of another shape.
  func picked(_ shape: [Int], _ places: [Int]) -> ONNXGraph.Tensor {
    switch values {
    case .floats(let values): ONNXGraph.Tensor(shape, floats: places.map { values[$0] }, element)
    case .doubles(let values): ONNXGraph.Tensor(shape, doubles: places.map { values[$0] })
    case .integers(let values): ONNXGraph.Tensor(shape, integers: places.map { values[$0] }, element)
    case .sizes(let sizes): ONNXGraph.Tensor(shape, sizes: places.map { sizes[$0] }, element)
    }
  }

  func reshaped(_ shape: [Int]) -> ONNXGraph.Tensor {
    var tensor = self
    tensor.shape = shape
    // Which axis one becomes is not worth knowing.
    if steps?.axis != nil { tensor.steps = nil }
    return tensor
  }

  /// The distance between neighbors along each axis.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = shape
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      // An empty array may have any other sizes.
      step &*= shape[axis]
    }
    return strides
  }

  /// The places that a walk through `shape` visits when a step along each axis moves by its stride.
  static func places(_ shape: [Int], _ strides: [Int], from start: Int = 0) -> [Int] {
    var places = [start]
    for (size, stride) in zip(shape, strides) {
      var finer: [Int] = []
      finer.reserveCapacity(places.count * size)
      for place in places { for index in 0..<size { finer.append(place + index * stride) } }
      places = finer
    }
    return places
  }

  func transposed(_ order: [Int]) -> ONNXGraph.Tensor {
    let strides = Self.strides(shape)
    let made = order.map { shape[$0] }
    var transposed = picked(made, Self.places(made, order.map { strides[$0] }))
    transposed.steps = steps
    if let axis = steps?.axis { transposed.steps?.axis = order.firstIndex(of: axis) }
    return transposed
  }

  /// The shape that two tensors broadcast to.
  static func broadcast(_ left: [Int], _ right: [Int]) throws(GraphFailure) -> [Int] {
    let rank = max(left.count, right.count)
    let (first, second) = (padded(left, rank), padded(right, rank))
    var shape: [Int] = []
    for (one, other) in zip(first, second) {
      guard one == other || one == 1 || other == 1 else {
        throw GraphFailure("combines constants of the shapes \(left) and \(right)")
      }
      shape.append(one == 1 ? other : one)
    }
    return shape
  }

  private static func padded(_ shape: [Int], _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - shape.count) + shape
  }

  func broadcast(to wanted: [Int]) -> ONNXGraph.Tensor {
    let own = Self.padded(shape, wanted.count)
    let strides = zip(own, Self.strides(own)).map { $0 == 1 ? 0 : $1 }
    return picked(wanted, Self.places(wanted, strides))
  }
}

/// A constant of floats: weights, biases, factors.
struct FloatConstant {
  var shape: [Int]
  var values: [Float]

  var constant: GraphBuilder.Constant {
    GraphBuilder.Constant(shape: shape, values: values.map { Double($0) })
  }

  /// A matrix with rows and columns exchanged.
  var transposed: FloatConstant {
    let (rows, columns) = (shape[0], shape[1])
    return FloatConstant(
      shape: [columns, rows],
      values: (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } })
  }
}
