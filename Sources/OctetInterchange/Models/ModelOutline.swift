import OctetHost

/// What a model file of another program says of itself before anything in it is understood: its operators in their
/// order, and the shapes that it states. It is shown where a model is refused.
package struct ModelOutline: Sendable {
  package struct Operator: Sendable {
    package let name: String
    /// As its format calls it.
    package let kind: String
    /// The shape of what it gives, with the batch; nil where the file does not state it. A size that is not fixed is
    /// nil.
    package let output: [Int?]?
    /// Whether operators of its kind are read; this one can be refused nevertheless.
    package let isSupported: Bool
  }

  package let operators: [Operator]

  /// Nil where not even that can be read.
  package init?(_ format: ForeignFileFormat, _ bytes: [UInt8]) {
    let found: [Operator]?
    switch format {
    case .onnx: found = (try? ONNXGraph(bytes)).map(Self.operators)
    case .keras, .hdf5: found = (try? KerasImport.contents(bytes)).map { Self.operators($0.model) }
    case .lite: found = (try? LiteGraph(bytes)).map(Self.operators)
    }
    guard let found, !found.isEmpty else { return nil }
    operators = found
  }

  private static func operators(_ graph: ONNXGraph) -> [Operator] {
    let shapes = Dictionary((graph.stated + graph.outputs).map { ($0.name, $0.shape) }) { first, _ in first }
    return graph.nodes.filter { !$0.inputs.isEmpty }.map { node in
      let name = node.operatorName
      let isKnown = Kinds.onnx[name] != nil || (node.isStandard && ONNXConstantOperator.table[name] != nil)
      return Operator(
        name: node.ownName, kind: name,
        output: shapes[node.outputs.first ?? ""], isSupported: isKnown)
    }
  }

  private static func operators(_ model: KerasConfiguration) -> [Operator] {
    model.layersOfAllModels.filter { !$0.isModel }.map { layer in
      let kind = layer.text("class_name") ?? ""
      return Operator(
        name: layer.name ?? "", kind: kind, output: nil, isSupported: Kinds.keras[kind] != nil)
    }
  }

  private static func operators(_ graph: LiteGraph) -> [Operator] {
    graph.nodes.map { node in
      let output = graph.tensors[node.outputs[0]]
      return Operator(
        name: output.name, kind: node.name, output: output.shape, isSupported: node.operation != nil)
    }
  }
}
