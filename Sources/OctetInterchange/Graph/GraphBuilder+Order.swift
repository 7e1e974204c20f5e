import OctetNetwork
import OctetText

/// Arrays whose elements lie in another order than an operator needs them: they are copied into a value of their own.
extension GraphBuilder {
  /// A value with these elements: `first` and the parts of the axes say where they are in another value.
  ///
  /// - Parameter axes: those of the value's rows, its columns and its channels.
  private mutating func arrangedValue(
    _ source: Int, first: Int = 0, rows: ArrayAxis, columns: ArrayAxis, channels: ArrayAxis, _ title: String
  ) throws(GraphFailure) -> Int {
    let shape = ImageShape(height: rows.size, width: columns.size, channels: channels.size)
    // Neighbors within rows may be one part, but the rows stay apart.
    let own = rows.parts + ArrayAxis(columns.parts + channels.parts).parts
    guard own.count <= Arrange.mostParts else {
      throw GraphFailure(
        "needs elements in an order of \(own.count) parts; \(Arrange.mostParts) is the most")
    }
    let parts = own.map { Arrange.Part(size: $0.size, stride: $0.stride) }
    return try append(
      Graph.Node(
        operation: .layer(.arrange(Arrange(shape, first: first, parts: parts))), inputs: [source],
        shape: shape, title: title, isMove: true))
  }

  /// The view as an image of a layout that operators take: as it is where its elements lie so, else a copy.
  ///
  /// An input that may still become such an image is asked to.
  mutating func laid(_ view: ArrayView, _ layout: Layout, _ title: String) throws(GraphFailure) -> ArrayView {
    do throws(GraphFailure) {
      _ = try image(view, layout)
      return view
    } catch {
      guard error.wantedInput == nil, view.axes.count == 3 else { throw error }
    }
    let axes = view.axes
    let (rows, columns, channels) =
      layout == .channelsLast ? (axes[0], axes[1], axes[2]) : (axes[1], axes[2], axes[0])
    let value = try arrangedValue(view.value, rows: rows, columns: columns, channels: channels, title)
    var made = self.view(value, layout)
    made.hasBatch = view.hasBatch
    return made
  }

  /// The elements in the order of `other`, which has the same sizes.
  mutating func arranged(_ view: ArrayView, like other: ArrayView, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    try stretched(view, to: view.sizes, like: other, title)
  }

  /// The elements, repeated along axes of size 1, in the order of `other` or in that of the axes.
  mutating func stretched(
    _ view: ArrayView, to sizes: [Int], like other: ArrayView?, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    // What is repeated lies where it is for each step.
    let own = zip(view.axes, sizes).map { axis, size in
      axis.size == size ? axis : ArrayAxis([ArrayAxis.Part(size: size, stride: 0)])
    }
    guard let other else { return try gathered(own, of: view, first: 0, title) }
    // Each part of the other's axes, with the part of this array that counts along it.
    var parts: [(place: Int, part: ArrayAxis.Part)] = []
    for (axis, wanted) in zip(own, other.axes) {
      guard let split = axis.split(like: wanted) else {
        let flat = try gathered(own, of: view, first: 0, title)
        guard flat.axes != view.axes || flat.value != view.value else {
          throw GraphFailure("joins arrays whose elements lie in orders that have no part in common")
        }
        return try stretched(flat, to: sizes, like: other, title)
      }
      for (part, place) in zip(split, wanted.parts) { parts.append((place.stride, part)) }
    }
    parts.sort { $0.place > $1.place }
    let shape = shape(other)
    let value = try arrangedFlat(view.value, parts.map(\.part), as: shape, title)
    return ArrayView(value: value, axes: other.axes, hasBatch: other.hasBatch)
  }

  /// Parts in the order of a value of the given shape: cut where rows end.
  private mutating func arrangedFlat(
    _ source: Int, _ parts: [ArrayAxis.Part], as shape: ImageShape, _ title: String
  ) throws(GraphFailure) -> Int {
    guard let (rows, rest) = Self.cut(parts, after: shape.height),
      let (columns, channels) = Self.cut(rest, after: shape.width)
    else {
      // A row of values first, which every shape is then made of.
      let flat = try arrangedValue(
        source, rows: .one, columns: .one, channels: ArrayAxis(parts), title)
      let whole = ArrayAxis(size: shape.count, stride: 1).parts
      return try arrangedFlat(flat, whole, as: shape, title)
    }
    return try arrangedValue(
      source, rows: ArrayAxis(rows), columns: ArrayAxis(columns), channels: ArrayAxis(channels), title)
  }

  /// The first parts, which count to `count`, and the rest; nil where they cannot be cut there.
  private static func cut(_ parts: [ArrayAxis.Part], after count: Int)
    -> (first: [ArrayAxis.Part], rest: [ArrayAxis.Part])?
  {
    var (first, rest) = ([ArrayAxis.Part](), parts[...])
    var left = count
    while left > 1 {
      guard let part = rest.popFirst() else { return nil }
      if left % part.size == 0 {
        first.append(part)
        left /= part.size
      } else if part.size % left == 0 {
        let inner = part.size / left
        first.append(ArrayAxis.Part(size: left, stride: part.stride * inner))
        rest = [ArrayAxis.Part(size: inner, stride: part.stride)] + rest
        left = 1
      } else {
        return nil
      }
    }
    return (first, Array(rest))
  }

  /// A copy of elements of a view's value: those that other axes reach from `first` on.
  ///
  /// The copy has rows, columns and channels as the operators on images would take them where it can be told, else in
  /// the order of the strides.
  mutating func gathered(_ axes: [ArrayAxis], of view: ArrayView, first: Int, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    // Which axis is outer: as in the view, whose strides may be replaced by others here.
    let strides = zip(view.axes, axes).map { max($0.parts.first?.stride ?? 0, $1.parts.first?.stride ?? 0) }
    var order = Array(axes.indices)
    // Beside two others an axis of one element says nothing.
    let moving = order.filter { strides[$0] > 0 }
    let wide = moving.count > 1 ? moving : order
    let channelsLast = [1, 2, 0].filter(wide.contains)
    if axes.count == 3, wide.sorted(by: { (strides[$0], $1) > (strides[$1], $0) }) == channelsLast {
      order = [1, 2, 0]
    } else if axes.count == 2, strides[0] < strides[1] {
      order = [1, 0]
    } else if axes.count > 3 {
      order.sort { (strides[$0], $1) > (strides[$1], $0) }
    }
    let ordered = order.map { axes[$0] }
    let rows = axes.count < 2 ? ArrayAxis.one : ordered[0]
    let channels = ordered.last ?? .one
    let middle = ArrayAxis(ordered.dropFirst().dropLast().flatMap(\.parts))
    let value = try arrangedValue(
      view.value, first: first, rows: rows, columns: middle, channels: channels, title)
    return Self.view(
      of: value, like: ArrayView(value: value, axes: axes, hasBatch: view.hasBatch), order: order)
  }

  /// The same elements in their order as a value of another shape.
  mutating func reshaped(_ value: Int, _ shape: ImageShape, _ title: String) throws(GraphFailure) -> Int {
    try arrangedFlat(value, ArrayAxis(size: shape.count, stride: 1).parts, as: shape, title)
  }

  /// An array of the same sizes that a copy holds, whose axes lie there in some order, the outermost first.
  private static func view(of value: Int, like view: ArrayView, order: [Int]) -> ArrayView {
    var axes = view.axes
    var stride = 1
    for place in order.reversed() {
      axes[place] = ArrayAxis(size: view.axes[place].size, stride: stride)
      stride *= view.axes[place].size
    }
    return ArrayView(value: value, axes: axes, hasBatch: view.hasBatch)
  }

  /// A row of values with the elements in the order of the array.
  mutating func contiguous(_ view: ArrayView, _ title: String) throws(GraphFailure) -> ArrayView {
    let value = try arrangedValue(
      view.value, rows: .one, columns: .one, channels: ArrayAxis(view.axes.flatMap(\.parts)), title)
    return Self.view(of: value, like: view, order: Array(view.axes.indices))
  }
}

extension GraphBuilder {
  /// The sizes of the view as those of an image, whatever the order of its elements.
  func imageShape(_ view: ArrayView, _ layout: Layout) throws(GraphFailure) -> ImageShape {
    do throws(GraphFailure) { return try image(view, layout) } catch {
      guard error.wantedInput == nil, view.axes.count == 3 else { throw error }
      let sizes = view.sizes
      return layout == .channelsFirst
        ? ImageShape(height: sizes[1], width: sizes[2], channels: sizes[0])
        : ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
    }
  }

  /// The array with some axes as the rows of its value, and the others as channels.
  mutating func reduced(_ axes: Set<Int>, of view: ArrayView, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    let (rows, channels) = (axes.sorted(), view.axes.indices.filter { !axes.contains($0) })
    let value = try arrangedValue(
      view.value, rows: ArrayAxis(rows.flatMap { view.axes[$0].parts }), columns: .one,
      channels: ArrayAxis(channels.flatMap { view.axes[$0].parts }), title)
    return Self.view(of: value, like: view, order: rows + channels)
  }
}

extension ArrayView {
  /// Whether the first of several axes is the one whose elements lie closest together: in an image's value, that of the
  /// channels. Places of a transposed convolution may lie between them, but not their places in the image.
  fileprivate var hasInnermostFirst: Bool {
    guard axes.count > 1, let first = axes[0].parts.first else { return false }
    return axes.dropFirst().allSatisfy { axis in axis.parts.first.map { $0.stride > first.stride } ?? true }
  }
}

extension ArrayAxis {
  /// The same steps as parts of the sizes that `other` has; nil where they do not fit these.
  fileprivate func split(like other: ArrayAxis) -> [Part]? {
    var rest = parts[...]
    var made: [Part] = []
    for wanted in other.parts {
      guard let part = rest.popFirst() else { return nil }
      if part.size == wanted.size {
        made.append(part)
      } else if part.size % wanted.size == 0 {
        let inner = part.size / wanted.size
        made.append(Part(size: wanted.size, stride: part.stride * inner))
        rest = [Part(size: inner, stride: part.stride)] + rest
      } else {
        return nil
      }
    }
    return rest.isEmpty ? made : nil
  }
}

extension GraphBuilder {
  /// Brings the elements of outputs into the order that the model gives them in, so that a file without names of axes
  /// has them so too.
  ///
  /// - Parameter channelsFirst: those outputs that may have their channels first, which are then put last, as in all
  ///   values.
  mutating func orderOutputs(channelsFirst: Set<Int>) throws(GraphFailure) {
    for index in graph.outputs.indices {
      let output = graph.outputs[index]
      graph.outputs[index].view = try ordered(
        output.view, channelsFirst: channelsFirst.contains(index), "its output \(output.name.quoted)")
    }
  }

  private mutating func ordered(_ view: ArrayView, channelsFirst: Bool, _ title: String) throws(GraphFailure)
    -> ArrayView
  {
    var order = Array(view.axes.indices)
    if channelsFirst, view.hasInnermostFirst { order.append(order.removeFirst()) }
    let last = ArrayView(value: view.value, axes: order.map { view.axes[$0] })
    guard view.places != nil, last.places != nil else { return view }
    let value: Int
    do throws(GraphFailure) {
      value = try arrangedValue(
        view.value, rows: order.count > 1 ? last.axes[0] : .one,
        columns: ArrayAxis(last.axes.dropFirst().dropLast().flatMap(\.parts)),
        channels: last.axes.last ?? .one, title)
    } catch {
      throw GraphFailure("\(title) \(error.reason)")
    }
    return Self.view(of: value, like: view, order: order)
  }
}
