/// Shapes that a file has operators for: what a converter writes where the model was built for batches of any size.
/// They are worked out for the batch that the file is read with.
extension LiteTranslation {
  /// Whether a node works out a shape, rather than values of the network. Its numbers are kept where they are known;
  /// else what it is a shape of has the one that the file says.
  mutating func makesShape(_ node: LiteGraph.Node) throws(GraphFailure) -> Bool {
    let element = file.tensors[node.outputs[0]].element
    guard element == .int32 || element == .int64 else { return false }
    shapes[node.outputs[0]] = try shapeNumbers(node)
    return true
  }

  /// The shape that a node gives its result, where that is worked out.
  func workedOutShape(_ node: LiteGraph.Node, _ place: Int) -> [Int]? {
    place < node.inputs.count ? shapes[node.inputs[place]] : nil
  }

  /// A list of whole numbers, constant or worked out; nil for anything else. One number is a list too.
  private func list(_ node: LiteGraph.Node, _ place: Int) throws(GraphFailure) -> [Int]? {
    guard place < node.inputs.count, node.inputs[place] >= 0,
      file.tensors[node.inputs[place]].shape.count <= 1
    else { return nil }
    if let known = shapes[node.inputs[place]] { return known }
    return constant(node, place) == nil ? nil : try integers(node, place)
  }

  private func shapeNumbers(_ node: LiteGraph.Node) throws(GraphFailure) -> [Int]? {
    switch node.name {
    case "SHAPE":
      guard let tensor = node.inputs.first, blocks[tensor] == nil else { return nil }
      return views[tensor].flatMap { $0.choice == nil ? sizesWithBatch($0) : nil }
    case "RESHAPE", "SQUEEZE", "EXPAND_DIMS":
      return file.tensors[node.outputs[0]].shape.count <= 1 ? try list(node, 0) : nil
    case "PACK", "CONCATENATION":
      guard file.tensors[node.outputs[0]].shape.count == 1 else { return nil }
      var all: [Int] = []
      for place in node.inputs.indices {
        guard let own = try list(node, place), all.count + own.count <= 64 else { return nil }
        all += own
      }
      return all
    case "GATHER":
      guard let own = try list(node, 0), let places = try list(node, 1), try option(node, 0) == 0,
        try option(node, 1) == 0, places.allSatisfy(own.indices.contains)
      else { return nil }
      return places.map { own[$0] }
    case "REDUCE_PROD":
      guard let own = try list(node, 0), let axes = try list(node, 1), axes == [0] || axes == [-1] else {
        return nil
      }
      var product = 1
      for number in own {
        let (next, isTooLarge) = product.multipliedReportingOverflow(by: number)
        guard !isTooLarge else { return nil }
        product = next
      }
      return [product]
    case "STRIDED_SLICE":
      return try slicedNumbers(node)
    default: return nil
    }
  }

  /// A part of a shape, or one of its numbers.
  private func slicedNumbers(_ node: LiteGraph.Node) throws(GraphFailure) -> [Int]? {
    guard let own = try list(node, 0), let start = try list(node, 1), let end = try list(node, 2),
      let step = try list(node, 3), [start.count, end.count, step.count] == [1, 1, 1], step[0] != 0
    else { return nil }
    var masks: [Bool] = []
    for field in 0..<6 { masks.append(try option(node, field, isByte: field == 5) & 1 == 1) }
    guard !masks[2], !masks[3], !masks[5] else { return nil }
    if masks[4] {
      let place = start[0] < 0 ? start[0] + own.count : start[0]
      return own.indices.contains(place) ? [own[place]] : nil
    }
    let isForward = step[0] > 0
    let range = try SlicedRange(
      masks[0] ? (isForward ? 0 : own.count - 1) : start[0],
      masks[1] ? (isForward ? own.count : -own.count - 1) : end[0], step: step[0], size: own.count)
    return (0..<range.count).map { own[range.first + $0 * range.step] }
  }
}
