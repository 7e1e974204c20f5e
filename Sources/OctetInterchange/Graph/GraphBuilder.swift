import OctetNetwork

/// Puts a graph together from operators as the formats define them: arrays with a batch first and axes in any order.
///
/// Whatever the order of axes, an operator is either computed on the same elements or refused: an axis is a height, a
/// width or channels only where its elements lie so in the value (`ArrayAxis`).
struct GraphBuilder {
  var graph: Graph
  /// The size of the batch; a prime that nothing else has where any size will do, so that a reshape cannot mix items.
  let batch: Int
  /// Whether an operator may still decide what the input's axes mean.
  private let inputIsFlat: Bool
  private var parameterCount = 0
  /// What a flattened image is, by the image's value.
  private var flattened: [Int: Int] = [:]

  static let anyBatch = 1_000_003
  static let mostNodes = 10_000

  /// - Parameters:
  ///   - sizes: the input's axes without the batch, one to three of them.
  ///   - channelsFirst: whether the first of three is that of the channels.
  ///   - image: for a flat input, the image that it is made.
  init(sizes: [Int], channelsFirst: Bool, image: ImageShape?, batch: Int?) throws(GraphFailure) {
    guard (1...3).contains(sizes.count), sizes.allSatisfy({ (1...(1 << 20)).contains($0) }),
      sizes.reduce(1, *) <= NetworkDescription.largestValueCount
    else {
      throw GraphFailure(
        "has the sizes \(sizes) without the batch; one to three of a fixed, moderate size are supported")
    }
    guard (1...(1 << 20)).contains(batch ?? 1) else {
      throw GraphFailure("has a batch of \(batch ?? 1); 1 to \(1 << 20), or any, is supported")
    }
    self.batch = batch ?? Self.anyBatch
    inputIsFlat = sizes.count == 1 && image == nil
    let shape: ImageShape
    let axes: [ArrayAxis]
    switch sizes.count {
    case 1:
      shape = image ?? ImageShape(flat: sizes[0])
      axes = [ArrayAxis(size: sizes[0], stride: 1)]
    case 2:
      shape = ImageShape(height: sizes[0], width: sizes[1], channels: 1)
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
  private mutating func append(
    _ operation: Graph.Operation, _ view: ArrayView, _ title: String, weights: [Float] = [],
    bias: [Double]? = nil
  ) throws(GraphFailure) -> ArrayView {
    ArrayView(
      value: try append(
        Graph.Node(
          operation: operation, inputs: [view.value], shape: shape(view), title: title, weights: weights,
          bias: bias)),
      axes: view.axes)
  }

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
        "takes \(layout == .channelsFirst ? "channels first" : "channels last"), and the axes of what it reads (\(sizes) "
          + "without the batch) lie otherwise there; their elements would have to be put into another order")
    }
    if shape(view) == wanted { return wanted }
    guard inputIsFlat, isInputInShape(view.value) else {
      throw GraphFailure("reads \(shape(view)) reshaped to \(wanted); only a flat input can be made an image")
    }
    throw GraphFailure("needs the input as an image", wantedInput: wanted)
  }

  /// Whether a value is the input, or made of it by operators that would take it in another shape too.
  private func isInputInShape(_ value: Int) -> Bool {
    var value = value
    while value > 0 {
      switch graph.nodes[value - 1].operation {
      case .affine, .function, .requantize, .layer(.batchNormalization), .layer(.dropout),
        .layer(.activation):
        value = graph.nodes[value - 1].inputs[0]
      case .layer(.dense), .layer(.convolution), .layer(.depthwiseConvolution), .layer(.maxPooling),
        .layer(.averagePooling), .layer(.globalAveragePooling), .layer(.add), .layer(.flatten), .softmax,
        .padding:
        return false
      }
    }
    return true
  }

  private func view(_ value: Int, _ layout: Layout) -> ArrayView {
    let shape = graph.shape(value)
    return ArrayView(
      value: value, axes: layout == .channelsFirst ? shape.axesChannelsFirst : shape.axesChannelsLast)
  }

  /// A convolution, depthwise convolution or pool.
  mutating func window(
    _ kind: FloatLayerKind, _ view: ArrayView, _ layout: Layout, _ title: String, weights: [Float] = [],
    bias: [Double]? = nil
  ) throws(GraphFailure) -> ArrayView {
    let input = try image(view, layout)
    let output: ImageShape
    do throws(ShapeMismatch) {
      output = try kind.specification.outputShape(for: input)
    } catch {
      throw GraphFailure("does not fit its input \(input): \(error.reason)")
    }
    let value = try append(
      Graph.Node(
        operation: .layer(kind), inputs: [view.value], shape: output, title: title, weights: weights,
        bias: bias))
    return self.view(value, layout)
  }

  mutating func padding(_ border: Graph.Border, _ view: ArrayView, _ layout: Layout, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let input = try image(view, layout)
    if border.isEmpty { return view }
    let output = ImageShape(
      height: input.height + border.top + border.bottom, width: input.width + border.left + border.right,
      channels: input.channels)
    let value = try append(
      Graph.Node(operation: .padding(border), inputs: [view.value], shape: output, title: title))
    return self.view(value, layout)
  }

  // MARK: other operators

  mutating func function(_ function: Graph.Function, _ view: ArrayView, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    try append(.function(function), view, title)
  }

  mutating func requantize(_ view: ArrayView, _ title: String) throws(GraphFailure) -> ArrayView {
    try append(.requantize, view, title)
  }

  /// Softmax over some of the axes: over the channels of each place, or over all of an item's values.
  mutating func softmax(over axes: [Int], isLogarithm: Bool, _ view: ArrayView, _ title: String)
    throws(GraphFailure)
    -> ArrayView
  {
    let covered = axes.reduce(1) { $0 * view.axes[$1].size }
    let parts = axes.flatMap { view.axes[$0].parts }
    if ArrayAxis(parts) == ArrayAxis(size: shape(view).channels, stride: 1) {
      return try append(.softmax(isLogarithm: isLogarithm), view, title)
    }
    guard covered == view.count else {
      throw GraphFailure(
        "runs over \(covered) of the \(view.count) values of an item; softmax over the channels or over all values is supported"
      )
    }
    let source = ArrayView(value: try flat(view.value, title), axes: view.axes)
    return try append(.softmax(isLogarithm: isLogarithm), source, title)
  }

  /// The matrix product with `matrix`, `inputs x units`, along one axis.
  mutating func product(
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
          shape: ImageShape(flat: units), title: title,
          isMatrixProduct: true, weights: ordered, bias: bias))
      var axes = view.axes.map { _ in ArrayAxis.one }
      axes[axis] = ArrayAxis(size: units, stride: 1)
      return ArrayView(value: value, axes: axes)
    }
    // Along the channels of an image it is a convolution of one cell.
    guard contracted == ArrayAxis(size: shape.channels, stride: 1), !shape.isFlat else {
      throw GraphFailure(
        "multiplies along an axis of \(inputs) of the \(view.count) values of an item; all of them or the channels of an image "
          + "are supported")
    }
    let value = try append(
      Graph.Node(
        operation: .layer(
          .convolution(
            Convolution(filters: units, window: Window(height: 1, width: 1), hasBias: bias != nil))),
        inputs: [view.value],
        shape: ImageShape(height: shape.height, width: shape.width, channels: units), title: title,
        isMatrixProduct: true, weights: matrix, bias: bias))
    var axes = view.axes.map { $0.scaled(above: shape.channels, from: shape.channels, to: units) }
    axes[axis] = ArrayAxis(size: units, stride: 1)
    return ArrayView(value: value, axes: axes)
  }

  /// The sum of two arrays of the same sizes.
  ///
  /// - Parameter isInteger: whether it has integers, which are added as they are where the two are one.
  mutating func sum(
    _ left: ArrayView, _ right: ArrayView, isInteger: Bool = false, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    guard left.sizes == right.sizes else {
      throw GraphFailure(
        "adds arrays of the sizes \(left.sizes) and \(right.sizes) without the batch; they must be the same")
    }
    guard left.axes == right.axes else {
      throw GraphFailure(
        "adds two arrays whose elements lie in different orders (one is channels first, one last)")
    }
    if left.value == right.value, !isInteger {
      return try affine(left, factors: Constant(2), summands: Constant(0), title)
    }
    var values = [left.value, right.value]
    if shape(left) != shape(right) {
      for index in 0...1 { values[index] = try flat(values[index], title) }
    }
    let value = try append(
      Graph.Node(operation: .layer(.add(Add())), inputs: values, shape: graph.shape(values[0]), title: title))
    return ArrayView(value: value, axes: left.axes)
  }

  /// The mean over some axes of an image.
  mutating func mean(over axes: Set<Int>, keepsAxes: Bool, _ view: ArrayView, _ title: String)
    throws(GraphFailure)
    -> ArrayView
  {
    let shape = shape(view)
    let (channels, line) = (shape.channels, shape.width * shape.channels)
    let taken = axes.flatMap { view.axes[$0].parts }
    let count = taken.reduce(1) { $0 * $1.size }
    let value: Int
    var (width, height) = (shape.width, shape.height)
    if count == 1 {
      value = view.value
    } else if !taken.allSatisfy({ $0.stride >= channels }) {
      throw GraphFailure(
        "takes the mean over channels or over parts of them; the mean over height and width is supported")
    } else if count == shape.height * shape.width {
      (height, width) = (1, 1)
      value = try append(
        Graph.Node(
          operation: .layer(.globalAveragePooling(GlobalAveragePooling())), inputs: [view.value],
          shape: ImageShape(flat: channels),
          title: title))
    } else {
      let isColumns = taken.allSatisfy({ $0.stride * $0.size <= line }) && count == shape.width
      let isRows = taken.allSatisfy({ $0.stride >= line }) && count == shape.height
      guard isColumns || isRows, count <= 256 else {
        throw GraphFailure(
          "takes the mean over a part of the height or width; all of either, up to 256, is supported")
      }
      if isRows { height = 1 } else { width = 1 }
      let window = Window(height: isRows ? count : 1, width: isRows ? 1 : count)
      value = try append(
        Graph.Node(
          operation: .layer(.averagePooling(AveragePooling(window: window))), inputs: [view.value],
          shape: ImageShape(height: height, width: width, channels: channels), title: title))
    }
    var made: [ArrayAxis] = []
    for (index, axis) in view.axes.enumerated() {
      if axes.contains(index) {
        if keepsAxes { made.append(.one) }
      } else {
        made.append(width == shape.width ? axis : axis.scaled(above: line, from: line, to: width * channels))
      }
    }
    return ArrayView(value: value, axes: made)
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

extension GraphBuilder {
  /// The same elements in their order under other sizes, the batch among them.
  func reshaped(_ view: ArrayView, _ sizes: [Int]) throws(GraphFailure) -> ArrayView {
    guard sizes.first == batch else {
      throw GraphFailure(
        batch == Self.anyBatch
          ? "does not keep the batch, which may have any size, as the first axis: export the model with a fixed batch of 1, "
            + "or reshape with -1 for the batch"
          : "gives the sizes \(sizes); the first must be the batch of \(batch)")
    }
    guard sizes.count <= 9 else {
      throw GraphFailure("makes an array of \(sizes.count) axes; the limit is 9")
    }
    guard let made = view.reshaped(Array(sizes.dropFirst())) else {
      throw GraphFailure(
        "reshapes \(view.sizes) to \(Array(sizes.dropFirst())) without the batch, which would put elements into another "
          + "order than they have after a transpose")
    }
    return made
  }
}
