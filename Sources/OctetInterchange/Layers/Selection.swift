import OctetNetwork
import OctetText

/// Operators that put values side by side, or take some of them: as convolutions and dense layers whose weights are 0
/// and 1, and sums. In integer files they keep every integer.
enum Selection: TranslatedKind {}

extension GraphBuilder {
  /// Which axis of an image an axis of an array is.
  private enum Side {
    case rows
    case columns
    case channels
  }

  /// The arrays as images of one layout, and what `axis` is in them; nil where they are none. A row of values has
  /// channels alone.
  private func images(_ views: [ArrayView], axis: Int) throws(GraphFailure) -> (Layout, Side)? {
    if views[0].axes.count == 1 { return (.channelsLast, .channels) }
    for layout in [Layout.channelsLast, .channelsFirst] {
      var fits = true
      for view in views {
        do throws(GraphFailure) { _ = try image(columns(view, layout), layout) } catch {
          if error.wantedInput != nil { throw error }
          fits = false
        }
      }
      guard fits else { continue }
      let isSeries = views[0].axes.count == 2
      let channels = layout == .channelsLast ? views[0].axes.count - 1 : 0
      if axis == channels { return (layout, .channels) }
      return (layout, isSeries || axis == (layout == .channelsLast ? 0 : 1) ? .rows : .columns)
    }
    return nil
  }

  private static let noImage =
    "needs rows of values, series or images whose axes lie as those of operators on images do"

  /// Arrays one after the other along an axis.
  mutating func concatenation(_ views: [ArrayView], axis: Int, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    let rank = views[0].axes.count
    guard views.allSatisfy({ $0.axes.count == rank }), (0..<rank).contains(axis) else {
      throw GraphFailure("joins arrays of different numbers of axes")
    }
    for place in 0..<rank where place != axis {
      guard views.allSatisfy({ $0.sizes[place] == views[0].sizes[place] }) else {
        throw GraphFailure(
          "joins arrays of the sizes \(views.map(\.sizes)), which differ beside axis \(axis + 1)")
      }
    }
    guard let (layout, side) = try images(views, axis: axis) else { throw GraphFailure(Self.noImage) }
    let total = views.reduce(0) { $0 + $1.sizes[axis] }
    var joined: ArrayView?
    var start = 0
    for view in views {
      let size = view.sizes[axis]
      let part: ArrayView
      if side == .channels {
        part = try selection(view, layout, from: 0, step: 1, count: size, at: start, of: total, title)
      } else {
        let (before, after) = (start, total - start - size)
        let border =
          side == .rows
          ? Graph.Border(top: before, bottom: after) : Graph.Border(left: before, right: after)
        part = series(
          try padding(border, columns(view, layout), layout, title), like: view, layout)
      }
      start += size
      guard let known = joined else {
        joined = part
        continue
      }
      joined = try join(known, part, .add(Add()), "joins", title)
      graph.nodes[graph.nodes.count - 1].isMove = true
    }
    guard let joined else { throw GraphFailure("joins nothing") }
    return joined
  }

  /// `count` elements along an axis, each `step` after the one before.
  mutating func slice(
    _ view: ArrayView, axis: Int, from start: Int, step: Int, count: Int, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let size = view.sizes[axis]
    guard start >= 0, count > 0, step > 0, start + (count - 1) * step < size else {
      throw GraphFailure("takes \(count) of \(size) from \(start) on, each \(step) after the other")
    }
    if count == size { return view }
    guard let (layout, side) = try images([view], axis: axis) else { throw GraphFailure(Self.noImage) }
    if side == .channels {
      return try selection(view, layout, from: start, step: step, count: count, at: 0, of: count, title)
    }
    // A window of one weight that is 1, which just fits so often.
    let extent = size - (count - 1) * step
    guard extent <= 256, step <= 256 else {
      throw GraphFailure("takes \(count) of \(size) rows or columns, which leaves more than 255 out")
    }
    let isRows = side == .rows
    let window = Window(
      height: isRows ? extent : 1, width: isRows ? 1 : extent, strideHeight: isRows ? step : 1,
      strideWidth: isRows ? 1 : step)
    let channels = shape(view).channels
    var weights = [Float](repeating: 0, count: extent * channels)
    for channel in 0..<channels { weights[start * channels + channel] = 1 }
    let made = try self.window(
      .depthwiseConvolution(DepthwiseConvolution(window: window, hasBias: false)), columns(view, layout),
      layout, title, weights: weights)
    graph.nodes[graph.nodes.count - 1].isMove = true
    return series(made, like: view, layout)
  }

  /// Channels from `start` on, which become those from `place` on of `total`; the others are 0.
  private mutating func selection(
    _ view: ArrayView, _ layout: Layout, from start: Int, step: Int, count: Int, at place: Int, of total: Int,
    _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let isRow = view.axes.count == 1
    let inputs = isRow ? view.count : shape(view).channels
    guard total <= NetworkDescription.largestParameterCount / max(inputs, 1) else {
      throw GraphFailure("makes \(total) channels of \(inputs), which is too large")
    }
    var weights = [Float](repeating: 0, count: inputs * total)
    for index in 0..<count { weights[(start + index * step) * total + place + index] = 1 }
    let made =
      isRow
      ? try product(view, axis: 0, matrix: weights, units: total, bias: nil, title)
      : try window(
        .convolution(Convolution(filters: total, window: Window(height: 1, width: 1), hasBias: false)),
        columns(view, layout), layout, title, weights: weights)
    graph.nodes[graph.nodes.count - 1].isMove = true
    return isRow ? made : series(made, like: view, layout)
  }
}

// MARK: - ONNX

extension Selection {
  static let onnx = [
    ONNXOperator("Concat", becomes: concatenates, if: "not along the batch", readConcat),
    ONNXOperator("Slice", becomes: selects, if: "constant ends, forward; not along the batch", readSlice),
    ONNXOperator("Split", becomes: selects, if: "not along the batch", readSplit),
    ONNXOperator("Gather", becomes: selects, if: "one index, or several at equal steps forward", readGather),
  ]

  private static let concatenates = "`conv`, `dense` or `depthwise` with weights of 0 and 1, and `add`"
  private static let selects = "`conv`, `dense` or `depthwise` with weights of 0 and 1"

  private static func readConcat(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    var views: [ArrayView] = []
    for place in node.inputs.indices { views.append(try model.view(node, place)) }
    guard let first = views.first else { throw GraphFailure("joins nothing") }
    let axis = try model.axis(attributes.integer("axis", otherwise: 1), first)
    try model.give(node, try model.builder.concatenation(views, axis: axis, node.title))
  }

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
      if isBatch, starts[index] == 0, ends[index] >= model.builder.batch, steps[index] == 1 { continue }
      let axis = try model.axis(axes[index], view)
      let size = view.sizes[axis]
      guard steps[index] > 0 else { throw GraphFailure("goes backward (step \(steps[index]))") }
      func place(_ number: Int) -> Int { min(max(number < 0 ? number + size : number, 0), size) }
      let (start, end) = (place(starts[index]), place(ends[index]))
      guard start < end else { throw GraphFailure("takes nothing of axis \(axes[index])") }
      let count = (end - start + steps[index] - 1) / steps[index]
      view = try model.builder.slice(
        view, axis: axis, from: start, step: steps[index], count: count, node.title)
    }
    try model.give(node, view)
  }
}

extension Selection {
  /// The sizes are an attribute before 13; without them the pieces are equal, but for the last since 18.
  private static func readSplit(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let axis = try model.axis(attributes.integer("axis", otherwise: 0), view)
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

  /// One index takes its axis away; a row of them keeps it.
  private static func readGather(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    guard let chosen = model.constant(node, 1) else { throw GraphFailure("needs constant indices") }
    let axis = try model.axis(attributes.integer("axis", otherwise: 0), view)
    let size = view.sizes[axis]
    let indices = try chosen.integers("indices").map { $0 < 0 ? $0 + size : $0 }
    guard let first = indices.first, chosen.shape.count <= 1, indices.allSatisfy({ (0..<size).contains($0) })
    else { throw GraphFailure("has indices \(indices) of the shape \(chosen.shape) into an axis of \(size)") }
    let step = indices.count > 1 ? indices[1] - first : 1
    guard step > 0, indices.indices.allSatisfy({ indices[$0] == first + $0 * step }) else {
      throw GraphFailure("picks elements that do not follow each other at equal steps: \(indices.prefix(20))")
    }
    var made = try model.builder.slice(
      view, axis: axis, from: first, step: step, count: indices.count, node.title)
    if chosen.shape.isEmpty { made.axes.remove(at: axis) }
    try model.give(node, made)
  }
}

// MARK: - Keras and TensorFlow Lite

extension Selection {
  static let keras =
    [KerasClass("Concatenate", becomes: concatenates, inputs: .several, readConcatenate)]
    + ["Cropping2D", "Cropping1D"].map { KerasClass($0, becomes: selects, readCropping) }

  private static func readConcatenate(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    guard layer.inputs.count > 1 else {
      throw GraphFailure("joins \(layer.inputs.count) values; two or more are needed")
    }
    let axis = try layer.axis(layer.configuration.integer("axis") ?? -1, layer.inputs[0])
    return try model.builder.concatenation(layer.inputs, axis: axis, layer.title)
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

  static let lite = [
    LiteOperator("CONCATENATION", becomes: concatenates, if: "not along the batch", readLiteConcatenation)
  ]

  private static func readLiteConcatenation(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    var views: [ArrayView] = []
    for place in node.inputs.indices { views.append(try model.view(node, place)) }
    guard let first = views.first, try model.function(node, 1) == .identity else {
      throw GraphFailure("has a fused function, which is not supported")
    }
    let rank = first.axes.count + 1
    let number = try model.option(node, 0)
    let axis = number < 0 ? number + rank : number
    guard (1..<rank).contains(axis) else { throw GraphFailure("joins along axis \(number) of \(rank)") }
    if model.isInteger { for source in node.inputs { try model.checkSameIntegers(source, node.outputs[0]) } }
    try model.give(
      node, try model.builder.concatenation(views, axis: axis - 1, model.title(node)), isLayer: false)
  }
}
