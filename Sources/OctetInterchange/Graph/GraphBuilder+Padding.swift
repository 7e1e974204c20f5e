import OctetNetwork

/// Arrays with something around them.
extension GraphBuilder {
  /// What is put there.
  enum Filling: Equatable {
    case number(Double)
    /// The elements beside the edge, the nearest first; the edge itself is not repeated.
    case reflection
    /// The elements from the edge on, the nearest first.
    case mirror
    /// The elements at the edge, again and again.
    case edge
    /// The elements of the other end, as if the array repeated itself.
    case wrap
  }

  /// The array with elements before and after those of its axes.
  ///
  /// Zeros around rows and columns become the border of what reads them; all else is a concatenation.
  mutating func padded(
    _ view: ArrayView, _ counts: [(before: Int, after: Int)], _ filling: Filling, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    guard counts.count == view.axes.count,
      counts.allSatisfy({ abs($0.before) <= 65_535 && abs($0.after) <= 65_535 })
    else { throw GraphFailure("pads \(view.sizes) by \(counts.map { [$0.before, $0.after] })") }
    var made = view
    // Numbers below zero take elements away.
    for (axis, count) in counts.enumerated() where count.before < 0 || count.after < 0 {
      let (start, end) = (max(0, -count.before), made.sizes[axis] - max(0, -count.after))
      guard start < end else { throw GraphFailure("leaves nothing of an axis of \(made.sizes[axis])") }
      made = try slice(made, axis: axis, from: start, step: 1, count: end - start, title)
    }
    let added = counts.map { (before: max($0.before, 0), after: max($0.after, 0)) }
    if filling == .number(0), let bordered = try bordered(made, added, title) { return bordered }
    for (axis, count) in added.enumerated() {
      made = try padded(made, axis: axis, count, filling, title)
    }
    return made
  }

  /// Zeros around rows and columns, wherever these axes stand; nil where other axes get some.
  private mutating func bordered(
    _ view: ArrayView, _ counts: [(before: Int, after: Int)], _ title: String
  ) throws(GraphFailure) -> ArrayView? {
    let rank = view.axes.count
    guard (2...3).contains(rank) else { return nil }
    // Where both readings are possible they give the same, and the one in which nothing is moved is taken.
    for layout in isLaid(view, .channelsLast) && !isLaid(view, .channelsFirst)
      ? [Layout.channelsLast, .channelsFirst] : [.channelsFirst, .channelsLast]
    {
      let rows = layout == .channelsLast ? 0 : 1
      let others = counts.indices.filter { $0 != rows && (rank == 2 || $0 != rows + 1) }
      guard others.allSatisfy({ counts[$0] == (0, 0) }),
        counts.allSatisfy({ $0.before <= 255 && $0.after <= 255 })
      else { continue }
      // A series is an image of one column.
      let columns = rank == 3 ? counts[rows + 1] : (before: 0, after: 0)
      let border = Graph.Border(
        top: counts[rows].before, left: columns.before, bottom: counts[rows].after, right: columns.after)
      return series(
        try padding(border, self.columns(view, layout), layout, title), like: view, layout)
    }
    return nil
  }

  /// Whether the elements lie as an operator with this layout takes them.
  private func isLaid(_ view: ArrayView, _ layout: Layout) -> Bool {
    do throws(GraphFailure) {
      _ = try image(columns(view, layout), layout)
      return true
    } catch { return false }
  }

  private mutating func padded(
    _ view: ArrayView, axis: Int, _ count: (before: Int, after: Int), _ filling: Filling, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    if count == (0, 0) { return view }
    let size = view.sizes[axis]
    var parts: [ArrayView] = []
    if count.before > 0 {
      parts.append(try filled(view, axis, count.before, before: true, filling, size, title))
    }
    parts.append(view)
    if count.after > 0 {
      parts.append(try filled(view, axis, count.after, before: false, filling, size, title))
    }
    return try concatenation(parts, axis: axis, title)
  }

  private mutating func filled(
    _ view: ArrayView, _ axis: Int, _ count: Int, before: Bool, _ filling: Filling, _ size: Int,
    _ title: String
  ) throws(GraphFailure) -> ArrayView {
    switch filling {
    case .number(let number):
      // Constants are made of elements that are multiplied by zero.
      let one = try slice(view, axis: axis, from: 0, step: 1, count: 1, title)
      let made = try affine(one, factors: Constant(0), summands: Constant(number), title)
      return try repeated(made, axis, count, title)
    case .edge:
      return try repeated(
        slice(view, axis: axis, from: before ? 0 : size - 1, step: 1, count: 1, title), axis, count, title)
    case .reflection, .mirror, .wrap:
      let skipped = filling == .reflection ? 1 : 0
      guard count <= size - skipped else {
        throw GraphFailure("pads an axis of \(size) by \(count) elements of its own")
      }
      if filling == .wrap {
        return try slice(view, axis: axis, from: before ? size - count : 0, step: 1, count: count, title)
      }
      let first = before ? count - 1 + skipped : size - 1 - skipped
      return try slice(view, axis: axis, from: first, step: -1, count: count, title)
    }
  }

  private mutating func repeated(_ view: ArrayView, _ axis: Int, _ count: Int, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    if count == 1 { return view }
    var sizes = view.sizes
    sizes[axis] = count
    return try stretched(view, to: sizes, like: nil, title)
  }
}
