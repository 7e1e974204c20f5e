/// A part of an axis, by the rules that ONNX, TensorFlow Lite and NumPy have in common.
struct SlicedRange {
  let first: Int
  let step: Int
  let count: Int

  /// - Parameter end: not taken; below zero counted from the end, as is the start.
  init(_ start: Int, _ end: Int, step: Int, size: Int) throws(GraphFailure) {
    guard step != 0 else { throw GraphFailure("has a step of 0") }
    // Backward one may end before the first element.
    let (least, most) = step > 0 ? (0, size) : (-1, size - 1)
    func place(_ number: Int) -> Int {
      let counted = number < 0 && number >= -size ? number + size : number
      return min(max(counted, least), most)
    }
    let (start, end) = (place(start), place(end))
    let distance = step > 0 ? end - start : start - end
    guard distance > 0 else { throw GraphFailure("takes nothing of an axis of \(size)") }
    first = start
    self.step = step
    count = (distance + abs(step) - 1) / abs(step)
  }
}

extension GraphBuilder {
  /// `count` elements along an axis, each `step` after the one before.
  mutating func slice(
    _ view: ArrayView, axis: Int, from start: Int, step: Int, count: Int, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let size = view.sizes[axis]
    let last = start + (count - 1) * step
    guard start >= 0, start < size, count > 0, step != 0, last >= 0, last < size else {
      throw GraphFailure("takes \(count) of \(size) from \(start) on, each \(step) after the other")
    }
    if count == size, step == 1 { return view }
    if view.axes.count > 1, let failure = try openImage(view) { throw failure }
    guard view.axes[axis].parts.count <= 1 else {
      let copy = try gathered(view.axes, of: view, first: 0, title)
      return try slice(copy, axis: axis, from: start, step: step, count: count, title)
    }
    let stride = view.axes[axis].parts.first?.stride ?? 0
    var axes = view.axes
    axes[axis] = ArrayAxis([ArrayAxis.Part(size: count, stride: stride * step)])
    return try gathered(axes, of: view, first: start * stride, title)
  }

  /// Lists of places that lie beside each other in a result, each of equal steps; more are a table of its own.
  private static let mostRuns = 64

  /// Elements of an axis at places in any order. Those that follow no pattern of equal steps are put together of runs
  /// that do.
  ///
  /// - Returns: with them whether they were put together, which is a concatenation.
  mutating func picked(_ view: ArrayView, axis: Int, _ places: [Int], _ title: String) throws(GraphFailure)
    -> (view: ArrayView, isJoined: Bool)
  {
    if let parts = Self.parts(of: places) {
      return (try picked(view, axis: axis, first: places[0], parts, title), false)
    }
    var pieces: [ArrayView] = []
    var rest = places[...]
    while let first = rest.first {
      guard pieces.count < Self.mostRuns else {
        throw GraphFailure("takes places that are more than \(Self.mostRuns) runs of equal steps")
      }
      let step = rest.count > 1 ? rest[rest.startIndex + 1] - first : 0
      let run = rest.enumerated().prefix { $0.element == first + $0.offset * step }.count
      let part = run > 1 ? [ArrayAxis.Part(size: run, stride: step)] : []
      pieces.append(try picked(view, axis: axis, first: first, part, title))
      rest = rest.dropFirst(run)
    }
    return (try concatenation(pieces, axis: axis, title), true)
  }

  /// - Parameter parts: steps between places.
  private mutating func picked(
    _ view: ArrayView, axis: Int, first: Int, _ parts: [ArrayAxis.Part], _ title: String
  ) throws(GraphFailure) -> ArrayView {
    if view.axes.count > 1, let failure = try openImage(view) { throw failure }
    guard view.axes[axis].parts.count <= 1 else {
      let copy = try gathered(view.axes, of: view, first: 0, title)
      return try picked(copy, axis: axis, first: first, parts, title)
    }
    let stride = view.axes[axis].parts.first?.stride ?? 0
    var axes = view.axes
    axes[axis] = ArrayAxis(parts.map { ArrayAxis.Part(size: $0.size, stride: $0.stride * stride) })
    return try gathered(axes, of: view, first: first * stride, title)
  }

  /// The array so often along each axis.
  mutating func tiled(_ view: ArrayView, _ counts: [Int], _ title: String) throws(GraphFailure) -> ArrayView {
    guard counts.contains(where: { $0 > 1 }) else { return view }
    let axes = zip(view.axes, counts).map { axis, count in
      ArrayAxis((count > 1 ? [ArrayAxis.Part(size: count, stride: 0)] : []) + axis.parts)
    }
    return try gathered(axes, of: view, first: 0, title)
  }

  /// Numbers as the first one and steps within steps; nil where they are no such pattern.
  private static func parts(of numbers: [Int]) -> [ArrayAxis.Part]? {
    guard numbers.count > 1 else { return [] }
    let step = numbers[1] - numbers[0]
    var size = 2
    while size < numbers.count, numbers[size] - numbers[size - 1] == step { size += 1 }
    // The longest run from the start that all numbers can be cut into.
    while size > 1 {
      let isPattern =
        numbers.count % size == 0
        && numbers.indices.allSatisfy { $0 % size == 0 || numbers[$0] - numbers[$0 - 1] == step }
      if isPattern {
        let starts = stride(from: 0, to: numbers.count, by: size).map { numbers[$0] }
        guard let outer = parts(of: starts) else { return nil }
        return outer + [ArrayAxis.Part(size: size, stride: step)]
      }
      size -= 1
    }
    return nil
  }

  /// What asks for the input as an image, where a view is of an input that may still be one.
  private func openImage(_ view: ArrayView) throws(GraphFailure) -> GraphFailure? {
    guard view.axes.count == 2 else { return nil }
    for layout in [Layout.channelsLast, .channelsFirst] {
      do throws(GraphFailure) {
        _ = try image(columns(view, layout), layout)
        return nil
      } catch {
        if error.wantedInput != nil { return error }
      }
    }
    return nil
  }
}
