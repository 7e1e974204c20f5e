import OctetTraining

/// Exporters compute shapes with nodes. With a batch of one, all of that is constant, and is worked out here.
extension ONNXImport {
  static let constantOperators: Set<String> = [
    "Shape", "Cast", "Slice", "Concat", "Gather", "Squeeze", "Unsqueeze",
  ]

  /// Works the node out if all that it reads is constant; false if it is not that kind of node.
  mutating func foldConstant(_ node: ONNXGraph.Node) throws(ImportError) -> Bool {
    guard Self.constantOperators.contains(node.type), let output = node.outputs.first else { return false }
    if node.type == "Shape" {
      let value = try value(node, 0)
      let shape = shapes[value.index]
      constants[output] = tensor(value.axes.map { Int64(size(of: $0, shape)) })
      return true
    }
    var lists: [[Int64]] = []
    for name in node.inputs where !name.isEmpty {
      guard let tensor = constants[name], case .integers(let list) = tensor.values else { return false }
      lists.append(list)
    }
    guard let first = lists.first else { return false }
    switch node.type {
    case "Concat": constants[output] = tensor(lists.flatMap { $0 })
    case "Gather":
      guard lists.count == 2 else { return false }
      var picked: [Int64] = []
      for place in lists[1] {
        let index = place < 0 ? Int(clamping: place) + first.count : Int(clamping: place)
        guard first.indices.contains(index) else {
          throw failure(node, "picks element \(place) of \(first.count)")
        }
        picked.append(first[index])
      }
      constants[output] = tensor(picked)
    case "Slice":
      guard lists.count >= 3, lists.count < 5 || lists[4] == [1], let start = lists[1].first,
        let end = lists[2].first
      else { throw failure(node, "cuts a shape in a way that is not known") }
      func place(_ index: Int64) -> Int {
        min(max(Int(clamping: index) + (index < 0 ? first.count : 0), 0), first.count)
      }
      constants[output] = tensor(Array(first[place(start)..<max(place(start), place(end))]))
    default: constants[output] = tensor(first)
    }
    return true
  }

  private func tensor(_ list: [Int64]) -> ONNXGraph.Tensor {
    var tensor = ONNXGraph.Tensor()
    tensor.shape = [list.count]
    tensor.values = .integers(list)
    return tensor
  }
}
