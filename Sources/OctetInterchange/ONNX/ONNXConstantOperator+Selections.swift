import OctetText

/// Elements that are found, picked or replaced one by one; sums and products of many.
extension ONNXConstantOperator {
  static let selections = [
    ONNXConstantOperator("GatherElements", gatherElements),
    ONNXConstantOperator("GatherND", gatherND),
    ONNXConstantOperator("NonZero", nonZero),
    ONNXConstantOperator("ScatterND", scatterND),
    ONNXConstantOperator("Size") { inputs, _ in
      ONNXGraph.Tensor([], integers: [Int64(inputs.first.count)])
    },
    ONNXConstantOperator("Trilu", triangle),
  ]

  /// The places of all elements that are not 0: a row of indices for each axis.
  private static func nonZero(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    guard let numbers = inputs.first.numbers, inputs.rank > 0 else {
      throw GraphFailure(
        "looks for places in one number, or in sizes that \(ONNXGraph.Tensor.followFromBatch)")
    }
    let found = numbers.indices.filter { numbers[$0] != 0 }
    try check([inputs.rank, found.count])
    let strides = ONNXGraph.Tensor.strides(inputs.first.shape)
    let indices = zip(strides, inputs.first.shape).flatMap { stride, size in
      found.map { Int64($0 / stride % size) }
    }
    return ONNXGraph.Tensor([inputs.rank, found.count], integers: indices)
  }

  /// Where each row of indices leads: the place of its first element, and how many follow.
  private static func slices(
    _ tensor: ONNXGraph.Tensor, _ indices: ONNXGraph.Tensor, batch: Int = 0
  ) throws(GraphFailure) -> (starts: [Int], size: Int, shape: [Int]) {
    let numbers = try indices.integers("indices")
    guard let depth = indices.shape.last, depth > 0, batch >= 0, batch < indices.shape.count,
      batch + depth <= tensor.shape.count, indices.shape[..<batch] == tensor.shape[..<batch]
    else { throw GraphFailure("has indices \(indices.shape) into an array \(tensor.shape)") }
    let strides = ONNXGraph.Tensor.strides(tensor.shape)
    let rest = Array(tensor.shape[(batch + depth)...])
    let size = rest.reduce(1, *)
    let perBatch = tensor.shape[batch...].reduce(1, *)
    let rows = indices.shape.dropLast().reduce(1, *)
    let rowsPerBatch = indices.shape[batch...].dropLast().reduce(1, *)
    var starts: [Int] = []
    for row in 0..<rows {
      var start = rowsPerBatch == 0 ? 0 : row / rowsPerBatch * perBatch
      for place in 0..<depth {
        let axis = batch + place
        let index = numbers[row * depth + place]
        guard (-tensor.shape[axis]..<tensor.shape[axis]).contains(index) else {
          throw GraphFailure("picks element \(index) of \(tensor.shape[axis])")
        }
        start += (index < 0 ? index + tensor.shape[axis] : index) * strides[axis]
      }
      starts.append(start)
    }
    return (starts, size, indices.shape.dropLast() + rest)
  }

  private static func gatherND(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let batch = inputs.version >= 12 ? try attributes.integer("batch_dims", otherwise: 0) : 0
    let (starts, size, shape) = try slices(inputs.first, inputs.needed(1, "indices"), batch: batch)
    try check(shape)
    return inputs.first.picked(shape, starts.flatMap { $0..<$0 + size })
  }

  private static func scatterND(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    if inputs.version >= 16 {
      let reduction = try attributes.text("reduction", otherwise: "none")
      guard reduction == "none" else {
        throw GraphFailure("combines by \(reduction.quoted) what it replaces")
      }
    }
    let (tensor, updates) = (inputs.first, try inputs.needed(2, "updates"))
    let (starts, size, shape) = try slices(tensor, inputs.needed(1, "indices"))
    guard updates.shape == shape else {
      throw GraphFailure("replaces \(shape) by \(updates.shape)")
    }
    // Both one after the other, then picked.
    let all = try sequence([tensor, updates])
    var places = Array(0..<tensor.count)
    for (row, start) in starts.enumerated() {
      for index in 0..<size { places[start + index] = tensor.count + row * size + index }
    }
    return all.picked(tensor.shape, places)
  }

  private static func gatherElements(_ inputs: Inputs, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let axis = try axis(attributes.integer("axis", otherwise: 0), rank: inputs.rank)
    let (tensor, indices) = (inputs.first, try inputs.needed(1, "indices"))
    let numbers = try indices.integers("indices")
    let own = tensor.shape
    guard indices.shape.count == own.count,
      own.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= own[$0] })
    else { throw GraphFailure("has indices \(indices.shape) into an array \(own)") }
    // The places of the first along the axis, then as far along it as the index says.
    var strides = ONNXGraph.Tensor.strides(own)
    let step = strides[axis]
    strides[axis] = 0
    var places = ONNXGraph.Tensor.places(indices.shape, strides)
    for (place, index) in numbers.enumerated() {
      guard (-own[axis]..<own[axis]).contains(index) else {
        throw GraphFailure("picks element \(index) of \(own[axis])")
      }
      places[place] += (index < 0 ? index + own[axis] : index) * step
    }
    return tensor.picked(indices.shape, numbers.isEmpty ? [] : places)
  }

  /// The upper or lower triangle of matrices; the rest is 0.
  private static func triangle(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let isUpper = try attributes.flag("upper", otherwise: true)
    let diagonal = try inputs.integers(1, "a diagonal")?.first ?? 0
    let shape = inputs.first.shape
    guard shape.count >= 2, (-largestCount...largestCount).contains(diagonal) else {
      throw GraphFailure("takes a triangle of an array \(shape)")
    }
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let all = try sequence([inputs.first, inputs.first.zero])
    let count = inputs.first.count
    let places = (0..<count).map { place -> Int in
      let beyond = place % columns - place / columns % rows - diagonal
      return (isUpper ? beyond >= 0 : beyond <= 0) ? place : count
    }
    return all.picked(shape, places)
  }
}

extension ONNXConstantOperator {
  static let reductions = [
    reduction("ReduceSum", inputSince: 13) { $0.reduce(0, +) },
    reduction("ReduceMean", inputSince: 18, ofFloats: true) { $0.reduce(0, +) / Double($0.count) },
    reduction("ReduceProd", inputSince: 18) { $0.reduce(1, *) },
    reduction("ReduceMax", inputSince: 18) { $0.max() ?? -.infinity },
    reduction("ReduceMin", inputSince: 18) { $0.min() ?? .infinity },
    reduction("ReduceL1", inputSince: 18) { $0.reduce(0) { $0 + abs($1) } },
    reduction("ReduceL2", inputSince: 18, ofFloats: true) { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() },
    reduction("ReduceSumSquare", inputSince: 18) { $0.reduce(0) { $0 + $1 * $1 } },
  ]

  /// One number for all elements along some axes.
  private static func reduction(
    _ name: String, inputSince: Int, ofFloats: Bool = false,
    _ reduce: @escaping @Sendable ([Double]) -> Double
  ) -> ONNXConstantOperator {
    ONNXConstantOperator(name) { inputs, attributes throws(GraphFailure) in
      let given = try inputs.integers(1, "axes", inputSince: inputSince, &attributes) ?? []
      let keepsAxes = try attributes.flag("keepdims", otherwise: true)
      let doesNothing =
        inputs.version >= inputSince ? try attributes.flag("noop_with_empty_axes") : false
      let tensor = inputs.first
      if given.isEmpty, doesNothing { return tensor }
      let axes =
        given.isEmpty ? Set(0..<inputs.rank) : try ArrayShapes.places(given, rank: inputs.rank)
      if name == "ReduceProd", let sizes = tensor.sizes, tensor.numbers == nil, axes.count == inputs.rank {
        var product = ONNXGraph.Size.number(1)
        for size in sizes {
          product = try self.size("Mul", product, size, tensor.element) {
            $0.multipliedReportingOverflow(by: $1)
          }
        }
        return ONNXGraph.Tensor(
          [Int](repeating: 1, count: keepsAxes ? inputs.rank : 0), sizes: [product], tensor.element)
      }
      guard let numbers = tensor.numbers, tensor.element.isFloat || !ofFloats else {
        throw GraphFailure("takes one number of integers that it has none for, or that follow from the batch")
      }
      let (shape, strides) = (tensor.shape, ONNXGraph.Tensor.strides(tensor.shape))
      let (kept, taken) = (shape.indices.filter { !axes.contains($0) }, axes.sorted())
      let starts = ONNXGraph.Tensor.places(kept.map { shape[$0] }, kept.map { strides[$0] })
      let steps = ONNXGraph.Tensor.places(taken.map { shape[$0] }, taken.map { strides[$0] })
      guard !shape.contains(0) else { throw GraphFailure("takes one number of an empty array") }
      let values = starts.map { start in reduce(steps.map { numbers[start + $0] }) }
      let made = keepsAxes ? shape.indices.map { axes.contains($0) ? 1 : shape[$0] } : kept.map { shape[$0] }
      if tensor.element.isFloat { return ONNXGraph.Tensor(made, numbers: values, tensor.element) }
      let whole = values.compactMap { Int64(exactly: $0) }
      guard whole.count == values.count, whole.allSatisfy({ tensor.element.range?.contains($0) != false })
      else {
        throw GraphFailure("makes an integer that overflows \(min(tensor.element.bits, 32)) bits")
      }
      return ONNXGraph.Tensor(made, integers: whole, tensor.element)
    }
  }
}
