import OctetTraining

/// Products, quotients, sums and differences with a constant, as models have them that scale their own input.
extension ONNXImport {
  mutating func addAffine(_ node: ONNXGraph.Node) throws(ImportError) {
    let place = constant(node, 0) == nil ? 0 : 1
    let value = try value(node, place)
    guard place == 0 || node.type == "Mul" || node.type == "Add" else {
      throw failure(node, "has its constant first; only multiplying and adding can")
    }
    let numbers = try perChannel(node, 1 - place, value)
    let ones = numbers.map { _ in Float(1) }
    let zeros = numbers.map { _ in Float(0) }
    let (factors, summands) =
      switch node.type {
      case "Mul": (numbers, zeros)
      case "Div": (numbers.map { 1 / $0 }, zeros)
      case "Sub": (ones, numbers.map { -$0 })
      default: (ones, numbers)
      }
    try append(
      ForeignLayer.affine(value.index, factors: factors, summands: summands), node, axes: value.axes)
    if let output = node.outputs.first { values[output]?.flattened = value.flattened }
  }

  /// A constant that is one number, or one for each channel.
  private func perChannel(_ node: ONNXGraph.Node, _ place: Int, _ value: Value) throws(ImportError) -> [Float]
  {
    guard let tensor = constant(node, place), case .floats(let numbers) = tensor.values else {
      throw failure(node, "needs a constant of floats beside its value")
    }
    let channels = shapes[value.index].channels
    if numbers.count == 1 { return [Float](repeating: numbers[0], count: channels) }
    // Constants have the last axes of the value; those of size 1 are for all.
    let axes = value.axes.suffix(tensor.shape.count)
    guard numbers.count == channels, value.flattened == nil, axes.count == tensor.shape.count,
      zip(axes, tensor.shape).allSatisfy({ $0 == .channel ? $1 == channels : $1 == 1 })
    else {
      throw failure(
        node, "has a constant \(tensor.shape); one number, or one for each of \(channels) channels is known")
    }
    return numbers
  }
}
