import OctetNetwork
import OctetText

/// Values that a file has as integers, between QuantizeLinear and DequantizeLinear.
///
/// They are translated as if they were the floats that they stand for: QuantizeLinear becomes a `requantize` node, and
/// DequantizeLinear is another name for what it made. What lies between may only move integers.
extension ONNXTranslation {
  /// Integers by name, and what they stand for; that is not known of an input of integers until something reads it.
  struct Integers {
    var encodings: [String: IntegerEncoding?] = [:]
    /// Whether they are signed in the file.
    var elements: [String: ONNXGraph.Element] = [:]
    /// Numbered as the graph's nodes name them.
    var tensors: [IntegerTensor] = []
  }

  /// Operators that move integers without computing with them, or largest ones, whose order is that of the floats.
  private static let moves: Set = [
    "DepthToSpace", "Expand", "Flatten", "Gather", "Identity", "MaxPool", "Pad", "Reshape", "Resize",
    "Shape", "Size", "Slice", "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze",
    "Upsample",
  ]

  /// Throws where a node computes with integers as they are.
  func checkIntegers(_ node: ONNXGraph.Node) throws(GraphFailure) {
    guard let name = node.inputs.first(where: { integers.encodings[$0] != nil }) else { return }
    if node.type == "Concat", node.inputs.allSatisfy({ integers.encodings[$0] == integers.encodings[name] }) {
      return
    }
    guard
      Self.moves.contains(node.type) || node.type == "DequantizeLinear" || node.type.hasPrefix("QLinear")
        || node.type == "QGemm"
    else {
      throw GraphFailure(
        "computes with the integers \(name.quoted) as they are: put a DequantizeLinear before it"
      )
    }
  }

  /// Notes what a node has done: which of its results are integers, and what the weights of a layer were made of.
  ///
  /// - Parameter before: how many nodes the graph had.
  mutating func noteIntegers(_ node: ONNXGraph.Node, from before: Int) throws(GraphFailure) {
    if Self.moves.contains(node.type) || node.type == "Concat", let source = node.inputs.first,
      let known = integers.encodings[source]
    {
      for index in before..<builder.graph.nodes.count {
        switch builder.graph.nodes[index].operation {
        case .layer(.concatenate):
          guard let encoding = known else {
            throw GraphFailure("joins integers of which nothing says what they stand for yet")
          }
          builder.graph.nodes[index].tensors.output = tensor(encoding, node.outputs[0])
        case .layer(.resize) where !builder.graph.keepsIntegers(index):
          throw GraphFailure(
            "computes what lies between integers as they are, which ONNX does not define: put a DequantizeLinear "
              + "before it and a QuantizeLinear behind it")
        default: break
        }
      }
      for output in node.outputs where views[output] != nil {
        integers.encodings[output] = known
        integers.elements[output] = integers.elements[source]
      }
    }
    let place = node.type == "MatMul" && constant(node, 1) == nil ? 0 : 1
    guard let weights = constant(node, place), let steps = weights.steps else { return }
    let outputAxis: Int
    switch node.type {
    case "Conv": outputAxis = 0
    case "ConvTranspose": outputAxis = 1
    case "Gemm":
      if case .integer(1) = node.attributes["transB"] { outputAxis = 0 } else { outputAxis = 1 }
    case "MatMul": outputAxis = weights.shape.count - (place == 1 ? 1 : 2)
    default: return
    }
    guard steps.axis ?? outputAxis == outputAxis else { return }
    for index in before..<builder.graph.nodes.count where !builder.graph.nodes[index].weights.isEmpty {
      var (scales, zeroPoints) = (steps.scales, steps.zeroPoints.map { Int($0) })
      let outputs = builder.graph.nodes[index].shape.channels
      if node.type == "ConvTranspose", scales.count > 1, outputs % scales.count == 0 {
        // All groups of filters have the same scales, and so have all places that a convolution makes at once.
        let (own, ownZeros) = (scales, zeroPoints)
        scales = (0..<outputs).map { own[$0 % own.count] }
        zeroPoints = (0..<outputs).map { ownZeros[$0 % ownZeros.count] }
      }
      let encoding = IntegerEncoding(scales: scales, zeroPoints: zeroPoints, axis: 0)
      integers.tensors.append(
        IntegerTensor(
          name: node.inputs[place], element: .int8, isHalfByte: steps.areHalfBytes, encoding: encoding))
      builder.graph.nodes[index].tensors.weights = integers.tensors.count - 1
    }
  }

  /// Lets the weights of a layer that an operator without weights becomes be integers, should it read some.
  mutating func noteWeights(of view: ArrayView, steps: Float) {
    guard view.value > 0 else { return }
    let encoding = IntegerEncoding(scales: [steps], zeroPoints: [0], axis: 0)
    builder.graph.nodes[view.value - 1].tensors.weights = tensor(encoding, "")
  }

  /// The integer that stands for 0 in what a node reads; 0 where it reads floats.
  func isOfIntegers(_ node: ONNXGraph.Node) -> Bool { integers.encodings[node.inputs[0]] != nil }

  func integerZero(_ node: ONNXGraph.Node) throws(GraphFailure) -> Float {
    guard let known = integers.encodings[node.inputs[0]] else { return 0 }
    guard let encoding = known, let element = integers.elements[node.inputs[0]] else {
      throw GraphFailure("reads integers of which nothing says what they stand for yet")
    }
    return Float(encoding.zeroPoints[0] + (element == .uint8 ? 128 : 0))
  }

  /// The number of the tensor with an encoding, of which one is enough.
  mutating func tensor(_ encoding: IntegerEncoding, _ name: String) -> Int {
    if let known = integers.tensors.firstIndex(where: { $0.encoding == encoding }) { return known }
    integers.tensors.append(IntegerTensor(name: name, element: .int8, encoding: encoding))
    return integers.tensors.count - 1
  }

  /// What the integers of a value stand for, unsigned ones less 128.
  ///
  /// - Parameter element: their type, where the node alone does not say it.
  func encoding(_ node: ONNXGraph.Node, scale: Int, zeroPoint: Int, element: ONNXGraph.Element?)
    throws(GraphFailure) -> (IntegerEncoding, ONNXGraph.Element)
  {
    guard let tensor = constant(node, scale), case .floats(let scales) = tensor.values else {
      throw GraphFailure("needs a constant scale of floats as input \(scale)")
    }
    guard scales.count == 1 else {
      throw GraphFailure("has \(scales.count) scales for what depends on the input; one is supported")
    }
    var (type, zero) = (element ?? .uint8, Int64(0))
    if isGiven(node, zeroPoint) {
      guard let given = constant(node, zeroPoint), case .integers(let zeros) = given.values, zeros.count == 1
      else {
        throw GraphFailure("needs one constant zero point as input \(zeroPoint)")
      }
      (type, zero) = (given.element, zeros[0])
    }
    guard type == .int8 || type == .uint8 else {
      throw GraphFailure("is about integers of type \(type.rawValue); int8 and uint8 (3, 2) are supported")
    }
    guard scales[0].isFinite, scales[0] > 0 else { throw GraphFailure("has the scale \(scales[0])") }
    let encoding = IntegerEncoding(
      scales: scales, zeroPoints: [Int(zero) - (type == .uint8 ? 128 : 0)], axis: 0)
    return (encoding, type)
  }
}

// MARK: - the operators

extension Requantize {
  static let onnx =
    [("QuantizeLinear", readQuantizeLinear), ("DequantizeLinear", readDequantizeLinear)].flatMap {
      name, read -> [ONNXOperator] in
      let becomes =
        name == "QuantizeLinear" ? "the integers of the layer before; else a table" : "nothing"
      return [
        ONNXOperator(name, becomes: becomes, if: "int8 and uint8; one scale for a value", read),
        ONNXOperator("com.microsoft.\(name)", becomes: becomes, if: "the same", read),
      ]
    } + quantizedOperators

  /// `saturate` is about types that are refused, and the axis about several scales.
  private static func takeSettings(_ attributes: inout ONNXAttributes) throws(GraphFailure) {
    _ = attributes.take("axis")
    _ = attributes.take("saturate")
    guard try attributes.integer("block_size", otherwise: 0) == 0 else {
      throw GraphFailure("has scales for blocks of what depends on the input")
    }
  }

  private static func readQuantizeLinear(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    try takeSettings(&attributes)
    let type = try attributes.integer("output_dtype", otherwise: 0)
    let view = try model.viewOfRows(node)
    let (encoding, element) = try model.encoding(
      node, scale: 1, zeroPoint: 2, element: type == 0 ? nil : ONNXGraph.Element(rawValue: Int64(type)))
    let tensor = model.tensor(encoding, node.outputs.first ?? "")
    let made = try model.builder.append(.requantize, view, node.title)
    model.builder.graph.nodes[made.value - 1].tensors.output = tensor
    try model.give(node, made)
    if let output = node.outputs.first {
      model.integers.encodings[output] = encoding
      model.integers.elements[output] = element
    }
  }

  private static func readDequantizeLinear(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    try takeSettings(&attributes)
    let view = try model.viewOfRows(node)
    guard let known = model.integers.encodings[node.inputs[0]] else {
      throw GraphFailure("reads \(node.inputs[0].quoted), which is not of integers")
    }
    let (encoding, _) = try model.encoding(node, scale: 1, zeroPoint: 2, element: model.inputElement)
    if let known, known != encoding {
      throw GraphFailure("reads integers by another scale or zero point than they were made by")
    }
    if known == nil {
      let tensor = model.tensor(encoding, node.inputs[0])
      guard model.builder.graph.inputTensor ?? tensor == tensor else {
        throw GraphFailure("reads the input's integers by another scale or zero point than another node does")
      }
      model.builder.graph.inputTensor = tensor
    }
    try model.give(node, view)
  }
}
