import OctetNetwork
import OctetText
import OctetTraining

/// One operator after the other; the numbers of versions are those in which an operator's definition changed.
extension ONNXTranslation {
  mutating func add(_ node: ONNXGraph.Node) throws(GraphFailure) {
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw GraphFailure("is of the domain \(node.domain.quoted); standard operators are supported")
    }
    let inputs = node.inputs.map { $0.isEmpty ? nil : constants[$0] }
    if ONNXConstantOperator.known.contains(node.type), !node.inputs.isEmpty,
      zip(node.inputs, inputs).allSatisfy({ $0.isEmpty || $1 != nil })
    {
      return try give(node, try ONNXConstantOperator.result(node, inputs, version: version))
    }
    var attributes = ONNXAttributes(node)
    switch node.type {
    case "Constant": try addConstant(node, &attributes)
    case "Shape": try addShape(node, &attributes)
    case "Identity": try give(node, try view(node))
    case "Dropout": try addDropout(node, &attributes)
    case "Cast":
      guard try attributes.integer("to", otherwise: 0) == 1 else {
        throw GraphFailure("casts to another type than float (1)")
      }
      // Numbers of eight bits, which newer sets can cast to, are the only ones that this speaks of.
      _ = attributes.take("saturate")
      try give(node, try view(node))
    case "Conv": try addConvolution(node, &attributes)
    case "MaxPool", "AveragePool": try addPooling(node, &attributes)
    case "GlobalAveragePool", "GlobalMaxPool": try addGlobalPooling(node)
    case "ReduceMean": try addMean(node, &attributes)
    case "Gemm": try addGemm(node, &attributes)
    case "MatMul": try addMatrixProduct(node)
    case "Add", "Sub", "Mul", "Div": try addArithmetic(node)
    case "BatchNormalization": try addNormalization(node, &attributes)
    case "Relu": try addFunction(node, .relu)
    case "Sigmoid": try addFunction(node, .sigmoid)
    case "Tanh": try addFunction(node, .tanh)
    case "Softmax", "LogSoftmax": try addSoftmax(node, &attributes)
    case "Flatten", "Reshape", "Squeeze", "Unsqueeze": try addReshape(node, &attributes)
    case "Transpose": try addTranspose(node, &attributes)
    case "Pad": try addPadding(node, &attributes)
    default:
      throw GraphFailure(
        "is of an operator that is not supported. Supported: \(Self.operators.joined(separator: ", "))")
    }
    try attributes.finish()
  }

  private mutating func addConstant(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let forms = ["value", "value_float", "value_floats", "value_int", "value_ints"]
    guard let form = forms.first(where: { node.attributes[$0] != nil }), let value = attributes.take(form)
    else {
      throw GraphFailure("holds something else than numbers")
    }
    switch value {
    case .tensor(let tensor): try give(node, tensor)
    case .float(let value): try give(node, ONNXGraph.Tensor([], floats: [value]))
    case .floats(let values): try give(node, ONNXGraph.Tensor([values.count], floats: values))
    case .integer(let value): try give(node, ONNXGraph.Tensor([], integers: [value]))
    case .integers(let values): try give(node, ONNXGraph.Tensor([values.count], integers: values))
    case .text, .other: throw GraphFailure("holds something else than numbers")
    }
  }

  /// Since 15 a part of the shape can be asked for.
  private mutating func addShape(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let sizes: [Int]
    if let tensor = constant(node, 0) { sizes = tensor.shape } else { sizes = self.sizes(try view(node)) }
    func place(_ index: Int) -> Int { min(max(index < 0 ? index + sizes.count : index, 0), sizes.count) }
    let start = place(try attributes.integer("start", otherwise: 0))
    let end = place(try attributes.integer("end", otherwise: sizes.count))
    let part = sizes[start..<max(start, end)]
    try give(node, ONNXGraph.Tensor([part.count], integers: part.map { Int64($0) }))
  }

  /// In inference nothing is dropped, unless the node says that this is training (since 12).
  private mutating func addDropout(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    if version >= 12, isGiven(node, 2) {
      guard let mode = constant(node, 2)?.integers, mode == [0] else {
        throw GraphFailure(
          "drops values at random (training_mode): export the model in inference mode (model.eval())")
      }
    }
    _ = try attributes.float("ratio", otherwise: 0.5)
    _ = attributes.take("seed")
    if let tensor = constant(node, 0) { try give(node, tensor) } else { try give(node, try view(node)) }
  }

  private mutating func addFunction(_ node: ONNXGraph.Node, _ function: Graph.Function) throws(GraphFailure) {
    try give(node, try builder.function(function, try view(node), node.title))
  }

  /// Before 13 over all axes from `axis` on, since then along it.
  private mutating func addSoftmax(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let view = try view(node)
    let first = try axis(attributes.integer("axis", otherwise: version < 13 ? 1 : -1), view)
    let axes = version < 13 ? Array(first..<view.axes.count) : [first]
    try give(
      node,
      try builder.softmax(over: axes, isLogarithm: node.type == "LogSoftmax", view, node.title))
  }

  /// `mode`, `pads` and the value are attributes before 11.
  private mutating func addPadding(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let view = try view(node)
    let mode = try attributes.text("mode", otherwise: "constant")
    guard mode == "constant" else { throw GraphFailure("pads in mode \(mode.quoted); constant is supported") }
    var value: Float = 0
    if version < 11 {
      value = try attributes.float("value", otherwise: 0)
    } else if isGiven(node, 2) {
      value = try floats(node, 2, "value").floats?.first ?? 0
    }
    guard let pads = try integers(node, 1, "pads", inputSince: 11, &attributes) else {
      throw GraphFailure("has no pads")
    }
    let rank = view.axes.count + 1
    var axes = Array(0..<rank)
    if version >= 18, isGiven(node, 3) {
      guard let given = constant(node, 3)?.integers else {
        throw GraphFailure("needs constant axes as input 3")
      }
      axes = given
    }
    guard pads.count == 2 * axes.count else {
      throw GraphFailure("has \(pads.count) pads for \(axes.count) axes")
    }
    var (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank))
    for (index, axis) in axes.enumerated() {
      guard (-rank..<rank).contains(axis) else { throw GraphFailure("has axis \(axis) of \(rank)") }
      let place = axis < 0 ? axis + rank : axis
      (before[place], after[place]) = (pads[index], pads[index + axes.count])
    }
    if pads.allSatisfy({ $0 == 0 }) { return try give(node, view) }
    guard value == 0 else { throw GraphFailure("pads with \(value); 0 is supported") }
    // Zeros go around rows and columns, wherever these axes stand.
    for (layout, rows) in [(GraphBuilder.Layout.channelsFirst, 2), (.channelsLast, 1)] where rank == 4 {
      var isOther = false
      for axis in 0..<rank where axis != rows && axis != rows + 1 {
        isOther = isOther || before[axis] != 0 || after[axis] != 0
      }
      guard !isOther, (before + after).allSatisfy({ (0...255).contains($0) }) else { continue }
      if layout == .channelsFirst {
        do throws(GraphFailure) { _ = try builder.image(view, layout) } catch {
          if error.wantedInput != nil { throw error }
          continue
        }
      }
      let border = Graph.Border(
        top: before[rows], left: before[rows + 1], bottom: after[rows], right: after[rows + 1])
      return try give(node, try builder.padding(border, view, layout, node.title))
    }
    throw GraphFailure("pads by \(pads); 0 to 255 rows and columns of an image are supported")
  }

  // MARK: shapes

  private mutating func addReshape(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let view = try view(node)
    let sizes = sizes(view)
    let wanted: [Int]
    switch node.type {
    case "Flatten":
      let axis = try attributes.integer("axis", otherwise: 1)
      let place = axis < 0 ? axis + sizes.count : axis
      guard (0...sizes.count).contains(place) else {
        throw GraphFailure("flattens from axis \(axis) of \(sizes.count)")
      }
      wanted = [sizes[..<place].reduce(1, *), sizes[place...].reduce(1, *)]
    case "Reshape":
      guard let given = constant(node, 1)?.integers else { throw GraphFailure("needs a constant shape") }
      let allowsZero = version >= 14 ? try attributes.flag("allowzero") : false
      wanted = try ArrayShapes.reshaped(sizes, given, allowsZero: allowsZero)
    case "Squeeze":
      wanted = try ArrayShapes.squeezed(sizes, try integers(node, 1, "axes", inputSince: 13, &attributes))
    default:
      guard let axes = try integers(node, 1, "axes", inputSince: 13, &attributes) else {
        throw GraphFailure("has no axes")
      }
      wanted = try ArrayShapes.unsqueezed(sizes, axes)
    }
    try give(node, try builder.reshaped(view, wanted))
  }

  private mutating func addTranspose(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let view = try view(node)
    let rank = view.axes.count + 1
    let order = try attributes.integers("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else {
      throw GraphFailure("puts \(rank) axes into the order \(order)")
    }
    guard order[0] == 0 else {
      throw GraphFailure("puts the axes into the order \(order); the batch must stay first")
    }
    try give(node, ArrayView(value: view.value, axes: order.dropFirst().map { view.axes[$0 - 1] }))
  }
}
