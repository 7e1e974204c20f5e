/// Integers that stand for floats, and back: weights that were stored in fewer bits.
extension ONNXConstantOperator {
  static let integers = [
    ONNXConstantOperator("DequantizeLinear", dequantize),
    ONNXConstantOperator("QuantizeLinear", quantize),
  ]

  /// Scales and zero points laid over an array: one for all, one for each index of an axis, or one for each block of
  /// indices.
  private static func places(
    _ tensor: ONNXGraph.Tensor, _ scale: ONNXGraph.Tensor, axis: Int, block: Int
  ) throws(GraphFailure) -> [Int] {
    if scale.count == 1, block == 0 { return [Int](repeating: 0, count: tensor.count) }
    let place = try self.axis(axis, rank: tensor.shape.count)
    var shape = tensor.shape
    let size = shape[place]
    let fits: Bool
    if block > 0 {
      shape[place] = (size + block - 1) / block
      fits = scale.shape == shape
    } else {
      fits = scale.shape == [size]
    }
    guard fits else {
      throw GraphFailure(
        "has scales of the shape \(scale.shape) for an array \(tensor.shape) along axis \(axis)")
    }
    var strides = ONNXGraph.Tensor.strides(shape)
    if block == 0 { strides = strides.indices.map { $0 == place ? 1 : 0 } }
    // Indices of one block share a scale.
    let own = ONNXGraph.Tensor.strides(tensor.shape)
    return (0..<tensor.count).map { index in
      var scale = 0
      for axis in shape.indices {
        let along = index / own[axis] % tensor.shape[axis]
        scale += (axis == place && block > 0 ? along / block : along) * strides[axis]
      }
      return scale
    }
  }

  /// The size of blocks came with version 21, the axis with 13; parts of operators of integers have it before, too.
  private static func settings(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> (axis: Int, block: Int)
  {
    let axis = try attributes.integer("axis", otherwise: 1)
    let block = inputs.version >= 21 ? try attributes.integer("block_size", otherwise: 0) : 0
    guard block >= 0 else { throw GraphFailure("has blocks of \(block)") }
    return (axis, block)
  }

  private static func dequantize(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let (axis, block) = try settings(inputs, &attributes)
    let (tensor, scale) = (inputs.first, try inputs.needed(1, "a scale"))
    guard case .integers(let integers) = tensor.values, case .floats(let scales) = scale.values else {
      throw GraphFailure("needs integers and scales of floats")
    }
    let zeros = try zeroPoints(inputs[2], like: scale, tensor.element)
    let places = try places(tensor, scale, axis: axis, block: block)
    var values: [Float] = []
    values.reserveCapacity(integers.count)
    for (index, place) in places.enumerated() {
      values.append(scale.element.rounded(Float(integers[index] - zeros[place]) * scales[place]))
    }
    var made = ONNXGraph.Tensor(tensor.shape, floats: values, scale.element)
    if block == 0 {
      made.steps = ONNXGraph.Steps(
        scales: scales, zeroPoints: zeros,
        axis: scales.count == 1 ? nil : axis < 0 ? axis + inputs.rank : axis,
        areHalfBytes: tensor.element.bits == 4)
    }
    return made
  }

  static func zeroPoints(
    _ given: ONNXGraph.Tensor?, like scale: ONNXGraph.Tensor, _ element: ONNXGraph.Element
  ) throws(GraphFailure) -> [Int64] {
    guard let given else { return [Int64](repeating: 0, count: scale.count) }
    guard case .integers(let zeros) = given.values, zeros.count == scale.count, given.element == element,
      let range = element.range, zeros.allSatisfy(range.contains)
    else { throw GraphFailure("has zero points that do not fit its scales and integers") }
    return zeros
  }

  /// The nearest integers, a tie going to the even one.
  private static func quantize(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let (axis, block) = try settings(inputs, &attributes)
    // Of eight-bit floats, which are refused.
    if inputs.version >= 19 { _ = try attributes.flag("saturate") }
    let type = inputs.version >= 21 ? try attributes.integer("output_dtype", otherwise: 0) : 0
    let (tensor, scale) = (inputs.first, try inputs.needed(1, "a scale"))
    guard let element = inputs[2]?.element ?? (type == 0 ? .uint8 : ONNXGraph.Element(rawValue: Int64(type))),
      let range = element.range, case .floats(let values) = tensor.values,
      case .floats(let scales) = scale.values
    else { throw GraphFailure("needs floats, and gives integers") }
    let zeros = try zeroPoints(inputs[2], like: scale, element)
    let places = try places(tensor, scale, axis: axis, block: block)
    var integers: [Int64] = []
    integers.reserveCapacity(values.count)
    for (index, place) in places.enumerated() {
      let quotient = (values[index] / scales[place]).rounded(.toNearestOrEven)
      guard !quotient.isNaN else { throw GraphFailure("makes an integer of what is no number") }
      let whole = Int64(min(max(quotient, -1e9), 1e9)) + zeros[place]
      integers.append(min(max(whole, range.lowerBound), range.upperBound))
    }
    return ONNXGraph.Tensor(tensor.shape, integers: integers, element)
  }
}
