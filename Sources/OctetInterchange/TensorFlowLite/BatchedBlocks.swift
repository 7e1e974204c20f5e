import OctetNetwork

/// Images taken apart: every so many rows and columns are an item of a larger batch, which is how TensorFlow writes a
/// convolution whose cells lie apart. Here it is one: the image stays whole, and the window is widened.
struct BatchedBlocks: Equatable {
  /// How many blocks there are along each axis of an item.
  let counts: [Int]

  static let becomes = "dilation of the convolution"

  /// The shape that the file has for blocks of an array with these sizes.
  func shape(of whole: [Int]) throws(GraphFailure) -> [Int] {
    let sizes = whole.dropFirst()
    guard sizes.count == counts.count, zip(sizes, counts).allSatisfy({ $0 % $1 == 0 }) else {
      throw GraphFailure("takes \(whole) apart into \(counts) blocks")
    }
    return [counts.reduce(whole[0], *)] + zip(sizes, counts).map { $0 / $1 }
  }

  /// A window on each block as one on the whole.
  func widen(_ window: inout Window, _ dilation: inout Dilation) throws(GraphFailure) {
    guard counts.count == 3, counts[2] == 1, window.strideHeight == 1, window.strideWidth == 1,
      dilation.height * counts[0] <= 255, dilation.width * counts[1] <= 255
    else {
      throw GraphFailure(
        "has a stride, or dilation above 255, between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND")
    }
    if window.padding == .same {
      // Each block has a border of its own, the smaller half before it.
      let down = (window.height - 1) * dilation.height
      let across = (window.width - 1) * dilation.width
      window = Window(
        height: window.height, width: window.width,
        padding: .border(
          top: down / 2 * counts[0], left: across / 2 * counts[1], bottom: (down - down / 2) * counts[0],
          right: (across - across / 2) * counts[1]))
    }
    dilation.height *= counts[0]
    dilation.width *= counts[1]
  }

  // MARK: reading

  /// The sizes of the blocks in the file, for the first axes of an item.
  private init(_ model: LiteTranslation, _ node: LiteGraph.Node, _ view: ArrayView) throws(GraphFailure) {
    let sizes = try model.integers(node, 1)
    guard (1...2).contains(sizes.count), sizes.count < view.axes.count,
      sizes.allSatisfy({ (1...255).contains($0) })
    else {
      throw GraphFailure(
        "has blocks of \(sizes) in \(view.sizes); one or two sizes from 1 to 255 are supported")
    }
    counts = sizes + [Int](repeating: 1, count: view.axes.count - sizes.count)
  }

  private init(counts: [Int]) { self.counts = counts }

  /// What is put around an array, or taken away from it; none of the last axes.
  private static func border(_ model: LiteTranslation, _ node: LiteGraph.Node, _ view: ArrayView)
    throws(GraphFailure) -> [(before: Int, after: Int)]
  {
    let numbers = try model.integers(node, 2)
    guard numbers.count % 2 == 0, numbers.count / 2 <= view.axes.count,
      numbers.allSatisfy({ (0...65_535).contains($0) })
    else { throw GraphFailure("has a border of \(numbers) around \(view.sizes)") }
    return view.axes.indices.map {
      2 * $0 < numbers.count ? (numbers[2 * $0], numbers[2 * $0 + 1]) : (0, 0)
    }
  }

  static func readSpaceToBatch(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node)
    let blocks = try BatchedBlocks(model, node, view)
    let made = try model.builder.padded(view, border(model, node, view), .number(0), model.title(node))
    if model.isInteger, let source = node.inputs.first {
      try model.checkSameIntegers(source, node.outputs[0])
    }
    try model.give(node, made, isLayer: made.value != view.value, blocks: blocks)
  }

  static func readBatchToSpace(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let (whole, found) = try model.viewOfBlocks(node)
    guard try found == BatchedBlocks(model, node, whole) else {
      throw GraphFailure("puts other blocks together than SPACE_TO_BATCH_ND made")
    }
    let taken = try border(model, node, whole).map { (before: -$0.before, after: -$0.after) }
    try model.giveMoved(node, try model.builder.padded(whole, taken, .number(0), model.title(node)))
  }

  /// Blocks with axes of size 1 added or taken out, which a convolution of a series is surrounded by; nil where a node
  /// reads none.
  static func reshaped(_ model: LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure)
    -> (ArrayView, BatchedBlocks)?
  {
    guard let tensor = node.inputs.first, let found = model.blocks[tensor], let view = model.views[tensor]
    else { return nil }
    let wanted = model.file.tensors[node.outputs[0]].shape.dropFirst()
    var axes: [ArrayAxis] = []
    var counts: [Int] = []
    var rest = zip(view.axes, found.counts).filter { $0.0.size > 1 }[...]
    for size in wanted {
      if size > 1 || rest.first.map({ $0.0.size / $0.1 }) == size {
        guard let (axis, count) = rest.popFirst(), axis.size == size * count else {
          throw GraphFailure("reshapes blocks of SPACE_TO_BATCH_ND to \(Array(wanted))")
        }
        axes.append(axis)
        counts.append(count)
      } else {
        axes.append(.one)
        counts.append(1)
      }
    }
    guard rest.isEmpty else { throw GraphFailure("reshapes blocks of SPACE_TO_BATCH_ND to \(Array(wanted))") }
    return (
      ArrayView(value: view.value, axes: axes, hasBatch: view.hasBatch), BatchedBlocks(counts: counts)
    )
  }
}
