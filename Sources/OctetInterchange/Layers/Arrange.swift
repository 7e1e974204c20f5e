import Octet
import OctetNetwork
import OctetText

/// Values in another order: parts of arrays, and arrays whose axes an operator needs elsewhere.
extension Arrange: FloatLayer {
  var kind: FloatLayerKind { .arrange(self) }

  /// Taken from the values of an image row by row with the channels last.
  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    export.writer.arranged(layer.inputs[0], layer.input, places, layer.output, name: layer.name)
  }
}

extension Arrange: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let value = export.dequantize(layer.input, name: layer.name)
    let made = export.writer.arranged(
      value, layer.from, layer.constants.arrangedPlaces, layer.to, name: layer.name)
    return export.quantize(made, layer.output)
  }
}

extension ONNXWriter {
  /// The values at some places of each image, counted row by row with the channels last, as images of a shape.
  fileprivate mutating func arranged(
    _ value: String, _ from: ImageShape, _ places: [Int], _ to: ImageShape, name: String
  ) -> String {
    var value = value
    if !from.isFlat {
      value = node("Transpose", [value], [("perm", .integers([0, 2, 3, 1]))], name: name)
      value = node("Flatten", [value], [("axis", .integer(1))], name: name)
    }
    let indices = constant("\(name).places", .int64, [places.count], integers: places.map { Int64($0) })
    value = node("Gather", [value, indices], [("axis", .integer(1))], name: name)
    guard !to.isFlat else { return value }
    let shape = constant(
      "\(name).shape", .int64, [4], integers: [-1, Int64(to.height), Int64(to.width), Int64(to.channels)])
    value = node("Reshape", [value, shape], name: name)
    return node("Transpose", [value], [("perm", .integers([0, 3, 1, 2]))], name: name)
  }
}

// MARK: - ONNX

extension Arrange {
  static let onnx = [
    ONNXOperator("Slice", becomes: selects, if: "constant ends; not along the batch", readSlice),
    ONNXOperator("Split", becomes: selects, if: "not along the batch", readSplit),
    ONNXOperator(
      "Gather", becomes: "`arrange`; in no pattern of equal steps `concatenate` too", if: "constant places",
      readGather),
    ONNXOperator("DepthToSpace", becomes: selects, readDepthToSpace),
    ONNXOperator("SpaceToDepth", becomes: selects, readSpaceToDepth),
    ONNXOperator("Tile", becomes: selects, if: "constant counts; not along the batch", readTile),
    ONNXOperator("Expand", becomes: selects, if: "a constant shape", readExpand),
  ]

  static let selects = "`arrange`"

  /// The numbers are attributes before 10.
  private static func readSlice(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    var view = try model.view(node)
    guard let starts = try model.integers(node, 1, "starts", inputSince: 10, &attributes),
      let ends = try model.integers(node, 2, "ends", inputSince: 10, &attributes)
    else { throw GraphFailure("has no constant starts and ends") }
    let axes =
      try model.integers(node, 3, "axes", inputSince: 10, &attributes) ?? Array(0..<starts.count)
    var steps = [Int](repeating: 1, count: starts.count)
    if model.version >= 10, let given = try model.integers(node, 4, "steps", inputSince: 10, &attributes) {
      steps = given
    }
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw GraphFailure("has starts, ends, axes and steps of different numbers")
    }
    for index in starts.indices {
      let rank = view.axes.count + 1
      let isBatch = axes[index] == 0 || axes[index] == -rank
      // The end of what is open is a large number.
      if isBatch, starts[index] == 0, ends[index] >= min(model.builder.batch, 1_000_000_000),
        steps[index] == 1
      {
        continue
      }
      let axis = try view.axis(axes[index])
      let size = view.sizes[axis]
      let range = try SlicedRange(starts[index], ends[index], step: steps[index], size: size)
      view = try model.builder.slice(
        view, axis: axis, from: range.first, step: range.step, count: range.count, node.title)
    }
    try model.give(node, view)
  }

  /// The sizes are an attribute before 13; without them the pieces are equal, but for the last since 18.
  private static func readSplit(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let axis = try view.axis(attributes.integer("axis", otherwise: 0))
    let given = try model.integers(node, 1, "split", inputSince: 13, &attributes)
    var count = node.outputs.count
    if model.version >= 18 { count = try attributes.integer("num_outputs", otherwise: count) }
    let size = view.sizes[axis]
    guard given != nil || model.version >= 18 || size % count == 0 else {
      throw GraphFailure("cuts an axis of \(size) into \(count) equal pieces")
    }
    var made: [ArrayView] = []
    var start = 0
    for (index, piece) in try ArrayShapes.pieces(of: size, given, count: count).enumerated() {
      // What nobody asks for is not made.
      let isWanted = index < node.outputs.count && !node.outputs[index].isEmpty
      made.append(
        isWanted
          ? try model.builder.slice(view, axis: axis, from: start, step: 1, count: piece, node.title) : view)
      start += piece
    }
    try model.give(node, made)
  }

  /// Elements of an axis by their places; those below zero count from the end.
  private static func readGather(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let axis = try view.axis(attributes.integer("axis", otherwise: 0))
    guard let tensor = model.constant(node, 1), tensor.shape.count <= 1 else {
      throw GraphFailure("needs constant places, one or a list of them, as input 1")
    }
    let size = view.sizes[axis]
    let places = try tensor.integers("places").map { $0 < 0 ? $0 + size : $0 }
    guard !places.isEmpty, places.allSatisfy({ (0..<size).contains($0) }) else {
      throw GraphFailure("takes places beyond the \(size) of its axis")
    }
    var made = try model.builder.picked(view, axis: axis, places, node.title).view
    if tensor.shape.isEmpty { made.axes.remove(at: axis) }
    try model.give(node, made)
  }

  /// Channels become blocks of rows and columns: block row, block column, channel, or channel first ("CRD").
  private static func readDepthToSpace(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let block = try attributes.integer("blocksize", otherwise: 0)
    let mode = try attributes.text("mode", otherwise: "DCR")
    guard view.axes.count == 3, block > 0, view.sizes[0] % (block * block) == 0,
      mode == "DCR" || mode == "CRD"
    else { throw GraphFailure("makes blocks of \(block) (mode \(mode.quoted)) of \(view.sizes)") }
    let (channels, height, width) = (view.sizes[0] / (block * block), view.sizes[1], view.sizes[2])
    let parts = mode == "DCR" ? [block, block, channels] : [channels, block, block]
    guard let split = view.reshaped(parts + [height, width]) else {
      throw GraphFailure("reads channels that lie in no pattern of equal steps")
    }
    let a = split.axes
    let (down, across, channel) = mode == "DCR" ? (a[0], a[1], a[2]) : (a[1], a[2], a[0])
    let axes = [channel, ArrayAxis(a[3].parts + down.parts), ArrayAxis(a[4].parts + across.parts)]
    try model.give(node, ArrayView(value: view.value, axes: axes))
  }

  /// Blocks of rows and columns become channels: block row, block column, channel.
  private static func readSpaceToDepth(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let block = try attributes.integer("blocksize", otherwise: 0)
    guard view.axes.count == 3, block > 0, view.sizes[1] % block == 0, view.sizes[2] % block == 0,
      let split = view.reshaped([
        view.sizes[0], view.sizes[1] / block, block, view.sizes[2] / block, block,
      ])
    else { throw GraphFailure("makes channels of blocks of \(block) of \(view.sizes)") }
    let a = split.axes
    let channels = ArrayAxis(a[2].parts + a[4].parts + a[0].parts)
    try model.give(node, ArrayView(value: view.value, axes: [channels, a[1], a[3]]))
  }

  private static func readTile(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    guard let counts = try model.integers(node, 1, "repeats", inputSince: 1, &attributes),
      counts.count == view.axes.count + 1, counts[0] == 1, counts.allSatisfy({ (1...4096).contains($0) })
    else { throw GraphFailure("has no constant counts, or repeats the batch") }
    try model.give(node, try model.builder.tiled(view, Array(counts.dropFirst()), node.title))
  }

  private static func readExpand(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.viewOfAnyForm(node)
    guard let given = model.constant(node, 1) else { throw GraphFailure("needs a constant shape") }
    let wanted = try model.wantedShape(given)
    let own = model.sizes(view)
    guard wanted.count <= own.count else { throw GraphFailure("stretches \(own) to \(wanted)") }
    let padded = [Int](repeating: 1, count: own.count - wanted.count) + wanted
    guard zip(own, padded).allSatisfy({ $0 == $1 || $0 == 1 || $1 == 1 }),
      !view.hasBatch || padded[0] == 1 || padded[0] == own[0]
    else { throw GraphFailure("stretches \(own) to \(wanted)") }
    let sizes = zip(own, padded).map { max($0, $1) }.dropFirst(view.hasBatch ? 1 : 0)
    try model.give(
      node,
      view.sizes == Array(sizes)
        ? view : try model.builder.stretched(view, to: Array(sizes), like: nil, node.title))
  }
}

// MARK: - Keras and TensorFlow Lite

extension Arrange {
  static let keras = [
    KerasClass("Cropping2D", becomes: selects, readCropping),
    KerasClass("Cropping1D", becomes: selects, readCropping),
    KerasClass("RepeatVector", becomes: selects, readRepeat),
    KerasClass("CenterCrop", becomes: selects, if: "no larger than the image", readCenterCrop),
  ]

  /// Cells from the middle; of an uneven number around them the first side has one less.
  private static func readCenterCrop(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    var view = layer.inputs[0]
    guard view.axes.count == 3 else {
      throw GraphFailure("reads an array of \(view.axes.count + 1) axes; 4 are needed")
    }
    let first = try layer.layout == .channelsLast ? 0 : 1
    for (axis, name) in [(first, "height"), (first + 1, "width")] {
      let count = try layer.count(name, atMost: 1 << 20)
      guard count <= view.sizes[axis] else {
        throw GraphFailure(
          "has a \(name) of \(count) where the image has \(view.sizes[axis]), so that it resizes; Resizing is supported"
        )
      }
      view = try model.builder.slice(
        view, axis: axis, from: (view.sizes[axis] - count) / 2, step: 1, count: count, layer.title)
    }
    return view
  }

  private static func readCropping(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let layout = try layer.layout
    var pairs = layer.configuration.integerPairs("cropping")
    if layer.isSeries { pairs = [(layer.configuration.integers("cropping") ?? []).compactMap { $0 }] }
    guard pairs.count == (layer.isSeries ? 1 : 2),
      pairs.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0 >= 0 } })
    else { throw GraphFailure("has no \"cropping\" of pairs") }
    var view = layer.inputs[0]
    guard view.axes.count == pairs.count + 1 else {
      throw GraphFailure("reads an array of \(view.axes.count + 1) axes; \(pairs.count + 2) are needed")
    }
    for (index, pair) in pairs.enumerated() {
      let axis = layout == .channelsLast ? index : index + 1
      view = try model.builder.slice(
        view, axis: axis, from: pair[0], step: 1, count: view.sizes[axis] - pair[0] - pair[1], layer.title)
    }
    return view
  }

  /// `n` times the row of values, as steps of a series.
  private static func readRepeat(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let view = layer.inputs[0]
    let count = try layer.count("n", atMost: 4096)
    guard view.axes.count == 1 else {
      throw GraphFailure("reads an array of \(view.axes.count + 1) axes; two are needed")
    }
    var series = view
    series.axes.insert(.one, at: 0)
    return try model.builder.stretched(series, to: [count, view.sizes[0]], like: nil, layer.title)
  }

  static let lite =
    [
      LiteOperator("DEPTH_TO_SPACE", becomes: selects, effect: .moves, readLiteDepthToSpace),
      LiteOperator("SPACE_TO_DEPTH", becomes: selects, effect: .moves, readLiteSpaceToDepth),
      LiteOperator("TILE", becomes: selects, if: "constant counts; not along the batch", readLiteTile),
      LiteOperator("BROADCAST_TO", becomes: selects, if: "a constant shape", readLiteBroadcast),
    ] + liteSelections

  private static func readLiteDepthToSpace(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let made = try model.builder.blocksOfChannels(model.view(node), block: model.option(node, 0))
    try model.give(node, made, isLayer: false)
  }

  private static func readLiteSpaceToDepth(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let made = try model.builder.channelsOfBlocks(model.view(node), block: model.option(node, 0))
    try model.give(node, made, isLayer: false)
  }

  private static func readLiteTile(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.view(node)
    let counts = try model.integers(node, 1)
    guard counts.count == view.axes.count + 1, counts[0] == 1, counts.allSatisfy({ (1...4096).contains($0) })
    else { throw GraphFailure("repeats by \(counts), the batch too") }
    let made = try model.builder.tiled(view, Array(counts.dropFirst()), model.title(node))
    try model.giveMoved(node, made)
  }

  private static func readLiteBroadcast(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.view(node)
    let wanted = Array(try model.integers(node, 1).dropFirst())
    guard wanted.count == view.axes.count,
      zip(view.sizes, wanted).allSatisfy({ $0 == $1 || $0 == 1 })
    else { throw GraphFailure("stretches \(view.sizes) to \(wanted) without the batch") }
    try model.giveMoved(
      node,
      wanted == view.sizes
        ? view : try model.builder.stretched(view, to: wanted, like: nil, model.title(node)))
  }
}
