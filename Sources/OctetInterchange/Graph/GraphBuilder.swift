import OctetNetwork

/// Puts a graph together from operators as the formats define them: arrays with a batch first and axes in any order.
///
/// Whatever the order of axes, an operator is either computed on the same elements or refused: an axis is a height, a
/// width or channels only where its elements lie so in the value (`ArrayAxis`).
struct GraphBuilder {
  var graph: Graph
  /// The size of the batch; `anyBatch` where any size will do, so that a reshape cannot mix items.
  let batch: Int
  /// Whether an operator may still decide what the input's axes mean.
  private let inputIsOpen: Bool
  private var parameterCount = 0
  /// What a flattened image is, by the image's value.
  var flattened: [Int: Int] = [:]

  /// A prime beyond the sizes of all arrays.
  static let anyBatch = 2_147_483_647
  static let mostNodes = 10_000

  /// What to do with a model of several inputs.
  static let oneInput = "one is supported: join them to one array before the model, and take it apart within"

  /// - Parameters:
  ///   - sizes: the input's axes without the batch, one to three of them.
  ///   - channelsFirst: whether the first of three is that of the channels; two are a series then.
  ///   - image: for an input of one or two axes, the image that it is made.
  init(sizes: [Int], channelsFirst: Bool, image: ImageShape?, batch: Int?) throws(GraphFailure) {
    guard (1...3).contains(sizes.count) else {
      throw GraphFailure(
        "has the sizes \(sizes) without the batch; one (values), two (series) or three (images) are supported"
          + (sizes.count > 3 ? ", no volumes or videos" : ""))
    }
    guard sizes.allSatisfy({ (1...(1 << 20)).contains($0) }),
      sizes.reduce(1, *) <= NetworkDescription.largestValueCount
    else {
      throw GraphFailure(
        "has the sizes \(sizes) without the batch, where 0 is for any; those of a fixed, moderate size are supported: "
          + "export the model with its input's size fixed")
    }
    guard (1...(1 << 20)).contains(batch ?? 1) else {
      throw GraphFailure("has a batch of \(batch ?? 1); 1 to \(1 << 20), or any, is supported")
    }
    self.batch = batch ?? Self.anyBatch
    inputIsOpen = sizes.count <= 2 && image == nil
    let shape: ImageShape
    let axes: [ArrayAxis]
    switch sizes.count {
    case 1:
      shape = image ?? ImageShape(flat: sizes[0])
      axes = [ArrayAxis(size: sizes[0], stride: 1)]
    case 2 where channelsFirst:
      shape = ImageShape(height: sizes[1], width: 1, channels: sizes[0])
      axes = [ArrayAxis(size: sizes[0], stride: 1), ArrayAxis(size: sizes[1], stride: sizes[0])]
    case 2:
      shape = image ?? ImageShape(height: sizes[0], width: sizes[1], channels: 1)
      axes = [ArrayAxis(size: sizes[0], stride: sizes[1]), ArrayAxis(size: sizes[1], stride: 1)]
    default:
      shape =
        channelsFirst
        ? ImageShape(height: sizes[1], width: sizes[2], channels: sizes[0])
        : ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
      axes = channelsFirst ? shape.axesChannelsFirst : shape.axesChannelsLast
    }
    graph = Graph(input: shape, view: ArrayView(value: 0, axes: axes))
  }

  func shape(_ view: ArrayView) -> ImageShape { graph.shape(view.value) }

  // MARK: nodes

  /// Adds a node and gives the value that it makes.
  mutating func append(_ node: Graph.Node) throws(GraphFailure) -> Int {
    guard node.shape.count <= NetworkDescription.largestValueCount else {
      throw GraphFailure("gives \(node.shape), which is too large")
    }
    parameterCount += node.weights.count + (node.bias?.count ?? 0)
    guard parameterCount <= NetworkDescription.largestParameterCount else {
      throw GraphFailure("brings it beyond \(NetworkDescription.largestParameterCount) parameters")
    }
    guard graph.nodes.count < Self.mostNodes else {
      throw GraphFailure("is one of more than \(Self.mostNodes) nodes")
    }
    graph.nodes.append(node)
    return graph.nodes.count
  }

  /// A node whose result has the axes of what it reads.
  mutating func append(
    _ operation: Graph.Operation, _ view: ArrayView, _ title: String, weights: [Float] = [],
    bias: [Double]? = nil
  ) throws(GraphFailure) -> ArrayView {
    ArrayView(
      value: try append(
        Graph.Node(
          operation: operation, inputs: [view.value], shape: shape(view), title: title, weights: weights,
          bias: bias)),
      axes: view.axes, hasBatch: view.hasBatch, rowAxes: view.rowAxes)
  }

  /// Notes that an operator of the file has been translated.
  ///
  /// - Parameters:
  ///   - nodes: how many there were before.
  ///   - view: what it gives; nil where that is a constant.
  mutating func record(kind: String, name: String, nodes: Int, gives view: ArrayView?) {
    guard let view else { return }
    graph.sources.append(
      SourceOperator(kind: kind, name: name, computes: view.value > nodes, value: view.value))
  }

  // MARK: images

  /// Where an operator has an image's axes.
  enum Layout {
    case channelsFirst
    case channelsLast
  }

  /// The view as an image, or the reason why its axes are none.
  func image(_ view: ArrayView, _ layout: Layout) throws(GraphFailure) -> ImageShape {
    guard view.axes.count == 3 else {
      throw GraphFailure(
        "needs a batch of images with four axes, and reads one of the sizes \(view.sizes) without the batch")
    }
    let sizes = view.sizes
    let wanted =
      layout == .channelsFirst
      ? ImageShape(height: sizes[1], width: sizes[2], channels: sizes[0])
      : ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
    guard view.axes == (layout == .channelsFirst ? wanted.axesChannelsFirst : wanted.axesChannelsLast) else {
      throw GraphFailure(
        """
        takes \(layout == .channelsFirst ? "channels first" : "channels last"), and the axes of what it reads \
        (\(sizes) without the batch) lie otherwise there; their elements would have to be put into another order
        """)
    }
    if shape(view) == wanted || isTurned(view, wanted) { return wanted }
    if let failure = wanting(wanted, of: view) { throw failure }
    throw GraphFailure(
      "reads \(shape(view)) reshaped to \(wanted); only an input of one or two axes can be made an image")
  }

  /// Whether a value has one column where an image has one row, or the other way round: its elements lie the same.
  private func isTurned(_ view: ArrayView, _ image: ImageShape) -> Bool {
    shape(view) == image.turned && (image.height == 1 || image.width == 1) && shape(view) != image
  }

  /// What asks for the input as an image, if a view is of the input and it may still be one.
  func wanting(_ image: ImageShape, of view: ArrayView) -> GraphFailure? {
    guard inputIsOpen, isInputInShape(view.value), graph.input.count == image.count else { return nil }
    return GraphFailure("needs the input as an image", wantedInput: image)
  }

  /// A series as an image of one column, as operators in one dimension are computed; an image as it is.
  func columns(_ view: ArrayView, _ layout: Layout) -> ArrayView {
    guard view.axes.count == 2 else { return view }
    var axes = view.axes
    axes.insert(.one, at: layout == .channelsLast ? 1 : 2)
    return ArrayView(value: view.value, axes: axes)
  }

  /// The same back, where `source` is a series.
  func series(_ view: ArrayView, like source: ArrayView, _ layout: Layout) -> ArrayView {
    guard source.axes.count == 2, view.axes.count == 3 else { return view }
    var axes = view.axes
    axes.remove(at: layout == .channelsLast ? 1 : 2)
    return ArrayView(value: view.value, axes: axes)
  }

  /// Whether a value is the input, or made of it by operators that would take it in another shape too.
  private func isInputInShape(_ value: Int) -> Bool {
    var value = value
    while value > 0 {
      guard graph.nodes[value - 1].operation.rules.ignoresShape else { return false }
      value = graph.nodes[value - 1].inputs[0]
    }
    return true
  }

  func view(_ value: Int, _ layout: Layout) -> ArrayView {
    let shape = graph.shape(value)
    return ArrayView(
      value: value, axes: layout == .channelsFirst ? shape.axesChannelsFirst : shape.axesChannelsLast)
  }

  /// A convolution, depthwise convolution or pool.
  mutating func window(
    _ kind: FloatLayerKind, _ view: ArrayView, _ layout: Layout, _ title: String, weights: [Float] = [],
    bias: [Double]? = nil
  ) throws(GraphFailure) -> ArrayView {
    let view = try laid(view, layout, title)
    let input = try image(view, layout)
    let output: ImageShape
    do throws(ShapeMismatch) {
      output = try kind.specification.outputShape(for: input)
    } catch {
      throw GraphFailure("does not fit its input \(input): \(error.reason)")
    }
    guard isTurned(view, input) else {
      let value = try append(
        Graph.Node(
          operation: .layer(kind), inputs: [view.value], shape: output, title: title, weights: weights,
          bias: bias))
      return self.view(value, layout)
    }
    // The window is turned instead of the value.
    guard output.height == 1 || output.width == 1, let window = (kind.layer as? any WindowedLayer)?.window,
      let turned = kind.layer.moving(window.turned)
    else {
      throw GraphFailure(
        "reads \(shape(view)) as \(input) and makes \(output) of it, which would reorder its elements")
    }
    let value = try append(
      Graph.Node(
        operation: turned, inputs: [view.value], shape: output.turned, title: title,
        weights: window.turned(weights), bias: bias))
    return ArrayView(
      value: value, axes: layout == .channelsFirst ? output.axesChannelsFirst : output.axesChannelsLast)
  }

  /// Zeros around an image.
  mutating func bordered(_ border: Graph.Border, _ view: ArrayView, _ layout: Layout, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let view = try laid(view, layout, title)
    let input = try image(view, layout)
    let output = ImageShape(
      height: input.height + border.top + border.bottom, width: input.width + border.left + border.right,
      channels: input.channels)
    let turns = isTurned(view, input)
    guard !turns || output.height == 1 || output.width == 1 else {
      throw GraphFailure(
        "reads \(shape(view)) as \(input) and makes \(output) of it, which would reorder its elements")
    }
    let turned = Graph.Border(top: border.left, left: border.top, bottom: border.right, right: border.bottom)
    let value = try append(
      Graph.Node(
        operation: .padding(turns ? turned : border), inputs: [view.value],
        shape: turns ? output.turned : output, title: title))
    return ArrayView(
      value: value, axes: layout == .channelsFirst ? output.axesChannelsFirst : output.axesChannelsLast)
  }
}

extension ImageShape {
  /// The axes of an array of images of this shape, as files with channels last have them.
  var axesChannelsLast: [ArrayAxis] {
    [
      ArrayAxis(size: height, stride: width * channels), ArrayAxis(size: width, stride: channels),
      ArrayAxis(size: channels, stride: 1),
    ]
  }

  var axesChannelsFirst: [ArrayAxis] {
    let axes = axesChannelsLast
    return [axes[2], axes[0], axes[1]]
  }
}

extension ImageShape {
  /// Rows for columns.
  fileprivate var turned: ImageShape { ImageShape(height: width, width: height, channels: channels) }
}

extension Window {
  fileprivate var turned: Window {
    var turned = padding
    if case .border(let top, let left, let bottom, let right) = padding {
      turned = .border(top: left, left: top, bottom: right, right: bottom)
    }
    return Window(
      height: width, width: height, strideHeight: strideWidth, strideWidth: strideHeight, padding: turned)
  }

  /// Weights, cell after cell, in the order of the turned window.
  fileprivate func turned(_ weights: [Float]) -> [Float] {
    let perCell = weights.count / (height * width)
    var ordered: [Float] = []
    ordered.reserveCapacity(weights.count)
    for column in 0..<width {
      for row in 0..<height {
        let start = (row * width + column) * perCell
        ordered += weights[start..<start + perCell]
      }
    }
    return ordered
  }
}
