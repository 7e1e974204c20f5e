import OctetText

/// An operator of ONNX and what translates it. Operators stand in the files of the kinds of layer that they become.
struct ONNXOperator: ListedOperator {
  /// Takes each attribute that it knows by its name; one that is left is an error.
  typealias Translation =
    @Sendable (inout ONNXTranslation, ONNXGraph.Node, inout ONNXAttributes) throws(GraphFailure) -> Void

  let description: OperatorDescription
  let translate: Translation

  init(_ name: String, becomes: String, if conditions: String? = nil, _ translate: @escaping Translation) {
    description = OperatorDescription(name: name, becomes: becomes, conditions: conditions)
    self.translate = translate
  }
}

extension ONNXTranslation {
  mutating func add(_ node: ONNXGraph.Node) throws(GraphFailure) {
    let name = node.operatorName
    guard node.isStandard || Kinds.onnx[name] != nil else {
      throw GraphFailure(
        "is an operator of the domain \(node.domain.quoted); those of ONNX, and some of com.microsoft, are supported"
      )
    }
    try checkIntegers(node)
    let inputs = node.inputs.map { $0.isEmpty ? nil : constants[$0] }
    if let operation = ONNXConstantOperator.table[node.type], !node.inputs.isEmpty,
      zip(node.inputs, inputs).allSatisfy({ $0.isEmpty || $1 != nil })
    {
      return try give(node, try operation.results(node, inputs, version: version))
    }
    guard let operation = Kinds.onnx[name] else {
      throw GraphFailure("is of an operator that is not supported. \(Kinds.onnx.supported)")
    }
    var attributes = ONNXAttributes(node)
    let before = builder.graph.nodes.count
    try operation.translate(&self, node, &attributes)
    try attributes.finish()
    try noteIntegers(node, from: before)
  }
}

extension ONNXGraph.Node {
  var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

  /// What the operator is called in lists.
  var operatorName: String { isStandard ? type : "\(domain).\(type)" }
}
