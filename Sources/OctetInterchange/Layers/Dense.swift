import OctetNetwork

/// Weighted sums of all inputs. Weights of the graph: `inputs x units`.
extension Dense: FloatLayer {
  var kind: FloatLayerKind { .dense(self) }
  var takesFunction: Bool { true }
  var withBias: Graph.Operation? { .layer(.dense(Dense(units: units, hasBias: true))) }
  var inputScaling: InputScaling { .weights }
}

extension GraphBuilder {
  /// The matrix product with `matrix`, `inputs x units`, along one axis.
  mutating func product(
    _ view: ArrayView, axis: Int, matrix: [Float], units: Int, bias: [Double]?, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    var made = try productOfAll(view, axis: axis, matrix: matrix, units: units, bias: bias, title)
    (made.hasBatch, made.rowAxes) = (view.hasBatch, view.rowAxes)
    return made
  }

  private mutating func productOfAll(
    _ view: ArrayView, axis: Int, matrix: [Float], units: Int, bias: [Double]?, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let contracted = view.axes[axis]
    let inputs = contracted.size
    guard matrix.count == inputs * units, units > 0 else {
      throw GraphFailure("has \(matrix.count) weights for \(inputs) inputs and \(units) outputs")
    }
    let shape = shape(view)
    if inputs == view.count {
      // The rows of the matrix in the order in which the value has its elements.
      var ordered = matrix
      if let places = ArrayView(value: view.value, axes: [contracted]).places {
        for (row, place) in places.enumerated() {
          for unit in 0..<units { ordered[place * units + unit] = matrix[row * units + unit] }
        }
      }
      let source = try flat(view.value, title)
      let value = try append(
        Graph.Node(
          operation: .layer(.dense(Dense(units: units, hasBias: bias != nil))), inputs: [source],
          shape: ImageShape(flat: units), title: title, isMatrixProduct: true, weights: ordered, bias: bias))
      var axes = view.axes.map { _ in ArrayAxis.one }
      axes[axis] = ArrayAxis(size: units, stride: 1)
      return ArrayView(value: value, axes: axes)
    }
    // Along the channels of an image it is a convolution of one cell.
    guard contracted == ArrayAxis(size: shape.channels, stride: 1), !shape.isFlat else {
      // A series whose last axis is that of the channels.
      if view.axes.count == 2, axis == 1, view.places == nil,
        let failure = wanting(ImageShape(height: view.sizes[0], width: 1, channels: inputs), of: view)
      {
        throw failure
      }
      // The axis becomes the channels, all others the rows.
      let others = Set(view.axes.indices).subtracting([axis])
      return try product(
        reduced(others, of: view, title), axis: axis, matrix: matrix, units: units, bias: bias, title)
    }
    let convolution = Convolution(
      filters: units, window: Window(height: 1, width: 1), hasBias: bias != nil)
    let value = try append(
      Graph.Node(
        operation: .layer(.convolution(convolution)), inputs: [view.value],
        shape: ImageShape(height: shape.height, width: shape.width, channels: units), title: title,
        isMatrixProduct: true, weights: matrix, bias: bias))
    var axes = view.axes.map { $0.scaled(above: shape.channels, from: shape.channels, to: units) }
    axes[axis] = ArrayAxis(size: units, stride: 1)
    return ArrayView(value: value, axes: axes)
  }
}

// MARK: - ONNX

extension Dense {
  static let onnx = [
    ONNXOperator("Gemm", becomes: "`dense`", if: "constant weights", readGemm),
    ONNXOperator(
      "MatMul", becomes: "`dense`; along the channels of an image `conv` of 1x1",
      if: "one matrix is constant", readMatMul),
  ]

  /// `alpha * A * B + beta * C`, the value being A.
  private static func readGemm(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfRows(node)
    let alpha = try attributes.float("alpha", otherwise: 1)
    let beta = try attributes.float("beta", otherwise: 1)
    guard try !attributes.flag("transA") else {
      throw GraphFailure("transposes its input (transA 1), which mixes the items of a batch")
    }
    let isTransposed = try attributes.flag("transB")
    let tensor = try model.floats(node, 1, "weights")
    let rank = model.sizes(view).count
    guard rank == 2, view.axes.count > view.rowAxes, tensor.shape.count == 2 else {
      throw GraphFailure("multiplies arrays of \(rank) and \(tensor.shape.count) axes; both must have two")
    }
    let axis = view.axes.count - 1
    let matrix = isTransposed ? tensor.transposed : tensor
    let units = matrix.shape[1]
    guard matrix.shape[0] == view.axes[axis].size else {
      throw GraphFailure("has weights for \(matrix.shape[0]) inputs, and reads \(view.axes[axis].size)")
    }
    var weights = matrix.values
    if alpha != 1 { weights = weights.map { $0 * alpha } }
    var bias: [Double]?
    if model.isGiven(node, 2) {
      let constant = try model.floats(node, 2, "bias")
      let shape = constant.shape
      guard shape.count <= 2, shape.dropLast().allSatisfy({ $0 == 1 }),
        [1, units].contains(shape.last ?? 1)
      else {
        throw GraphFailure(
          "has a bias of shape \(shape); one number, or one for each of \(units) outputs, is supported")
      }
      bias = (0..<units).map { Double(constant.values[constant.values.count == 1 ? 0 : $0]) * Double(beta) }
    }
    try model.give(
      node, try model.builder.product(view, axis: axis, matrix: weights, units: units, bias: bias, node.title)
    )
  }

  /// The value times a constant matrix along the last axis, or a constant matrix times the value along the last but
  /// one.
  private static func readMatMul(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    guard let place = [1, 0].first(where: { model.constant(node, $0) != nil }) else {
      throw GraphFailure("multiplies two values; one must be constant")
    }
    let isRight = place == 1
    let view = isRight ? try model.viewOfRows(node) : try model.view(node, 1)
    let rank = model.sizes(view).count
    let tensor = try model.floats(node, place, "weights")
    // Leading axes of a constant are for each of a stack of products.
    guard tensor.shape.count >= 2, tensor.shape.dropLast(2).allSatisfy({ $0 == 1 }),
      tensor.shape.count <= rank, isRight ? view.axes.count > view.rowAxes : view.axes.count >= 2
    else {
      throw GraphFailure(
        "multiplies an array of the sizes \(view.sizes) without the batch and a constant of shape \(tensor.shape), "
          + "in a way that is not supported")
    }
    let flat = FloatConstant(shape: Array(tensor.shape.suffix(2)), values: tensor.values)
    let matrix = isRight ? flat : flat.transposed
    let axis = view.axes.count - (isRight ? 1 : 2)
    guard matrix.shape[0] == view.axes[axis].size else {
      throw GraphFailure("has weights for \(matrix.shape[0]) inputs, and reads \(view.axes[axis].size)")
    }
    try model.give(
      node,
      try model.builder.product(
        view, axis: axis, matrix: matrix.values, units: matrix.shape[1], bias: nil, node.title))
  }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    let weights = export.constant(layer, "weight", [layer.input.channels, units])
    return export.writer.node(
      "Gemm", [layer.inputs[0], weights] + export.bias(layer, hasBias, units), name: layer.name)
  }
}

extension Dense: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let (from, name) = (layer.from, layer.name)
    let parts = export.writeConstants(
      layer, cells: from.height * from.width, channels: from.channels, shape: [from.count])
    let integers = export.integers[layer.input]
    let flat =
      from.isFlat ? integers : export.writer.node("Flatten", [integers], [("axis", .integer(1))], name: name)
    let value = export.dequantize(flat, layer.input, name: name)
    let sums = export.writer.node("Gemm", [value] + parts, [("transB", .integer(1))], name: name)
    return export.lookUp(export.quantize(export.clamp(sums, layer), layer.output), layer)
  }
}

// MARK: - Keras and TensorFlow Lite

extension Dense {
  static let keras = [
    KerasClass("Dense", becomes: "`dense`; along the last axis of an image `conv` of 1x1", readKeras)
  ]

  /// Along the last axis, whatever stands before it.
  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    let units = try layer.count("units", atMost: 65_536)
    guard let last = view.axes.last else { throw GraphFailure("reads an array without an axis") }
    let matrix = try layer.weights(["kernel", "0"], shape: [last.size, units])
    let made = try model.builder.product(
      view, axis: view.axes.count - 1, matrix: matrix, units: units, bias: layer.bias(units), layer.title)
    return try model.activate(layer, made)
  }

  static let lite = [
    LiteOperator(
      "FULLY_CONNECTED", becomes: "`dense`; along the last axis of an image `conv` of 1x1", readLite)
  ]

  /// All of an item at once, or along its last axis.
  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    let (tensor, shape) = try model.weights(node, rank: 2)
    guard try model.option(node, 1, isByte: true) == 0 else {
      throw GraphFailure("has weights in another order than the usual one")
    }
    let title = model.title(node)
    let input =
      view.count == shape[1]
      ? try model.builder.reshaped(view, [model.builder.batch, shape[1]], title) : view
    guard let last = input.axes.last, last.size == shape[1] else {
      throw GraphFailure("has weights \(shape) for \(view.count) inputs")
    }
    let matrix = try model.outputsLast(tensor, outputs: shape[0])
    var made = try model.builder.product(
      input, axis: input.axes.count - 1, matrix: matrix, units: shape[0],
      bias: model.bias(node, count: shape[0]), model.title(node))
    made.hasBatch = input.hasBatch
    var sizes = model.sizes(node.outputs[0], of: made)
    // Where the file leaves them open: all but the last axis make one, if the node does not keep them.
    let own = model.sizesWithBatch(made)
    if ArrayShapes.count(sizes) != ArrayShapes.count(own) {
      let keepsAxes = try model.option(node, 2, isByte: true) != 0
      sizes = keepsAxes ? own : [own.dropLast().reduce(1, *), shape[0]]
    }
    try model.give(
      node, model.reshaped(made, sizes, title), function: model.function(node, 0), weights: tensor,
      maker: made.value)
  }
}
