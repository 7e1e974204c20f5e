import OctetTraining

/// The nodes that leave no layer: shapes, conversions, zeros around an image.
extension LiteNetwork {
  /// Shapes that are worked out as the model runs: every tensor has its shape in the file.
  func passShapes(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let element = graph.tensors[node.outputs[0]].element
    guard element == .int32 || element == .int64 else { throw misfit("is known for shapes only") }
  }

  mutating func reshape(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    let value = try value(node)
    guard borders[node.inputs[0]] == nil else { throw misfit("follows a PAD; only convolutions can") }
    let wanted = Array(graph.tensors[node.outputs[0]].shape.dropFirst())
    var shape = shape(value)
    guard (0...3).contains(wanted.count), wanted.allSatisfy({ (1...(1 << 24)).contains($0) }),
      wanted.reduce(1, { $0 &* $1 }) == shape.count
    else { throw misfit("reshapes \(shape) to \(wanted)") }
    let sizes = [shape.height, shape.width, shape.channels]
    if value == 0, layers.isEmpty, wanted.count == 3, wanted != sizes, wanted.allSatisfy({ $0 <= 4096 }) {
      // A flat input that is made an image: the model takes images, then.
      shape = ImageShape(height: wanted[0], width: wanted[1], channels: wanted[2])
      input = shape
    } else if wanted.count > 1, wanted.filter({ $0 != 1 }) != sizes.filter({ $0 != 1 }) {
      throw misfit("reshapes \(shape) to \(wanted); only flattening is known")
    }
    values[node.outputs[0]] = value
  }

  /// QUANTIZE and DEQUANTIZE at the edges, of constants, and between layers.
  mutating func convert(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    guard let source = node.inputs.first else { throw misfit("has no input") }
    let output = node.outputs[0]
    if let constant = constant(source) {
      aliases[output] = constant
      return
    }
    let value = try value(node)
    if value == 0, layers.isEmpty {
      inputTensor = output
      try rename(node)
    } else if node.operation == .dequantize || graph.tensors[output].element != .int8 || head.isThere {
      try rename(node)
    } else {
      try append(.function(.none), node)
    }
  }

  /// Zeros around an image, for the convolution that reads it.
  mutating func pad(_ node: LiteGraph.Node) throws(FlatBufferTable.Failure) {
    _ = try image(node)
    let counts = try integers(node, 1)
    guard counts.count == 8, counts.allSatisfy({ (0...255).contains($0) }), counts[0] == 0, counts[1] == 0,
      counts[6] == 0, counts[7] == 0, borders[node.inputs[0]] == nil
    else { throw misfit("pads by \(counts); only rows and columns, up to 255 of them, are known") }
    borders[node.outputs[0]] = .border(top: counts[2], left: counts[4], bottom: counts[3], right: counts[5])
    try rename(node)
  }
}

extension LiteNetwork.Head {
  /// Whether probabilities are made at the end.
  fileprivate var isThere: Bool {
    if case .linear = self { return false }
    return true
  }
}
