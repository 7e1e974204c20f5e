import OctetText

/// Operators of ONNX and onnxruntime that are others between DequantizeLinear and QuantizeLinear: they are taken apart
/// into these.
extension Requantize {
  static let quantizedOperators: [ONNXOperator] = [
    whole("QLinearConv", of: "Conv", readConv), whole("QLinearMatMul", of: "MatMul", readMatMul),
    whole("com.microsoft.QGemm", of: "Gemm", readGemm),
    whole("com.microsoft.QLinearAdd", of: "Add", readTwo),
    whole("com.microsoft.QLinearMul", of: "Mul", readTwo),
    whole("com.microsoft.QLinearSigmoid", of: "Sigmoid", readOne),
    whole("com.microsoft.QLinearLeakyRelu", of: "LeakyRelu", readOne),
    whole("com.microsoft.QLinearSoftmax", of: "Softmax", readOne),
    whole("com.microsoft.QLinearAveragePool", of: "AveragePool", readOne),
    whole("com.microsoft.QLinearGlobalAveragePool", of: "GlobalAveragePool", readOne),
    whole("com.microsoft.QLinearConcat", of: "Concat", readConcat),
  ]

  private typealias Parts =
    @Sendable (ONNXTranslation, ONNXGraph.Node, inout ONNXAttributes) throws(GraphFailure) -> Apart

  private static func whole(_ name: String, of type: String, _ parts: @escaping Parts) -> ONNXOperator {
    ONNXOperator(name, becomes: "what \(type) becomes", if: "the same") {
      model, node, attributes throws(GraphFailure) in
      var apart = try parts(model, node, &attributes)
      // Attributes are those of the operator that it is made of, which takes them.
      attributes.takeAll()
      for index in apart.nodes.indices { apart.nodes[index].givenTitle = node.title }
      for (name, constant) in apart.constants { model.constants[name] = constant }
      for part in apart.nodes { try model.add(part) }
    }
  }

  /// A node as several. What is between them has names that no file has.
  private struct Apart {
    let node: ONNXGraph.Node
    var nodes: [ONNXGraph.Node] = []
    var constants: [String: ONNXGraph.Tensor] = [:]

    init(_ node: ONNXGraph.Node) { self.node = node }

    private func name(_ part: String) -> String { "\(node.outputs.first ?? "")\u{0}\(part)" }

    /// The node's input in place `place` with its scale and zero point.
    mutating func real(_ place: Int, _ scale: Int, _ zeroPoint: Int, axis: Int? = nil) -> String {
      func input(_ place: Int) -> String { place < node.inputs.count ? node.inputs[place] : "" }
      var part = ONNXGraph.Node(
        type: "DequantizeLinear", name: node.name, inputs: [input(place), input(scale), input(zeroPoint)],
        outputs: [name("real \(place)")])
      if let axis { part.attributes["axis"] = .integer(Int64(axis)) }
      nodes.append(part)
      return part.outputs[0]
    }

    mutating func constant(_ part: String, _ tensor: ONNXGraph.Tensor) -> String {
      constants[name(part)] = tensor
      return name(part)
    }

    /// The operator itself, and the integers that its result becomes; floats where it has no scale.
    mutating func finish(
      _ type: String, _ inputs: [String], _ attributes: [String: ONNXGraph.Attribute], scale: Int,
      zeroPoint: Int
    ) {
      let isQuantized = scale < node.inputs.count && !node.inputs[scale].isEmpty
      let made = isQuantized ? name("made") : node.outputs.first ?? ""
      nodes.append(
        ONNXGraph.Node(
          type: type, name: node.name, inputs: inputs, outputs: [made], attributes: attributes))
      guard isQuantized else { return }
      let zero = zeroPoint < node.inputs.count ? node.inputs[zeroPoint] : ""
      nodes.append(
        ONNXGraph.Node(
          type: "QuantizeLinear", name: node.name, inputs: [made, node.inputs[scale], zero],
          outputs: node.outputs))
    }
  }

  /// A bias of 32 bits counts in products of the scales of input and weights.
  private static func bias(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ place: Int, _ scales: [Int], factor: Float = 1
  ) throws(GraphFailure) -> ONNXGraph.Tensor? {
    guard model.isGiven(node, place) else { return nil }
    guard let tensor = model.constant(node, place), case .integers(let integers) = tensor.values else {
      throw GraphFailure("needs a constant bias of integers as input \(place)")
    }
    var steps = [Double](repeating: Double(factor), count: integers.count)
    for scale in scales {
      guard let found = model.constant(node, scale), case .floats(let floats) = found.values,
        floats.count == 1 || floats.count == integers.count
      else { throw GraphFailure("needs constant scales as input \(scale)") }
      for index in steps.indices { steps[index] *= Double(floats[floats.count == 1 ? 0 : index]) }
    }
    return ONNXGraph.Tensor(tensor.shape, floats: zip(integers, steps).map { Float(Double($0) * $1) })
  }

  private static func readConv(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> Apart {
    var apart = Apart(node)
    var inputs = [apart.real(0, 1, 2), apart.real(3, 4, 5, axis: 0)]
    if let bias = try bias(model, node, 8, [1, 4]) { inputs.append(apart.constant("bias", bias)) }
    apart.finish("Conv", inputs, node.attributes, scale: 6, zeroPoint: 7)
    return apart
  }

  private static func readMatMul(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> Apart {
    var apart = Apart(node)
    // Scales of the second matrix are one for each column, of the first one for each row.
    let inputs = [apart.real(0, 1, 2, axis: -2), apart.real(3, 4, 5, axis: -1)]
    apart.finish("MatMul", inputs, [:], scale: 6, zeroPoint: 7)
    return apart
  }

  private static func readGemm(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> Apart {
    var apart = Apart(node)
    var isTransposed = false
    if case .integer(1) = node.attributes["transB"] { isTransposed = true }
    var alpha: Float = 1
    if case .float(let factor) = node.attributes["alpha"] { alpha = factor }
    var inputs = [apart.real(0, 1, 2), apart.real(3, 4, 5, axis: isTransposed ? 0 : 1)]
    if let bias = try bias(model, node, 6, [1, 4], factor: alpha) {
      inputs.append(apart.constant("bias", bias))
    }
    apart.finish("Gemm", inputs, node.attributes, scale: 7, zeroPoint: 8)
    return apart
  }

  private static func readTwo(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> Apart {
    var apart = Apart(node)
    let inputs = [apart.real(0, 1, 2), apart.real(3, 4, 5)]
    apart.finish(
      String(node.type.dropFirst("QLinear".count)), inputs, node.attributes, scale: 6, zeroPoint: 7)
    return apart
  }

  private static func readOne(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> Apart {
    var apart = Apart(node)
    var own = node.attributes
    if let last = own.removeValue(forKey: "channels_last"), case .integer(let flag) = last, flag != 0 {
      throw GraphFailure("has channels_last 1, which is not supported")
    }
    if let version = own.removeValue(forKey: "opset"), case .integer(let number) = version,
      (number < 13) != (model.version < 13)
    {
      throw GraphFailure("is of operator set \(number), and the model of \(model.version)")
    }
    apart.finish(
      String(node.type.dropFirst("QLinear".count)), [apart.real(0, 1, 2)], own, scale: 3, zeroPoint: 4)
    return apart
  }

  /// The scale and the zero point of the result come first, then each value with its own.
  private static func readConcat(
    _ model: ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) -> Apart {
    var apart = Apart(node)
    var inputs: [String] = []
    for place in stride(from: 2, to: node.inputs.count, by: 3) {
      inputs.append(apart.real(place, place + 1, place + 2))
    }
    apart.finish("Concat", inputs, node.attributes, scale: 0, zeroPoint: 1)
    return apart
  }
}
