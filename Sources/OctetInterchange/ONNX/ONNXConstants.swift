import OctetNetwork
import OctetTraining

/// Exporters compute shapes and weights with nodes. Where all that a node reads is constant, so is what it gives, and
/// it is worked out here by the operator's definition.
extension ONNXGraph.Tensor {
  init(_ shape: [Int], integers: [Int64]) {
    self.shape = shape
    values = .integers(integers)
  }

  init(_ shape: [Int], floats: [Float]) {
    self.shape = shape
    values = .floats(floats)
  }

  var count: Int { shape.reduce(1, *) }

  /// Whole numbers, as shapes and axes are.
  var integers: [Int]? {
    guard case .integers(let values) = values else { return nil }
    return values.map { Int(clamping: $0) }
  }

  var floats: [Float]? {
    guard case .floats(let values) = values else { return nil }
    return values
  }

  /// The elements at `places`, in a tensor of another shape.
  func picked(_ shape: [Int], _ places: [Int]) -> ONNXGraph.Tensor {
    switch values {
    case .floats(let values): ONNXGraph.Tensor(shape, floats: places.map { values[$0] })
    case .integers(let values): ONNXGraph.Tensor(shape, integers: places.map { values[$0] })
    }
  }

  func reshaped(_ shape: [Int]) -> ONNXGraph.Tensor {
    var tensor = self
    tensor.shape = shape
    return tensor
  }

  /// The distance between neighbors along each axis.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = shape
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= shape[axis]
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
    return picked(made, Self.places(made, order.map { strides[$0] }))
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

/// An operator on constants.
enum ONNXConstantOperator {
  static let known: Set<String> = [
    "Add", "Cast", "Concat", "ConstantOfShape", "Div", "Flatten", "Gather", "Identity", "Mul", "Reshape",
    "Slice",
    "Squeeze", "Sub", "Transpose", "Unsqueeze",
  ]

  /// No constant made here has more elements.
  static let largestCount = 1 << 24

  /// - Parameter inputs: nil for one that is left out.
  static func result(
    _ node: ONNXGraph.Node, _ inputs: [ONNXGraph.Tensor?], version: Int
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    guard let first = inputs.first, let first else { throw GraphFailure("has no input 0") }
    var attributes = ONNXAttributes(node)
    let rank = first.shape.count
    let made: ONNXGraph.Tensor
    switch node.type {
    case "Identity": made = first
    case "Add", "Sub", "Mul", "Div":
      guard inputs.count == 2, let second = inputs[1] else { throw GraphFailure("has no input 1") }
      made = try arithmetic(node.type, first, second)
    case "Cast": made = try cast(first, to: attributes.integer("to", otherwise: 0))
    case "Concat":
      let axis = try axis(attributes.integer("axis", otherwise: 0), rank: rank)
      made = try concatenated(inputs, axis)
    case "ConstantOfShape":
      guard let shape = first.integers, rank == 1 else { throw GraphFailure("needs a shape of integers") }
      made = try filled(shape, attributes.take("value"))
    case "Gather":
      guard inputs.count == 2, let indices = inputs[1], let list = indices.integers else {
        throw GraphFailure("needs indices of integers")
      }
      let axis = try axis(attributes.integer("axis", otherwise: 0), rank: rank)
      made = try gathered(first, indices.shape, list, axis)
    case "Transpose":
      let order = try attributes.integers("perm") ?? Array((0..<rank).reversed())
      guard order.sorted() == Array(0..<rank) else { throw GraphFailure("puts axes into the order \(order)") }
      made = first.transposed(order)
    case "Flatten":
      let axis = try attributes.integer("axis", otherwise: 1)
      let place = axis < 0 ? axis + rank : axis
      guard (0...rank).contains(place) else { throw GraphFailure("flattens from axis \(axis) of \(rank)") }
      made = first.reshaped([
        first.shape[..<place].reduce(1, *), first.shape[place...].reduce(1, *),
      ])
    case "Reshape":
      guard inputs.count == 2, let wanted = inputs[1]?.integers else {
        throw GraphFailure("needs a constant shape")
      }
      let allowsZero = try attributes.flag("allowzero")
      made = first.reshaped(try ArrayShapes.reshaped(first.shape, wanted, allowsZero: allowsZero))
    case "Squeeze", "Unsqueeze":
      var axes = try attributes.integers("axes")
      if version >= 13, inputs.count > 1 { axes = inputs[1]?.integers }
      made = first.reshaped(
        node.type == "Squeeze"
          ? try ArrayShapes.squeezed(first.shape, axes) : try ArrayShapes.unsqueezed(first.shape, axes ?? []))
    case "Slice": made = try sliced(first, inputs, &attributes, version: version)
    default: throw GraphFailure("is not supported on constants")
    }
    try attributes.finish()
    return made
  }

  private static func axis(_ axis: Int, rank: Int) throws(GraphFailure) -> Int {
    guard (-rank..<rank).contains(axis) else { throw GraphFailure("has axis \(axis) of \(rank)") }
    return axis < 0 ? axis + rank : axis
  }

  private static func check(_ shape: [Int]) throws(GraphFailure) {
    var count = 1
    for size in shape {
      guard size >= 0, !count.multipliedReportingOverflow(by: size).overflow, count * size <= largestCount
      else {
        throw GraphFailure("makes a constant of shape \(shape), which is too large")
      }
      count *= size
    }
  }

  private static func arithmetic(
    _ type: String, _ left: ONNXGraph.Tensor, _ right: ONNXGraph.Tensor
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    let shape = try ONNXGraph.Tensor.broadcast(left.shape, right.shape)
    try check(shape)
    switch (left.broadcast(to: shape).values, right.broadcast(to: shape).values) {
    case (.floats(let first), .floats(let second)):
      return ONNXGraph.Tensor(
        shape,
        floats: zip(first, second).map {
          switch type {
          case "Add": $0 + $1
          case "Sub": $0 - $1
          case "Mul": $0 * $1
          default: $0 / $1
          }
        })
    case (.integers(let first), .integers(let second)):
      var results: [Int64] = []
      for (one, other) in zip(first, second) {
        let (result, overflow) =
          switch type {
          case "Add": one.addingReportingOverflow(other)
          case "Sub": one.subtractingReportingOverflow(other)
          case "Mul": one.multipliedReportingOverflow(by: other)
          default: one.dividedReportingOverflow(by: other)
          }
        guard !overflow else { throw GraphFailure("computes \(one) and \(other), which overflows") }
        results.append(result)
      }
      return ONNXGraph.Tensor(shape, integers: results)
    default: throw GraphFailure("combines floats with integers")
    }
  }

  /// Numbers of the file's element types.
  private static func cast(_ tensor: ONNXGraph.Tensor, to type: Int) throws(GraphFailure) -> ONNXGraph.Tensor
  {
    switch (tensor.values, type) {
    case (.floats, 1), (.integers, 6), (.integers, 7): return tensor
    case (.integers(let values), 1): return ONNXGraph.Tensor(tensor.shape, floats: values.map { Float($0) })
    case (.floats(let values), 6), (.floats(let values), 7):
      guard values.allSatisfy({ abs($0) < 1e9 }) else {
        throw GraphFailure("makes integers of floats beyond 1e9")
      }
      return ONNXGraph.Tensor(tensor.shape, integers: values.map { Int64($0) })
    default:
      throw GraphFailure("casts to element type \(type); float, int32 and int64 (1, 6, 7) are supported")
    }
  }

  private static func concatenated(_ inputs: [ONNXGraph.Tensor?], _ axis: Int) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    var tensors: [ONNXGraph.Tensor] = []
    for input in inputs {
      guard let input, input.shape.count == tensors.first?.shape.count ?? input.shape.count,
        input.shape.indices.allSatisfy({
          $0 == axis || input.shape[$0] == tensors.first?.shape[$0] ?? input.shape[$0]
        })
      else { throw GraphFailure("joins constants whose shapes do not match") }
      tensors.append(input)
    }
    var shape = tensors[0].shape
    shape[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
    try check(shape)
    let outer = shape[..<axis].reduce(1, *)
    var floats: [Float] = []
    var integers: [Int64] = []
    for index in 0..<outer {
      for tensor in tensors {
        let size = outer == 0 ? 0 : tensor.count / outer
        switch tensor.values {
        case .floats(let values): floats += values[index * size..<(index + 1) * size]
        case .integers(let values): integers += values[index * size..<(index + 1) * size]
        }
      }
    }
    guard floats.isEmpty || integers.isEmpty else { throw GraphFailure("joins floats and integers") }
    return integers.isEmpty && tensors[0].floats != nil
      ? ONNXGraph.Tensor(shape, floats: floats) : ONNXGraph.Tensor(shape, integers: integers)
  }

  private static func filled(_ shape: [Int], _ value: ONNXGraph.Attribute?) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    try check(shape)
    let count = shape.reduce(1, *)
    guard let value else { return ONNXGraph.Tensor(shape, floats: [Float](repeating: 0, count: count)) }
    guard case .tensor(let tensor) = value, tensor.count == 1 else {
      throw GraphFailure("has a \"value\" that is not a tensor of one element")
    }
    return tensor.picked(shape, [Int](repeating: 0, count: count))
  }

  private static func gathered(
    _ tensor: ONNXGraph.Tensor, _ shape: [Int], _ indices: [Int], _ axis: Int
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    let size = tensor.shape[axis]
    guard let wrong = indices.first(where: { !(-size..<size).contains($0) }) else {
      let made = Array(tensor.shape[..<axis]) + shape + Array(tensor.shape[(axis + 1)...])
      try check(made)
      let inner = tensor.shape[(axis + 1)...].reduce(1, *)
      var places: [Int] = []
      for outer in 0..<tensor.shape[..<axis].reduce(1, *) {
        for index in indices {
          let place = (outer * size + (index < 0 ? index + size : index)) * inner
          places += place..<place + inner
        }
      }
      return tensor.picked(made, places)
    }
    throw GraphFailure("picks element \(wrong) of \(size)")
  }

  /// Before version 10 the ends are attributes, later they are inputs.
  private static func sliced(
    _ tensor: ONNXGraph.Tensor, _ inputs: [ONNXGraph.Tensor?], _ attributes: inout ONNXAttributes,
    version: Int
  ) throws(GraphFailure) -> ONNXGraph.Tensor {
    func list(_ place: Int) -> [Int]? { place < inputs.count ? inputs[place]?.integers : nil }
    let starts = version < 10 ? try attributes.integers("starts") : list(1)
    let ends = version < 10 ? try attributes.integers("ends") : list(2)
    guard let starts, let ends, starts.count == ends.count else {
      throw GraphFailure("needs constant starts and ends")
    }
    let axes = (version < 10 ? try attributes.integers("axes") : list(3)) ?? Array(starts.indices)
    let steps = (version < 10 ? nil : list(4)) ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count,
      steps.allSatisfy({ $0 != 0 && (-largestCount...largestCount).contains($0) })
    else {
      throw GraphFailure("has axes or steps that do not match its starts")
    }
    var shape = tensor.shape
    var strides = ONNXGraph.Tensor.strides(shape)
    var first = 0
    for index in axes.indices {
      let axis = try axis(axes[index], rank: shape.count)
      let size = tensor.shape[axis]
      let step = steps[index]
      // Ends are clamped to the axis; going down, the last one before the first element is -1.
      func place(_ end: Int) -> Int {
        let own = end < 0 ? end.addingReportingOverflow(size).partialValue : end
        return step > 0 ? min(max(own, 0), size) : min(max(own, -1), size - 1)
      }
      let (start, end) = (place(starts[index]), place(ends[index]))
      guard abs(step) <= max(size, 1) else {
        throw GraphFailure("has a step of \(step) along an axis of \(size)")
      }
      shape[axis] = max(0, (end - start + step - (step > 0 ? 1 : -1)) / step)
      first += start * strides[axis]
      strides[axis] *= step
    }
    return tensor.picked(shape, shape.contains(0) ? [] : ONNXGraph.Tensor.places(shape, strides, from: first))
  }
}
