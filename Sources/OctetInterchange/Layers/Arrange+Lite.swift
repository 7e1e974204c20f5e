import OctetNetwork

/// Operators of .tflite files that select parts of arrays and put arrays beside each other. Integers keep what they
/// stand for.
extension Arrange {
  static let liteSelections = [
    LiteOperator("SLICE", becomes: selects, if: "constant places", effect: .moves, readLiteSlice),
    LiteOperator(
      "STRIDED_SLICE", becomes: selects, if: "constant places; of shapes nothing", effect: .moves,
      readLiteStridedSlice),
    LiteOperator("SPLIT", becomes: selects, effect: .moves, readLiteSplit),
    LiteOperator("SPLIT_V", becomes: selects, effect: .moves, readLiteSplitV),
    LiteOperator("UNPACK", becomes: selects, effect: .moves, readLiteUnpack),
    LiteOperator("PACK", becomes: "`concatenate`; of shapes nothing", effect: .moves, readLitePack),
    LiteOperator(
      "GATHER", becomes: "`arrange`; in no pattern of equal steps `concatenate` too", if: "constant places",
      effect: .moves, readLiteGather),
    LiteOperator("REVERSE_V2", becomes: selects, effect: .moves, readLiteReverse),
    LiteOperator(
      "SPACE_TO_BATCH_ND", becomes: BatchedBlocks.becomes, if: "before a convolution",
      BatchedBlocks.readSpaceToBatch),
    LiteOperator(
      "BATCH_TO_SPACE_ND", becomes: BatchedBlocks.becomes, if: "after a convolution", effect: .moves,
      BatchedBlocks.readBatchToSpace),
  ]

  /// Sizes of -1 reach to the end.
  private static func readLiteSlice(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    var view = try model.view(node)
    let (starts, sizes) = (try model.integers(node, 1), try model.integers(node, 2))
    guard starts.count == view.axes.count + 1, sizes.count == starts.count, starts[0] == 0,
      sizes[0] == -1 || sizes[0] == model.builder.batch
    else { throw GraphFailure("takes \(sizes) from \(starts), where the whole batch is needed") }
    for axis in view.axes.indices {
      let size = view.sizes[axis]
      let start = starts[axis + 1]
      let count = sizes[axis + 1] == -1 ? size - start : sizes[axis + 1]
      view = try model.builder.slice(view, axis: axis, from: start, step: 1, count: count, model.title(node))
    }
    try model.giveMoved(node, view)
  }

  /// Bits of the masks say, axis by axis, what is left open, what is one place, and where an axis is new.
  private static func readLiteStridedSlice(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    if try model.makesShape(node) { return }
    var view = try model.viewOfAnyForm(node)
    let (starts, ends, steps) = (
      try model.integers(node, 1), try model.integers(node, 2), try model.integers(node, 3)
    )
    var masks: [Int] = []
    for field in 0..<6 { masks.append(try model.option(node, field, isByte: field == 5)) }
    guard starts.count == ends.count, starts.count == steps.count, starts.count <= 16 else {
      throw GraphFailure("has starts, ends and steps of different numbers")
    }
    guard masks[2] == 0, masks[5] == 0 else {
      throw GraphFailure("selects with an ellipsis, or with ends that are distances, which is not supported")
    }
    // One item is a batch like an axis of size 1, which can be taken out; an open one is of any size.
    if view.hasBatch, masks[4] & 1 == 1, masks[3] & 1 == 0, model.builder.batch == 1,
      !model.file.tensors[model.file.inputs[0]].openAxes.contains(0)
    {
      view.axes.insert(.one, at: 0)
      view.hasBatch = false
    }
    // With the batch as axis 0 the place among the view's axes is one less.
    let first = view.hasBatch ? 1 : 0
    var place = 0
    for index in starts.indices {
      func isSet(_ mask: Int) -> Bool { masks[mask] >> index & 1 == 1 }
      if isSet(3) {
        guard place >= first else { throw GraphFailure("puts an axis before the batch") }
        view.axes.insert(.one, at: place - first)
        place += 1
        continue
      }
      guard place < view.axes.count + first, steps[index] != 0 else {
        throw GraphFailure("selects along more axes than it reads, or in steps of 0")
      }
      let size = place < first ? model.builder.batch : view.sizes[place - first]
      if isSet(4) {
        let number = starts[index] < 0 ? starts[index] + size : starts[index]
        guard place >= first, (0..<size).contains(number) else {
          throw GraphFailure(
            "selects place \(starts[index]) of \(size)\(place < first ? " in the batch" : "")")
        }
        view = try model.builder.slice(
          view, axis: place - first, from: number, step: 1, count: 1, model.title(node))
        view.axes.remove(at: place - first)
        continue
      }
      let isForward = steps[index] > 0
      let range = try SlicedRange(
        isSet(0) ? (isForward ? 0 : size - 1) : starts[index],
        isSet(1) ? (isForward ? size : -size - 1) : ends[index], step: steps[index], size: size)
      if place < first {
        guard range.first == 0, range.step == 1, range.count == size else {
          throw GraphFailure("selects a part of the batch")
        }
      } else {
        view = try model.builder.slice(
          view, axis: place - first, from: range.first, step: range.step, count: range.count,
          model.title(node))
      }
      place += 1
    }
    if !view.hasBatch, view.axes.first == .one {
      view.axes.removeFirst()
      view.hasBatch = true
    }
    try model.giveMoved(node, view)
  }

  private static func readLiteSplit(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.view(node, 1)
    let axis = try axis(model, model.integers(node, 0), view)
    let (size, count) = (view.sizes[axis], node.outputs.count)
    guard size % count == 0 else { throw GraphFailure("cuts an axis of \(size) into \(count) equal pieces") }
    try cut(&model, node, view, axis, [Int](repeating: size / count, count: count), source: 1)
  }

  private static func readLiteSplitV(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.view(node)
    let axis = try axis(model, model.integers(node, 2), view)
    var sizes = try model.integers(node, 1)
    // One of them may be what is left.
    if let open = sizes.firstIndex(of: -1) { sizes[open] = view.sizes[axis] - sizes.reduce(1, +) }
    guard sizes.count == node.outputs.count, sizes.allSatisfy({ $0 > 0 }),
      sizes.reduce(0, +) == view.sizes[axis]
    else { throw GraphFailure("cuts an axis of \(view.sizes[axis]) into pieces of \(sizes)") }
    try cut(&model, node, view, axis, sizes, source: 0)
  }

  private static func cut(
    _ model: inout LiteTranslation, _ node: LiteGraph.Node, _ view: ArrayView, _ axis: Int, _ sizes: [Int],
    source: Int
  ) throws(GraphFailure) {
    var start = 0
    for (place, size) in sizes.enumerated() {
      let piece = try model.builder.slice(
        view, axis: axis, from: start, step: 1, count: size, model.title(node))
      try model.giveMoved(node, piece, source: source, place: place)
      start += size
    }
  }

  private static func readLiteUnpack(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    let view = try model.view(node)
    let axis = try axis(model, [model.option(node, 1)], view)
    guard view.sizes[axis] == node.outputs.count else {
      throw GraphFailure("makes \(node.outputs.count) values of an axis of \(view.sizes[axis])")
    }
    for place in node.outputs.indices {
      var piece = try model.builder.slice(view, axis: axis, from: place, step: 1, count: 1, model.title(node))
      piece.axes.remove(at: axis)
      try model.giveMoved(node, piece, place: place)
    }
  }

  /// Arrays one after the other along a new axis.
  private static func readLitePack(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    if try model.makesShape(node) { return }
    var views: [ArrayView] = []
    for place in node.inputs.indices { views.append(try model.view(node, place)) }
    guard let rank = views.first.map({ $0.axes.count + 2 }) else { throw GraphFailure("joins nothing") }
    let number = try model.option(node, 1)
    let place = number < 0 ? number + rank : number
    guard (1..<rank).contains(place), views.allSatisfy({ $0.axes.count == rank - 2 }) else {
      throw GraphFailure("joins along axis \(number) of \(rank)")
    }
    for index in views.indices { views[index].axes.insert(.one, at: place - 1) }
    if model.isInteger {
      for source in node.inputs { try model.checkSameIntegers(source, node.outputs[0]) }
    }
    let made = try model.builder.concatenation(views, axis: place - 1, model.title(node))
    try model.give(node, made, isLayer: views.count > 1)
  }

  private static func readLiteGather(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    if try model.makesShape(node) { return }
    let view = try model.view(node)
    let axis = try axis(model, [model.option(node, 0)], view)
    guard try model.option(node, 1) == 0, let tensor = model.constant(node, 1),
      model.file.tensors[tensor].shape.count <= 1
    else { throw GraphFailure("needs one constant place or a list of them, for the whole batch") }
    let places = try model.integers(node, 1)
    guard !places.isEmpty, places.allSatisfy({ (0..<view.sizes[axis]).contains($0) }) else {
      throw GraphFailure("takes places beyond the \(view.sizes[axis]) of its axis")
    }
    var (made, isJoined) = try model.builder.picked(view, axis: axis, places, model.title(node))
    if model.file.tensors[tensor].shape.isEmpty { made.axes.remove(at: axis) }
    guard isJoined else { return try model.giveMoved(node, made) }
    if model.isInteger { try model.checkSameIntegers(node.inputs[0], node.outputs[0]) }
    try model.give(node, made)
  }

  private static func readLiteReverse(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  {
    var view = try model.view(node)
    for number in try model.integers(node, 1) {
      let axis = try axis(model, [number], view)
      let size = view.sizes[axis]
      view = try model.builder.slice(
        view, axis: axis, from: size - 1, step: -1, count: size, model.title(node))
    }
    try model.giveMoved(node, view)
  }

  /// One axis by its number, the batch being 0, as a place among the view's axes.
  private static func axis(_ model: LiteTranslation, _ numbers: [Int], _ view: ArrayView) throws(GraphFailure)
    -> Int
  {
    guard numbers.count == 1 else { throw GraphFailure("runs along the axes \(numbers); one is supported") }
    return try view.axis(numbers[0])
  }
}

extension GraphBuilder {
  /// Channels become blocks of rows and columns: block row, block column, channel. Channels are the last axis.
  func blocksOfChannels(_ view: ArrayView, block: Int) throws(GraphFailure) -> ArrayView {
    guard view.axes.count == 3, (1...4096).contains(block), view.sizes[2] % (block * block) == 0,
      let split = view.reshaped([view.sizes[0], view.sizes[1], block, block, view.sizes[2] / (block * block)])
    else { throw GraphFailure("makes blocks of \(block) of \(view.sizes)") }
    let a = split.axes
    return ArrayView(
      value: view.value,
      axes: [ArrayAxis(a[0].parts + a[2].parts), ArrayAxis(a[1].parts + a[3].parts), a[4]])
  }

  /// Blocks of rows and columns become channels, in the same order.
  func channelsOfBlocks(_ view: ArrayView, block: Int) throws(GraphFailure) -> ArrayView {
    guard view.axes.count == 3, (1...4096).contains(block), view.sizes[0] % block == 0,
      view.sizes[1] % block == 0,
      let split = view.reshaped([
        view.sizes[0] / block, block, view.sizes[1] / block, block, view.sizes[2],
      ])
    else { throw GraphFailure("makes channels of blocks of \(block) of \(view.sizes)") }
    let a = split.axes
    return ArrayView(
      value: view.value, axes: [a[0], a[2], ArrayAxis(a[1].parts + a[3].parts + a[4].parts)])
  }
}

extension LiteTranslation {
  /// Gives values that were moved, and stand for what they stood for.
  ///
  /// - Parameters:
  ///   - source: the input that they come from.
  ///   - place: which of the node's outputs they are.
  mutating func giveMoved(_ node: LiteGraph.Node, _ view: ArrayView, source: Int = 0, place: Int = 0)
    throws(GraphFailure)
  {
    if isInteger, node.inputs.indices.contains(source) {
      try checkSameIntegers(node.inputs[source], node.outputs[place])
    }
    try give(node, view, isLayer: false, place: place, source: source)
  }
}
