/// Operators whose results are known when the file is read.
enum ConstantValues: TranslatedKind {
  static let onnx = [
    ONNXOperator("Constant", becomes: "nothing", readConstant),
    ONNXOperator("Shape", becomes: "nothing", readShape),
    ONNXOperator("Size", becomes: "nothing", readSize),
  ]

  private static func readConstant(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let forms = ["value", "value_float", "value_floats", "value_int", "value_ints"]
    guard let form = forms.first(where: { node.attributes[$0] != nil }), let value = attributes.take(form)
    else {
      throw GraphFailure("holds something else than numbers")
    }
    switch value {
    case .tensor(let tensor): try model.give(node, tensor)
    case .float(let value): try model.give(node, ONNXGraph.Tensor([], floats: [value]))
    case .floats(let values): try model.give(node, ONNXGraph.Tensor([values.count], floats: values))
    case .integer(let value): try model.give(node, ONNXGraph.Tensor([], integers: [value]))
    case .integers(let values): try model.give(node, ONNXGraph.Tensor([values.count], integers: values))
    case .text, .reference, .branch, .other: throw GraphFailure("holds something else than numbers")
    }
  }

  private static func readSize(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    let isOpen = view.hasBatch && model.builder.batch == GraphBuilder.anyBatch
    let count = view.count * (view.hasBatch && !isOpen ? model.builder.batch : 1)
    let size = isOpen ? ONNXGraph.Size.unknown : .number(Int64(count))
    try model.give(node, ONNXGraph.Tensor([], sizes: [size]))
  }

  /// Since 15 a part of the shape can be asked for.
  private static func readShape(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let sizes: [ONNXGraph.Size]
    if let tensor = model.constant(node, 0) {
      sizes = tensor.shape.map { .number(Int64($0)) }
    } else {
      sizes = model.shape(try model.viewOfRows(node))
    }
    func place(_ index: Int) -> Int { min(max(index < 0 ? index + sizes.count : index, 0), sizes.count) }
    var (start, end) = (0, sizes.count)
    if model.version >= 15 {
      start = place(try attributes.integer("start", otherwise: 0))
      end = place(try attributes.integer("end", otherwise: sizes.count))
    }
    let part = Array(sizes[start..<max(start, end)])
    try model.give(node, ONNXGraph.Tensor([part.count], sizes: part))
  }

  static let lite = ["SHAPE", "REDUCE_PROD"].map {
    LiteOperator($0, becomes: "nothing", if: "of shapes", effect: .moves) {
      model, node throws(GraphFailure) in
      guard try model.makesShape(node) else { throw GraphFailure("is supported for shapes only") }
    }
  }
}
