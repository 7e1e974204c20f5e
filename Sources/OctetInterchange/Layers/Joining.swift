import Octet
import OctetNetwork

/// Layers that make one value of two, and what the readers of all formats need for them.
extension Join: FloatLayer {
  var kind: FloatLayerKind { .join(operation, operand) }
  var takesFunction: Bool { true }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    let second: String
    switch operand {
    case .layer:
      // A value for each channel has no rows and columns yet.
      let other = layer.inputShapes[1]
      second =
        other == layer.input ? layer.inputs[1] : export.writer.image(layer.inputs[1], other, name: layer.name)
    case .channelConstants:
      let axes = layer.input.isFlat ? [layer.input.channels] : [layer.input.channels, 1, 1]
      second = export.constant(layer, "constants", axes)
    case .constants:
      second = export.writer.constant(
        "\(layer.name).constants", ONNXWriter.axes(layer.input),
        floats: ONNXWriter.channelsFirst(export.parameter(layer, "constants"), layer.input))
    }
    return Self.write([layer.inputs[0], second], &export.writer, name: layer.name)
  }

  /// ONNX has no square of a difference: there it is the difference, multiplied by itself.
  private static func write(_ values: [String], _ writer: inout ONNXWriter, name: String) -> String {
    let joined = writer.node(onnxType, values, name: name)
    return Operation.kind == .squaredDifference ? writer.node("Mul", [joined, joined], name: name) : joined
  }

  /// What ONNX calls it.
  static var onnxType: String {
    switch Operation.kind {
    case .add: "Add"
    case .subtract, .squaredDifference: "Sub"
    case .multiply: "Mul"
    case .maximum: "Max"
    case .minimum: "Min"
    }
  }
}

extension Join: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let second: String
    if layer.constants.operand.isEmpty {
      let other = export.shape(layer.secondInput)
      var integers = export.integers[layer.secondInput]
      if other != layer.to { integers = export.writer.image(integers, other, name: layer.name) }
      second = export.dequantize(integers, layer.secondInput, name: layer.name)
    } else {
      second = export.operand(layer)
    }
    let joined = write(
      [export.dequantize(layer.input, name: layer.name), second], &export.writer, name: layer.name)
    return export.quantize(export.clamp(joined, layer), layer.output)
  }
}

extension GraphBuilder {
  /// What is made of two arrays, place by place. An axis of size 1 is stretched over the other's.
  mutating func join(_ operation: JoinKind, _ left: ArrayView, _ right: ArrayView, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    if let function = operation.function, let made = try combined(function, left, right, title) {
      return made
    }
    if operation == .squaredDifference, let difference = try combined(.subtract, left, right, title) {
      return try function(.value(.argument * .argument), difference, title)
    }
    return try joinIntegers(operation, left, right, title)
  }

  /// Gives two arrays as many axes as each other. A batch of one is an axis like others, and axes in front may lack.
  ///
  /// - Returns: whether the batch was made an axis.
  private func aligned(_ left: inout ArrayView, _ right: inout ArrayView) throws(GraphFailure) -> Bool {
    if left.hasBatch, right.hasBatch, left.axes.count == right.axes.count { return false }
    guard batch == 1 else {
      if left.hasBatch != right.hasBatch {
        throw GraphFailure("joins an array with the batch and one without")
      }
      return false
    }
    let rank = max(left.axes.count + (left.hasBatch ? 1 : 0), right.axes.count + (right.hasBatch ? 1 : 0))
    (left, right) = (left.padded(to: rank), right.padded(to: rank))
    return true
  }

  /// The same where the file has integers of its own for each value.
  mutating func joinIntegers(_ operation: JoinKind, _ left: ArrayView, _ right: ArrayView, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    var (left, right) = (left, right)
    let takesBatch = try aligned(&left, &right)
    let rank = left.axes.count
    guard right.axes.count == rank,
      zip(left.sizes, right.sizes).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 })
    else {
      throw GraphFailure(
        "joins arrays of the sizes \(left.sizes) and \(right.sizes) without the batch, which do not fit each other"
      )
    }
    let sizes = zip(left.sizes, right.sizes).map { max($0, $1) }
    var (first, second) = (left, right)
    if first.sizes != sizes, second.sizes == sizes, operation.isCommutative { swap(&first, &second) }
    if first.sizes != sizes { first = try stretched(first, to: sizes, like: nil, title) }
    if second.sizes != sizes, !isPerChannel(second, of: first) {
      second = try stretched(second, to: sizes, like: first, title)
    }
    if second.sizes == sizes, second.axes != first.axes { second = try arranged(second, like: first, title) }
    var values = [first.value, second.value]
    if second.sizes == sizes, shape(first) != shape(second) {
      for index in 0...1 { values[index] = try flat(values[index], title) }
    }
    let value = try append(
      Graph.Node(
        operation: .layer(.join(operation)), inputs: values, shape: graph.shape(values[0]), title: title))
    var made = ArrayView(value: value, axes: first.axes, hasBatch: first.hasBatch)
    if takesBatch {
      made.hasBatch = made.axes.first == .one
      if made.hasBatch { made.axes.removeFirst() }
    }
    return made
  }

  /// Whether an array has one value for each channel of the other's.
  private func isPerChannel(_ view: ArrayView, of whole: ArrayView) -> Bool {
    let shape = shape(whole)
    guard self.shape(view) == ImageShape(flat: shape.channels), view.count == shape.channels else {
      return false
    }
    // Axes of size 1 have no parts; the others lie in both alike.
    return zip(view.axes, whole.axes).allSatisfy { own, other in own == .one || own == other }
  }

  /// `values` and a constant, which has a number for each value or is stretched over it.
  ///
  /// - Parameter isFirst: whether the constant comes first.
  mutating func join(
    _ operation: JoinKind, _ view: ArrayView, constant: Constant, isFirst: Bool = false, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    try checkFits(constant, view)
    guard !isFirst || operation.isCommutative else {
      throw GraphFailure("takes a value from a constant, which is not supported here")
    }
    guard constant.values.allSatisfy({ $0.isFinite && Float($0).isFinite }) else {
      throw GraphFailure("has a constant that is infinite, not a number, or too large for a float")
    }
    let channels = shape(view).channels
    let isPerChannel = variesByChannel(constant, view, channels)
    let numbers = perPlace(constant, view, count: isPerChannel ? channels : shape(view).count)
    let value = try append(
      Graph.Node(
        operation: .layer(.join(operation, isPerChannel ? .channelConstants : .constants)),
        inputs: [view.value], shape: shape(view), title: title, weights: numbers.map { Float($0) }))
    return ArrayView(value: value, axes: view.axes, hasBatch: view.hasBatch)
  }
}

extension JoinKind {
  /// The same of two functions of one value; nil for the square of their difference, which is two.
  fileprivate var function: ValueFunction.Operation? {
    switch self {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .maximum: .maximum
    case .minimum: .minimum
    case .squaredDifference: nil
    }
  }

  package var isCommutative: Bool { self != .subtract }
}

extension KerasImport {
  /// Joins what the layer reads, two at a time.
  mutating func joinAll(
    _ layer: KerasLayer, _ verb: String,
    _ join: (inout GraphBuilder, ArrayView, ArrayView) throws(GraphFailure) -> ArrayView
  ) throws(GraphFailure) -> ArrayView {
    guard layer.inputs.count > 1 else {
      throw GraphFailure("\(verb) \(layer.inputs.count) values; two or more are needed")
    }
    var joined = layer.inputs[0]
    for other in layer.inputs.dropFirst() { joined = try join(&builder, joined, other) }
    return joined
  }
}

extension LiteTranslation {
  /// Gives one array of the two that a node reads.
  mutating func giveJoin(
    _ node: LiteGraph.Node, _ operation: JoinKind, function: Graph.Function = .identity
  ) throws(GraphFailure) {
    let title = title(node)
    if givesIntegers(node), let operand = try Affine.operand(self, node, takesIntegers: true) {
      let view = try builder.widened(operand.view, operand.numbers, title)
      var made = try builder.join(
        operation, view, constant: operand.numbers, isFirst: !operand.isSecond, title)
      made.hasBatch = operand.view.hasBatch
      return try give(node, made, function: function, weights: constant(node, operand.isSecond ? 1 : 0))
    }
    let (left, right) = (try viewOfAnyForm(node), try viewOfAnyForm(node, 1))
    let made =
      isInteger
      ? try builder.joinIntegers(operation, left, right, title)
      : try builder.join(operation, left, right, title)
    try give(node, made, function: function)
  }
}

extension ArrayView {
  /// With axes of size 1 in front, that of a batch of one among them.
  fileprivate func padded(to rank: Int) -> ArrayView {
    let missing = [ArrayAxis](repeating: .one, count: rank - axes.count)
    return ArrayView(value: value, axes: missing + axes)
  }
}

extension ONNXTranslation {
  /// The values that a node reads joined two at a time, and the constants among its inputs.
  mutating func joinedInputs(
    _ node: ONNXGraph.Node,
    _ join: (inout GraphBuilder, ArrayView, ArrayView) throws(GraphFailure) -> ArrayView
  ) throws(GraphFailure) -> (joined: ArrayView, constants: [GraphBuilder.Constant]) {
    var joined: ArrayView?
    var constants: [GraphBuilder.Constant] = []
    for place in node.inputs.indices {
      if constant(node, place) != nil {
        constants.append(try floats(node, place, "numbers").constant)
      } else {
        let view = try viewOfAnyForm(node, place)
        if let known = joined { joined = try join(&builder, known, view) } else { joined = view }
      }
    }
    guard let joined else { throw GraphFailure("has no input") }
    return (joined, constants)
  }
}
