import OctetNetwork
import OctetText

/// Arrays that are put together, and parts of arrays.
extension ONNXConstantOperator {
  static let parts = [
    ONNXConstantOperator("Concat", concat),
    ONNXConstantOperator("ConstantOfShape", constantOfShape),
    ONNXConstantOperator("Expand", expand),
    ONNXConstantOperator("Gather", gather),
    ONNXConstantOperator("Pad", pad),
    ONNXConstantOperator("Range", range),
    ONNXConstantOperator("Slice", slice),
    ONNXConstantOperator("Split", several: split),
    ONNXConstantOperator("Tile", tile),
  ]

  private static func concat(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let axis = try axis(attributes.integer("axis", otherwise: 0), rank: inputs.rank)
    var tensors: [ONNXGraph.Tensor] = []
    for input in inputs.all {
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
    // The elements of all, one tensor after the other, then picked in the order of the result.
    let all = try sequence(tensors)
    var places: [Int] = []
    for index in 0..<outer {
      var first = 0
      for tensor in tensors {
        let size = outer == 0 ? 0 : tensor.count / outer
        places += first + index * size..<first + (index + 1) * size
        first += tensor.count
      }
    }
    return all.picked(shape, places)
  }

  /// The elements of tensors of one type.
  static func sequence(_ tensors: [ONNXGraph.Tensor]) throws(GraphFailure) -> ONNXGraph.Tensor {
    let shape = [tensors.reduce(0) { $0 + $1.count }]
    func joined<Element>(_ lists: [[Element]?]) -> [Element]? {
      lists.contains { $0 == nil } ? nil : lists.flatMap { $0 ?? [] }
    }
    let element = tensors[0].element
    guard tensors.allSatisfy({ $0.element == element }) else {
      throw GraphFailure("joins constants of different element types")
    }
    if let floats = joined(tensors.map(\.floats)) {
      return ONNXGraph.Tensor(shape, floats: floats, element)
    }
    if let doubles = joined(tensors.map(\.doubles)) { return ONNXGraph.Tensor(shape, doubles: doubles) }
    if let sizes = joined(tensors.map(\.sizes)) { return ONNXGraph.Tensor(shape, sizes: sizes, element) }
    throw GraphFailure("joins constants of different element types")
  }

  private static func constantOfShape(_ inputs: Inputs, _ attributes: inout ONNXAttributes)
    throws(GraphFailure) -> ONNXGraph.Tensor
  {
    let shape = try inputs.first.integers("a shape")
    guard inputs.rank == 1 else { throw GraphFailure("needs a shape of one axis") }
    let value = attributes.take("value")
    try check(shape)
    let count = shape.reduce(1, *)
    guard let value else { return ONNXGraph.Tensor(shape, floats: [Float](repeating: 0, count: count)) }
    guard case .tensor(let tensor) = value, tensor.count == 1 else {
      throw GraphFailure("has a \"value\" that is not a tensor of one element")
    }
    return tensor.picked(shape, [Int](repeating: 0, count: count))
  }

  private static func gather(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    guard inputs.all.count == 2, let chosen = inputs[1] else { throw GraphFailure("needs indices") }
    let indices = try chosen.integers("indices")
    let axis = try axis(attributes.integer("axis", otherwise: 0), rank: inputs.rank)
    let (tensor, shape) = (inputs.first, chosen.shape)
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
  private static func slice(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let (tensor, version) = (inputs.first, inputs.version)
    func list(_ place: Int, _ name: String) throws(GraphFailure) -> [Int]? {
      if version >= 10 { return try inputs.integers(place, name) }
      return place < 4 ? try attributes.integers(name) : nil
    }
    let (starts, ends) = (try list(1, "starts"), try list(2, "ends"))
    guard let starts, let ends, starts.count == ends.count else {
      throw GraphFailure("needs constant starts and ends")
    }
    let axes = try list(3, "axes") ?? Array(starts.indices)
    let steps = try list(4, "steps") ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count,
      steps.allSatisfy({ $0 != 0 && (-largestCount...largestCount).contains($0) })
    else {
      throw GraphFailure("has axes or steps that do not match its starts")
    }
    _ = try ArrayShapes.places(axes, rank: inputs.rank)
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
      // A start before the first element is the first one, even going down.
      let (start, end) = (max(place(starts[index]), min(0, size - 1)), place(ends[index]))
      guard abs(step) <= max(size, 1) else {
        throw GraphFailure("has a step of \(step) along an axis of \(size)")
      }
      shape[axis] = max(0, (end - start + step - (step > 0 ? 1 : -1)) / step)
      first += start * strides[axis]
      strides[axis] *= step
    }
    return tensor.picked(shape, shape.contains(0) ? [] : ONNXGraph.Tensor.places(shape, strides, from: first))
  }

  private static func expand(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let wanted = try inputs.needed(1, "a shape").integers("a shape")
    let shape = try ONNXGraph.Tensor.broadcast(inputs.first.shape, wanted)
    try check(shape)
    return inputs.first.broadcast(to: shape)
  }

  /// The whole array so many times along each axis. Version 1 was another operator.
  private static func tile(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let repeats = try inputs.needed(1, "repeats").integers("repeats")
    guard repeats.count == inputs.rank, repeats.allSatisfy({ (0...largestCount).contains($0) }) else {
      throw GraphFailure("repeats an array of \(inputs.rank) axes \(repeats) times")
    }
    let own = inputs.first.shape
    let shape = zip(own, repeats).map { $0.multipliedReportingOverflow(by: $1) }.map { $1 ? Int.max : $0 }
    try check(shape)
    // Each axis is one of repeats, which move nowhere, and its own.
    let strides = ONNXGraph.Tensor.strides(own)
    let places = ONNXGraph.Tensor.places(
      zip(repeats, own).flatMap { [$0, $1] }, strides.flatMap { [0, $0] })
    return inputs.first.picked(shape, shape.contains(0) ? [] : places)
  }

  /// Numbers from a start up to a limit, which is left out, a step apart.
  private static func range(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let parts = [inputs.first, try inputs.needed(1, "a limit"), try inputs.needed(2, "a step")]
    guard parts.allSatisfy({ $0.count == 1 && $0.element == inputs.first.element }) else {
      throw GraphFailure("needs a start, a limit and a step that are one number of one type each")
    }
    func count(_ start: Double, _ limit: Double, _ step: Double) throws(GraphFailure) -> Int {
      let count = ((limit - start) / step).rounded(.up)
      guard count.isFinite, count <= Double(largestCount) else {
        throw GraphFailure("counts from \(start) to \(limit) in steps of \(step)")
      }
      return max(Int(count), 0)
    }
    if let numbers = Optional(parts.compactMap { $0.integers?.first }), numbers.count == 3 {
      let count = try count(Double(numbers[0]), Double(numbers[1]), Double(numbers[2]))
      return ONNXGraph.Tensor(
        [count], integers: (0..<count).map { Int64(numbers[0] + $0 * numbers[2]) }, inputs.first.element)
    }
    let doubles = parts.compactMap { $0.numbers?.first }
    guard doubles.count == 3 else { throw GraphFailure("has ends that \(ONNXGraph.Tensor.followFromBatch)") }
    let count = try count(doubles[0], doubles[1], doubles[2])
    let values = (0..<count).map { doubles[0] + Double($0) * doubles[2] }
    return ONNXGraph.Tensor([count], numbers: values, inputs.first.element)
  }

  /// Pieces along an axis: of the sizes given, or as many equal ones as there are results, the last one smaller.
  private static func split(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> [ONNXGraph.Tensor]
  {
    let axis = try axis(attributes.integer("axis", otherwise: 0), rank: inputs.rank)
    let given = try inputs.integers(1, "split", inputSince: 13, &attributes)
    let count = inputs.version >= 18 ? try attributes.integer("num_outputs", otherwise: inputs.results) : nil
    let (tensor, shape) = (inputs.first, inputs.first.shape)
    let sizes = try ArrayShapes.pieces(of: shape[axis], given, count: count ?? inputs.results)
    var start = 0
    var made: [ONNXGraph.Tensor] = []
    for size in sizes {
      var part = shape
      part[axis] = size
      let strides = ONNXGraph.Tensor.strides(shape)
      let places = ONNXGraph.Tensor.places(part, strides, from: start * strides[axis])
      made.append(tensor.picked(part, part.contains(0) ? [] : places))
      start += size
    }
    return made
  }

  private static func pad(_ inputs: Inputs, _ attributes: inout ONNXAttributes) throws(GraphFailure)
    -> ONNXGraph.Tensor
  {
    let mode = try attributes.text("mode", otherwise: "constant")
    guard inputs.version >= 11, mode == "constant" else {
      throw GraphFailure("pads a constant in mode \(mode.quoted) of operator set \(inputs.version)")
    }
    let pads = try inputs.needed(1, "pads").integers("pads")
    let axes = inputs.version >= 18 ? try inputs.integers(3, "axes") : nil
    let places = try (axes ?? Array(0..<inputs.rank)).map { number throws(GraphFailure) in
      try axis(number, rank: inputs.rank)
    }
    guard Set(places).count == places.count, pads.count == 2 * places.count,
      pads.allSatisfy({ (0...largestCount).contains($0) })
    else {
      throw GraphFailure("has pads \(pads) for \(places.count) axes")
    }
    var shape = inputs.first.shape
    var before = shape.map { _ in 0 }
    for (index, place) in places.enumerated() {
      before[place] = pads[index]
      shape[place] += pads[index] + pads[index + places.count]
    }
    try check(shape)
    // The value that fills stands behind the elements.
    let value = inputs[2] ?? inputs.first.zero
    guard value.count == 1 else { throw GraphFailure("pads with \(value.count) numbers") }
    let all = try sequence([inputs.first, value])
    var from = [Int](repeating: inputs.first.count, count: shape.reduce(1, *))
    let strides = ONNXGraph.Tensor.strides(shape)
    let start = zip(before, strides).reduce(0) { $0 + $1.0 * $1.1 }
    for (index, place) in ONNXGraph.Tensor.places(inputs.first.shape, strides, from: start).enumerated()
    where index < inputs.first.count { from[place] = index }
    return all.picked(shape, from)
  }
}
