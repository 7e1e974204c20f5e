import OctetNetwork

/// Operators of shape. They move no data: a view of the same value is made, or an image becomes a flat vector whose
/// elements keep their order.
extension Flatten: FloatLayer {
  var kind: FloatLayerKind { .flatten(self) }
  var inputScaling: InputScaling { .follows }

  /// Octet runs through an image channels last.
  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    if layer.input.isFlat { return layer.inputs[0] }
    var image = layer.inputs[0]
    if layer.input.channels > 1 {
      image = export.writer.node("Transpose", [image], [("perm", .integers([0, 2, 3, 1]))], name: layer.name)
    }
    return export.writer.node("Flatten", [image], [("axis", .integer(1))], name: layer.name)
  }
}

extension GraphBuilder {
  /// The value as a flat vector; its elements keep their order.
  mutating func flat(_ value: Int, _ title: String) throws(GraphFailure) -> Int {
    let shape = graph.shape(value)
    if shape.isFlat { return value }
    if let known = flattened[value] { return known }
    let made = try append(
      Graph.Node(
        operation: .layer(.flatten(Flatten())), inputs: [value], shape: ImageShape(flat: shape.count),
        title: title))
    flattened[value] = made
    return made
  }

  /// The same elements in their order under other sizes, the batch among them.
  mutating func reshaped(_ view: ArrayView, _ sizes: [Int], _ title: String) throws(GraphFailure) -> ArrayView
  {
    guard sizes.first == batch else {
      throw GraphFailure(
        batch == Self.anyBatch
          ? "does not keep the batch, which may have any size, as the first axis: export the model with a fixed "
            + "batch of 1, or reshape with -1 for the batch"
          : "gives the sizes \(sizes); the first must be the batch of \(batch)")
    }
    guard sizes.count <= 9 else {
      throw GraphFailure("makes an array of \(sizes.count) axes; the limit is 9")
    }
    if let made = view.reshaped(Array(sizes.dropFirst())) { return made }
    // Elements that are to be neighbors lie apart after a transpose.
    guard let made = try contiguous(view, title).reshaped(Array(sizes.dropFirst())) else {
      throw GraphFailure("reshapes \(view.sizes) to \(Array(sizes.dropFirst())) without the batch")
    }
    return made
  }
}

// MARK: - ONNX

extension Flatten {
  static let onnx = [
    ONNXOperator("Flatten", becomes: becomes, if: conditions, readFlatten),
    ONNXOperator("Reshape", becomes: becomes, if: conditions, readReshape),
    ONNXOperator("Squeeze", becomes: becomes, if: conditions, readSqueeze),
    ONNXOperator("Unsqueeze", becomes: becomes, if: conditions, readUnsqueeze),
    ONNXOperator("Transpose", becomes: becomes, if: conditions, readTranspose),
  ]

  private static let becomes = "`flatten`, or nothing"
  private static let conditions = "the batch stays first"

  private static func readFlatten(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    let sizes = model.sizes(view)
    let axis = try attributes.integer("axis", otherwise: 1)
    let place = axis < 0 ? axis + sizes.count : axis
    guard (0...sizes.count).contains(place) else {
      throw GraphFailure("flattens from axis \(axis) of \(sizes.count)")
    }
    let wanted = [sizes[..<place].reduce(1, *), sizes[place...].reduce(1, *)]
    try model.give(node, try model.reshaped(view, wanted, node.title))
  }

  private static func readReshape(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfRows(node)
    guard let given = model.constant(node, 1) else { throw GraphFailure("needs a constant shape") }
    let allowsZero = model.version >= 14 ? try attributes.flag("allowzero") : false
    // Sizes that were written down for one item fit no other batch: what torch's tracing leaves of x.size(0).
    if view.hasBatch, model.builder.batch == GraphBuilder.anyBatch, let sizes = given.numbers,
      sizes.allSatisfy({ $0 > 0 }), sizes.reduce(1, *) == Double(view.count)
    {
      throw GraphFailure(
        "reshapes any batch of \(view.sizes) to \(sizes.map { Int($0) }), which holds one item: export the model with "
          + "a fixed batch of 1", isForOneItem: true)
    }
    let wanted = try ArrayShapes.reshaped(
      model.sizes(view), model.wantedShape(given), allowsZero: allowsZero)
    try model.give(node, try model.reshaped(view, wanted, node.title))
  }

  private static func readSqueeze(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    let axes = try model.integers(node, 1, "axes", inputSince: 13, &attributes)
    // Without axes that of the batch would go where an item comes alone, and stay for more.
    guard axes != nil || !view.hasBatch || model.builder.batch != GraphBuilder.anyBatch else {
      throw GraphFailure(
        "has no axes, so that it takes out the batch's too where an item comes alone: give it axes")
    }
    let wanted = try ArrayShapes.squeezed(model.sizes(view), axes)
    try model.give(node, try model.reshaped(view, wanted, node.title))
  }

  private static func readUnsqueeze(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    guard let axes = try model.integers(node, 1, "axes", inputSince: 13, &attributes) else {
      throw GraphFailure("has no axes")
    }
    let wanted = try ArrayShapes.unsqueezed(model.sizes(view), axes)
    try model.give(node, try model.reshaped(view, wanted, node.title))
  }

  private static func readTranspose(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    let rank = view.axes.count + (view.hasBatch ? 1 : 0)
    let order = try attributes.integers("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else {
      throw GraphFailure("puts \(rank) axes into the order \(order)")
    }
    if !view.hasBatch {
      let axes = order.map { view.axes[$0] }
      return try model.give(node, ArrayView(value: view.value, axes: axes, hasBatch: false))
    }
    // A batch of one is an axis like any other of size 1.
    guard order[0] == 0 || model.builder.batch == 1 else {
      throw GraphFailure("puts the axes into the order \(order); the batch must stay first")
    }
    var axes = order.map { $0 == 0 ? ArrayAxis.one : view.axes[$0 - 1] }
    let keepsBatch = axes.first == .one
    if keepsBatch { axes.removeFirst() }
    try model.give(node, ArrayView(value: view.value, axes: axes, hasBatch: keepsBatch))
  }
}

extension ONNXTranslation {
  /// The same elements in their order under other sizes; a batch of one may be left out, or be added to an item that
  /// comes without.
  mutating func reshaped(_ view: ArrayView, _ sizes: [Int], _ title: String) throws(GraphFailure) -> ArrayView
  {
    // Rows of all items become one axis with the batch, or come back from there.
    if builder.batch > 1, view.hasBatch, let first = sizes.first, first > 0, first % builder.batch == 0,
      first > builder.batch || view.rowAxes > 0
    {
      let rows = first / builder.batch
      var items = view
      items.rowAxes = 0
      let own = (rows > 1 ? [rows] : []) + sizes.dropFirst()
      var made = try builder.reshaped(items, [builder.batch] + own, title)
      made.rowAxes = rows > 1 ? 1 : 0
      return made
    }
    guard view.rowAxes == 0 else {
      throw GraphFailure(
        "reshapes rows of all items, \(view.sizes) of each, to sizes that do not keep the batch")
    }
    guard builder.batch == 1, sizes.first != 1 || !view.hasBatch, sizes.count <= 9 else {
      return try builder.reshaped(view, sizes, title)
    }
    let hasBatch = sizes.first == 1
    let wanted = hasBatch ? Array(sizes.dropFirst()) : sizes
    var found = view.reshaped(wanted)
    if found == nil { found = try builder.contiguous(view, title).reshaped(wanted) }
    guard var made = found else { throw GraphFailure("reshapes \(view.sizes) to \(sizes)") }
    made.hasBatch = hasBatch
    return made
  }
}

// MARK: - Keras and TensorFlow Lite

extension Flatten {
  static let keras = [
    KerasClass("Flatten", becomes: becomes, readKerasFlatten),
    KerasClass("Reshape", becomes: becomes, readKerasReshape),
    KerasClass("Permute", becomes: becomes, readPermute),
  ]

  /// With channels first, they go to the end before.
  private static func readKerasFlatten(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    var axes = view.axes
    if try layer.layout == .channelsFirst, axes.count > 1 { axes.append(axes.removeFirst()) }
    return try model.builder.reshaped(
      ArrayView(value: view.value, axes: axes), [model.builder.batch, view.count], layer.title)
  }

  private static func readKerasReshape(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    guard let list = layer.configuration.integers("target_shape"), !list.contains(nil) else {
      throw GraphFailure("has no target_shape")
    }
    let sizes = try ArrayShapes.reshaped(view.sizes, list.compactMap { $0 }, allowsZero: true)
    return try model.builder.reshaped(view, [model.builder.batch] + sizes, layer.title)
  }

  private static func readPermute(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    let order = (layer.configuration.integers("dims") ?? []).compactMap { $0 }
    guard order.sorted() == view.axes.indices.map({ $0 + 1 }) else {
      throw GraphFailure("puts \(view.axes.count) axes into the order \(order)")
    }
    return ArrayView(value: view.value, axes: order.map { view.axes[$0 - 1] })
  }

  static let lite = [
    LiteOperator("RESHAPE", becomes: becomes, effect: .keepsElements, readLiteReshape),
    LiteOperator("SQUEEZE", becomes: becomes, effect: .keepsElements, readLiteReshape),
    LiteOperator("EXPAND_DIMS", becomes: becomes, effect: .keepsElements, readLiteReshape),
    LiteOperator("TRANSPOSE", becomes: becomes, if: conditions, effect: .moves, readLiteTranspose),
  ]

  /// Every tensor has its shape in the file, as far as that does not follow from the count.
  private static func readLiteReshape(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    if try model.makesShape(node) { return }
    if let (made, blocks) = try BatchedBlocks.reshaped(model, node) {
      return try model.give(node, made, isLayer: false, blocks: blocks)
    }
    let view = try model.viewOfAnyForm(node)
    var sizes = model.sizes(node.outputs[0], of: view)
    if node.name == "RESHAPE", let wanted = model.workedOutShape(node, 1) {
      sizes = try ArrayShapes.reshaped(model.sizesWithBatch(view), wanted, allowsZero: true)
    }
    let made = try model.reshaped(view, sizes, model.title(node))
    try model.give(node, made, isLayer: false)
  }

  private static func readLiteTranspose(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.view(node)
    let order = try model.integers(node, 1)
    guard order.sorted() == Array(0...view.axes.count), order[0] == 0 else {
      throw GraphFailure("puts the axes into the order \(order); the batch must stay first")
    }
    let made = ArrayView(value: view.value, axes: order.dropFirst().map { view.axes[$0 - 1] })
    try model.give(node, made, isLayer: false)
  }
}
