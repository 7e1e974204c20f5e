import OctetNetwork
import OctetText

/// Functions of `keras.ops` that select, move and reduce the elements of arrays.
enum KerasArrayFunctions {
  static let all: [KerasClass] =
    [
      .function("Reshape", ["x", "newshape"], becomes: "`flatten`, or nothing") {
        builder, call, title throws(GraphFailure) in
        guard let wanted = try call.integers("newshape") else { throw GraphFailure("has no constant shape") }
        return try reshaped(&builder, call.view("x"), title) { sizes throws(GraphFailure) in
          try ArrayShapes.reshaped(sizes, wanted, allowsZero: true)
        }
      },
      .function("Squeeze", ["x", "axis"], becomes: "nothing") { builder, call, title throws(GraphFailure) in
        let axes = try call.integers("axis")
        guard axes != nil || builder.batch != 1 else {
          throw GraphFailure("has no axis, so that it takes out the batch's too")
        }
        return try reshaped(&builder, call.view("x"), title) { sizes throws(GraphFailure) in
          try ArrayShapes.squeezed(sizes, axes)
        }
      },
      .function("ExpandDims", ["x", "axis"], becomes: "nothing") {
        builder, call, title throws(GraphFailure) in
        guard let axes = try call.integers("axis") else { throw GraphFailure("has no axis") }
        return try reshaped(&builder, call.view("x"), title) { sizes throws(GraphFailure) in
          try ArrayShapes.unsqueezed(sizes, axes)
        }
      },
      .function("Transpose", ["x", "axes"], becomes: "nothing, or `arrange`") {
        _, call, _ throws(GraphFailure) in
        let view = try call.view("x")
        let order = try call.integers("axes") ?? Array((0...view.axes.count).reversed())
        return try moved(view, order)
      },
      .function("Swapaxes", ["x", "axis1", "axis2"], becomes: "nothing, or `arrange`") {
        builder, call, _ throws(GraphFailure) in
        let view = try call.view("x")
        let first = try view.axis(call.integer("axis1"))
        let second = try view.axis(call.integer("axis2"))
        var made = view
        made.axes.swapAt(first, second)
        return made
      },
      .function(
        "GetItem", ["x", "key"], becomes: "`arrange`", if: "slices and numbers; the whole batch", selected),
      .function("Flip", ["x", "axis"], becomes: "`arrange`") { builder, call, title throws(GraphFailure) in
        var view = try call.view("x")
        guard let axes = try call.integers("axis") else { throw GraphFailure("has no axis") }
        for number in axes {
          let axis = try view.axis(number)
          let size = view.sizes[axis]
          view = try builder.slice(view, axis: axis, from: size - 1, step: -1, count: size, title)
        }
        return view
      },
      .function("Concatenate", ["xs", "axis"], becomes: "`concatenate`") {
        builder, call, title throws(GraphFailure) in
        let views = try call.views("xs")
        return try builder.concatenation(
          views, axis: views[0].axis(call.integer("axis", otherwise: 0)), title)
      },
      .function("Stack", ["xs", "axis"], becomes: "`concatenate`") {
        builder, call, title throws(GraphFailure) in
        var views = try call.views("xs")
        let number = try call.integer("axis", otherwise: 0)
        let place = number < 0 ? number + views[0].axes.count + 2 : number
        guard place >= 1, views.allSatisfy({ place <= $0.axes.count + 1 }) else {
          throw GraphFailure("stacks along axis \(number); another than the batch's is supported")
        }
        for index in views.indices { views[index].axes.insert(.one, at: place - 1) }
        return try builder.concatenation(views, axis: place - 1, title)
      },
      .function("Pad", ["x", "pad_width", "mode", "constant_values"], becomes: Graph.Border.becomes, padded),
      KerasClass(list: "ops.Split", becomes: "`arrange`", split),
      .function(
        "Take", ["x", "indices", "axis", "batch_dims"], becomes: "`arrange`, `concatenate`",
        if: "constant places", taken),
    ] + reductions

  /// - Parameter sizes: makes the new sizes of the old ones, both with the batch.
  private static func reshaped(
    _ builder: inout GraphBuilder, _ view: ArrayView, _ title: String,
    _ sizes: ([Int]) throws(GraphFailure) -> [Int]
  ) throws(GraphFailure) -> ArrayView {
    try builder.reshaped(view, sizes([builder.batch] + view.sizes), title)
  }

  /// The axes in another order, in which the batch's number is 0.
  private static func moved(_ view: ArrayView, _ order: [Int]) throws(GraphFailure) -> ArrayView {
    let rank = view.axes.count + 1
    let places = order.map { $0 < 0 ? $0 + rank : $0 }
    guard places.sorted() == Array(0..<rank), places[0] == 0 else {
      throw GraphFailure("puts the axes into the order \(order); the batch must stay first")
    }
    return ArrayView(
      value: view.value, axes: places.dropFirst().map { view.axes[$0 - 1] }, hasBatch: view.hasBatch)
  }

  /// By slices, numbers, new axes and an ellipsis, as NumPy has them.
  private static func selected(_ builder: inout GraphBuilder, _ call: KerasCall, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    var view = try call.view("x")
    guard let key = call.value("key") else { throw GraphFailure("has a key that depends on the input") }
    var keys = [key]
    if case .list(let list) = key { keys = list }
    let selections = try keys.map { (key) throws(GraphFailure) in try Selection(key) }
    let taken = selections.count { $0.takesAxis }
    guard taken <= view.axes.count + 1, selections.count(where: { $0 == .all }) <= 1 else {
      throw GraphFailure("selects along \(taken) of \(view.axes.count + 1) axes")
    }
    // The batch is axis 0, so that the place among the view's axes is one less.
    var place = 0
    for selection in selections {
      switch selection {
      case .all: place = view.axes.count + 1 - remaining(selections)
      case .newAxis:
        guard place > 0 else { throw GraphFailure("puts an axis before the batch") }
        view.axes.insert(.one, at: place - 1)
        place += 1
      case .part(let start, let end, let step):
        if place == 0 {
          guard start == nil || start == 0, end == nil, step == 1 else {
            throw GraphFailure("selects a part of the batch")
          }
        } else {
          let size = view.sizes[place - 1]
          let range = try SlicedRange(
            start ?? (step > 0 ? 0 : size - 1), end ?? (step > 0 ? size : -size - 1), step: step, size: size)
          view = try builder.slice(
            view, axis: place - 1, from: range.first, step: range.step, count: range.count, title)
        }
        place += 1
      case .one(let number):
        guard place > 0 else { throw GraphFailure("selects one item of the batch") }
        let size = view.sizes[place - 1]
        let index = number < 0 ? number + size : number
        guard (0..<size).contains(index) else { throw GraphFailure("selects element \(number) of \(size)") }
        view = try builder.slice(view, axis: place - 1, from: index, step: 1, count: 1, title)
        view.axes.remove(at: place - 1)
      }
    }
    return view
  }

  /// How many axes the selections behind the ellipsis take.
  private static func remaining(_ selections: [Selection]) -> Int {
    guard let dots = selections.firstIndex(of: .all) else { return 0 }
    return selections[(dots + 1)...].count { $0.takesAxis }
  }

  private static func padded(_ builder: inout GraphBuilder, _ call: KerasCall, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let view = try call.view("x")
    // TensorFlow writes it in capitals.
    let name = try call.text("mode", otherwise: "constant").lowercased()
    guard let widths = try call.constant("pad_width"),
      widths.values.allSatisfy({ $0 == $0.rounded() && (0...65_535).contains($0) })
    else { throw GraphFailure("has no constant widths") }
    let rank = view.axes.count + 1
    let numbers = widths.values.map { Int($0) }
    // One number or one pair is for all axes.
    var pairs: [[Int]] = []
    switch widths.shape {
    case [], [1]: pairs = [[Int]](repeating: [numbers[0], numbers[0]], count: rank)
    case [2], [1, 2]: pairs = [[Int]](repeating: numbers, count: rank)
    case [rank, 2]: pairs = (0..<rank).map { Array(numbers[2 * $0..<2 * $0 + 2]) }
    default: throw GraphFailure("has widths of the shape \(widths.shape) for \(rank) axes")
    }
    guard pairs[0] == [0, 0] else { throw GraphFailure("pads the batch") }
    let filling: GraphBuilder.Filling
    switch name {
    case "constant": filling = .number(try call.number("constant_values", otherwise: 0))
    case "reflect": filling = .reflection
    case "symmetric": filling = .mirror
    default: throw GraphFailure("pads in mode \(name.quoted); constant, reflect and symmetric are supported")
    }
    return try builder.padded(view, pairs.dropFirst().map { ($0[0], $0[1]) }, filling, title)
  }

  /// Equal pieces, or pieces that end at places.
  private static func split(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> [ArrayView]
  {
    let call = try layer.call(["x", "indices_or_sections", "axis"])
    let view = try call.view("x")
    let axis = try view.axis(call.integer("axis", otherwise: 0))
    let size = view.sizes[axis]
    guard let given = try call.integers("indices_or_sections") else {
      throw GraphFailure("has no places to cut")
    }
    var ends = given + [size]
    if case .list? = call.value("indices_or_sections") {
    } else {
      guard (1...max(size, 1)).contains(given[0]), size % given[0] == 0 else {
        throw GraphFailure("cuts an axis of \(size) into \(given[0]) equal pieces")
      }
      ends = (1...given[0]).map { $0 * size / given[0] }
    }
    var pieces: [ArrayView] = []
    var start = 0
    for end in ends {
      guard start < end, end <= size else { throw GraphFailure("cuts an axis of \(size) at \(given)") }
      pieces.append(
        try model.builder.slice(view, axis: axis, from: start, step: 1, count: end - start, layer.title))
      start = end
    }
    return pieces
  }

  /// Elements of an axis by their places, one or a list of them; those below zero count from the end.
  static func taken(_ builder: inout GraphBuilder, _ call: KerasCall, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let view = try call.view("x")
    guard try call.integer("batch_dims", otherwise: 0) == 0 else {
      throw GraphFailure("takes other places of each item (batch_dims), which is not supported")
    }
    guard call.isGiven("axis") else { throw GraphFailure("has no axis, so that it takes items of the batch") }
    let axis = try view.axis(call.integer("axis"))
    let size = view.sizes[axis]
    guard let given = try call.constant("indices"), given.shape.count <= 1, !given.values.isEmpty,
      given.values.allSatisfy({ $0 == $0.rounded() && (Double(-size)..<Double(size)).contains($0) })
    else {
      throw GraphFailure("needs constant places, one or a list of them, within the \(size) of its axis")
    }
    let places = given.values.map { Int($0) < 0 ? Int($0) + size : Int($0) }
    var made = try builder.picked(view, axis: axis, places, title).view
    if given.shape.isEmpty { made.axes.remove(at: axis) }
    return made
  }

  private static let reductions: [KerasClass] =
    [
      ("Mean", "`globalaveragepool`, `averagepool`"), ("Average", "`globalaveragepool`, `averagepool`"),
      ("Sum", "`globalaveragepool` or `averagepool`, and `batchnorm`"),
    ]
    .map { name, becomes in
      .function(name, ["x", "axis", "keepdims"], becomes: becomes, if: "not over the batch") {
        builder, call, title throws(GraphFailure) in
        let (view, axes, keepsAxes) = try reduction(builder, call)
        let mean = try builder.mean(over: axes, keepsAxes: keepsAxes, view, title)
        if name != "Sum" { return mean }
        let count = axes.reduce(1) { $0 * view.axes[$1].size }
        return try builder.affine(
          mean, factors: GraphBuilder.Constant(Double(count)), summands: GraphBuilder.Constant(0), title)
      }
    }
    + ["Max", "Amax"].map { name in
      .function(name, ["x", "axis", "keepdims"], becomes: "`maxpool`", if: "not over the batch") {
        builder, call, title throws(GraphFailure) in
        let (view, axes, keepsAxes) = try reduction(builder, call)
        return try builder.maximum(over: axes, keepsAxes: keepsAxes, view, title)
      }
    }
    + ["Min", "Amin"].map { name in
      .function(name, ["x", "axis", "keepdims"], becomes: MaxPooling.minimum, if: "not over the batch") {
        builder, call, title throws(GraphFailure) in
        let (view, axes, keepsAxes) = try reduction(builder, call)
        return try builder.minimum(over: axes, keepsAxes: keepsAxes, view, title)
      }
    }

  private static func reduction(_ builder: GraphBuilder, _ call: KerasCall) throws(GraphFailure)
    -> (view: ArrayView, axes: Set<Int>, keepsAxes: Bool)
  {
    let view = try call.view("x")
    guard let numbers = try call.integers("axis") else {
      throw GraphFailure("runs over all axes, that of the batch too")
    }
    var axes: Set<Int> = []
    for number in numbers { axes.insert(try view.axis(number)) }
    return (view, axes, try call.flag("keepdims"))
  }
}

/// What is selected along an axis.
private enum Selection: Equatable {
  case part(start: Int?, end: Int?, step: Int)
  case one(Int)
  case newAxis
  /// The whole of as many axes as are left.
  case all

  var takesAxis: Bool {
    switch self {
    case .part, .one: true
    case .newAxis, .all: false
    }
  }

  /// As Keras 3 writes it, or as Keras 2 does, which leaves the class of a slice out.
  init(_ value: UntrustedValue) throws(GraphFailure) {
    func integer(_ value: UntrustedValue?) throws(GraphFailure) -> Int? {
      switch value {
      case nil, .null?: return nil
      case .number(let number)? where abs(number) < 1e9 && number == number.rounded(): return Int(number)
      default: throw GraphFailure("selects by something else than whole numbers")
      }
    }
    switch value {
    case .null: self = .newAxis
    case .number: self = .one(try integer(value) ?? 0)
    case .object(let object):
      var inside = object
      if case .object(let configuration)? = object["config"] { inside = configuration }
      if case .text("__ellipsis__")? = object["class_name"] {
        self = .all
        return
      }
      guard inside["start"] != nil, inside["stop"] != nil else {
        throw GraphFailure("selects by something else than slices and numbers")
      }
      self = .part(
        start: try integer(inside["start"]), end: try integer(inside["stop"]),
        step: try integer(inside["step"]) ?? 1)
    default: throw GraphFailure("selects by something else than slices and numbers")
    }
  }
}
