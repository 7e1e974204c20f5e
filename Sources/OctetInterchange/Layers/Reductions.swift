/// What an operator reads that makes one element of all along some axes: a mean, a sum, an extreme, a length.
struct Reduction {
  let view: ArrayView
  /// Among the view's axes; none where the operator does nothing.
  let axes: Set<Int>
  /// Whether they stay, with the size 1.
  let keepsAxes: Bool

  /// Elements that become one.
  var count: Int { axes.reduce(1) { $0 * view.axes[$1].size } }
}

extension ONNXTranslation {
  /// No axes mean all, that of the batch too, unless the node says that it does nothing then.
  ///
  /// - Parameter inputSince: the operator set from which on the axes are an input; before they are an attribute.
  func reduction(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes, inputSince: Int = 18)
    throws(GraphFailure) -> Reduction
  {
    let view = try view(node)
    let given = try integers(node, 1, "axes", inputSince: inputSince, &attributes) ?? []
    let keepsAxes = try attributes.flag("keepdims", otherwise: true)
    let doesNothing = version >= inputSince ? try attributes.flag("noop_with_empty_axes") : false
    guard !given.isEmpty || doesNothing else {
      throw GraphFailure("runs over all axes, that of the batch too; give it those that it should run over")
    }
    var axes: Set<Int> = []
    for number in given { axes.insert(try view.axis(number)) }
    guard axes.count == given.count else { throw GraphFailure("has the axes \(given), one of them twice") }
    return Reduction(view: view, axes: axes, keepsAxes: keepsAxes)
  }
}

extension LiteTranslation {
  func reduction(_ node: LiteGraph.Node) throws(GraphFailure) -> Reduction {
    let view = try view(node)
    let places = try ArrayShapes.places(try integers(node, 1), rank: view.axes.count + 1)
    guard !places.contains(0) else { throw GraphFailure("runs over the batch") }
    return Reduction(
      view: view, axes: Set(places.map { $0 - 1 }), keepsAxes: try option(node, 0, isByte: true) != 0)
  }
}

extension GraphBuilder {
  mutating func mean(_ reduction: Reduction, _ title: String) throws(GraphFailure) -> ArrayView {
    try mean(over: reduction.axes, keepsAxes: reduction.keepsAxes, reduction.view, title)
  }

  mutating func maximum(_ reduction: Reduction, _ title: String) throws(GraphFailure) -> ArrayView {
    try maximum(over: reduction.axes, keepsAxes: reduction.keepsAxes, reduction.view, title)
  }

  mutating func minimum(_ reduction: Reduction, _ title: String) throws(GraphFailure) -> ArrayView {
    try minimum(over: reduction.axes, keepsAxes: reduction.keepsAxes, reduction.view, title)
  }
}
