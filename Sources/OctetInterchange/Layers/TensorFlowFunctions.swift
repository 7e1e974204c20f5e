import OctetHost
import OctetNetwork
import OctetText

/// Functions of TensorFlow that Keras 2 kept in models, and that `keras.ops` has under no name or with other arguments.
enum TensorFlowFunctions: TranslatedKind {
  static let keras: [KerasClass] = [
    function("nn.bias_add", ["value", "bias", "data_format"], becomes: "`batchnorm`", if: "a constant bias") {
      builder, call, title throws(GraphFailure) in
      let view = try call.view("value")
      guard let bias = try call.constant("bias"), bias.shape.count == 1 else {
        throw GraphFailure("has no constant bias of one axis")
      }
      let isFirst = try isChannelsFirst(call)
      guard let size = isFirst ? view.sizes.first : view.sizes.last, size == bias.values.count else {
        throw GraphFailure("has a bias of \(bias.values.count) numbers for \(view.sizes) without the batch")
      }
      let axes = [size] + [Int](repeating: 1, count: isFirst ? view.axes.count - 1 : 0)
      return try builder.affine(
        view, factors: GraphBuilder.Constant(1),
        summands: GraphBuilder.Constant(shape: axes, values: bias.values), title)
    },
    function("nn.gelu", ["features", "approximate"], becomes: ValueFunctions.becomes) {
      builder, call, title throws(GraphFailure) in
      let isApproximate = try call.flag("approximate", otherwise: false)
      return try builder.function(isApproximate ? .geluTanh : .gelu, call.view("features"), title)
    },
    function("math.l2_normalize", ["x", "axis", "epsilon"], becomes: Normalizations.becomes) {
      builder, call, title throws(GraphFailure) in
      let view = try call.view("x")
      guard let numbers = try call.integers("axis") else {
        throw GraphFailure("runs over all axes, that of the batch too")
      }
      var axes: Set<Int> = []
      for number in numbers { axes.insert(try view.axis(number)) }
      let least = try call.number("epsilon", otherwise: 1e-12)
      guard least > 0, !axes.isEmpty else { throw GraphFailure("has epsilon \(least), or no axes") }
      return try builder.unitLength(view, over: axes, leastSquare: least, title)
    },
    function("math.add_n", ["inputs"], becomes: "`add`") { builder, call, title throws(GraphFailure) in
      let views = try call.views("inputs")
      var sum = views[0]
      for view in views.dropFirst() {
        guard view.sizes == sum.sizes else { throw GraphFailure("adds arrays of different sizes") }
        sum = try builder.join(.add, sum, view, title)
      }
      return sum
    },
    function("nn.depth_to_space", ["input", "block_size", "data_format"], becomes: Arrange.selects) {
      builder, call, title throws(GraphFailure) in
      guard try !isChannelsFirst(call) else { throw GraphFailure("takes channels first; last is supported") }
      return try builder.blocksOfChannels(call.view("input"), block: call.integer("block_size"))
    },
    function("nn.space_to_depth", ["input", "block_size", "data_format"], becomes: Arrange.selects) {
      builder, call, title throws(GraphFailure) in
      guard try !isChannelsFirst(call) else { throw GraphFailure("takes channels first; last is supported") }
      return try builder.channelsOfBlocks(call.view("input"), block: call.integer("block_size"))
    },
    function("tile", ["input", "multiples"], becomes: Arrange.selects, if: "not along the batch") {
      builder, call, title throws(GraphFailure) in
      let view = try call.view("input")
      guard let counts = try call.integers("multiples"), counts.count == view.axes.count + 1, counts[0] == 1,
        counts.allSatisfy({ (1...4096).contains($0) })
      else { throw GraphFailure("has no constant counts, or repeats the batch") }
      return try builder.tiled(view, Array(counts.dropFirst()), title)
    },
    function(
      "image.resize", ["images", "size", "method", "preserve_aspect_ratio", "antialias"], becomes: "`resize`",
      if: "nearest or bilinear"
    ) { builder, call, title throws(GraphFailure) in
      guard try !call.flag("preserve_aspect_ratio"), try !call.flag("antialias") else {
        throw GraphFailure("keeps the aspect ratio or smooths, which is not supported")
      }
      let name = try call.text("method", otherwise: "bilinear")
      guard let method = Resize.Method(rawValue: name), let size = try call.integers("size"), size.count == 2
      else { throw GraphFailure("has no constant size, or another method than nearest and bilinear") }
      let kind = Resize(height: size[0], width: size[1], method)
      return try builder.resized(kind, call.view("images"), .channelsLast, title)
    },
    KerasClass(list: "tf.split", becomes: Arrange.selects) { model, layer throws(GraphFailure) in
      let call = try layer.call(["value", "num_or_size_splits", "axis", "num"])
      let view = try call.view("value")
      let axis = try view.axis(call.integer("axis", otherwise: 0))
      guard let given = try call.integers("num_or_size_splits") else {
        throw GraphFailure("has no constant sizes")
      }
      var sizes = given
      let size = view.sizes[axis]
      if case .list? = call.value("num_or_size_splits") {
        // One of them may be what is left.
        if let open = sizes.firstIndex(of: -1) { sizes[open] = size - sizes.reduce(1, +) }
      } else {
        guard (1...size).contains(given[0]), size % given[0] == 0 else {
          throw GraphFailure("cuts an axis of \(size) into \(given[0]) equal pieces")
        }
        sizes = [Int](repeating: size / given[0], count: given[0])
      }
      return try pieces(&model.builder, view, axis: axis, sizes, layer.title)
    },
    KerasClass(list: "tf.unstack", becomes: Arrange.selects) { model, layer throws(GraphFailure) in
      let call = try layer.call(["value", "num", "axis"])
      let view = try call.view("value")
      let axis = try view.axis(call.integer("axis", otherwise: 0))
      let sizes = [Int](repeating: 1, count: view.sizes[axis])
      return try pieces(&model.builder, view, axis: axis, sizes, layer.title).map {
        var piece = $0
        piece.axes.remove(at: axis)
        return piece
      }
    },
  ]

  static func function(
    _ name: String, _ parameters: [String], becomes: String, if conditions: String? = nil,
    _ translate: @escaping @Sendable (inout GraphBuilder, KerasCall, String) throws(GraphFailure) -> ArrayView
  ) -> KerasClass {
    KerasClass(list: "tf." + name, becomes: becomes, if: conditions) { model, layer throws(GraphFailure) in
      [try translate(&model.builder, try layer.call(parameters), layer.title)]
    }
  }

  private static func isChannelsFirst(_ call: KerasCall) throws(GraphFailure) -> Bool {
    let format = try call.text("data_format", otherwise: "NHWC")
    guard ["NHWC", "NWC", "NCHW", "NCW"].contains(format) else {
      throw GraphFailure("has data_format \(format.quoted); NHWC and NCHW are supported")
    }
    return format.hasPrefix("NC")
  }

  private static func pieces(
    _ builder: inout GraphBuilder, _ view: ArrayView, axis: Int, _ sizes: [Int], _ title: String
  ) throws(GraphFailure) -> [ArrayView] {
    let size = view.sizes[axis]
    guard sizes.allSatisfy({ (1...size).contains($0) }), sizes.reduce(0, +) == size else {
      throw GraphFailure("cuts an axis of \(size) into pieces of \(sizes)")
    }
    var made: [ArrayView] = []
    var start = 0
    for piece in sizes {
      made.append(try builder.slice(view, axis: axis, from: start, step: 1, count: piece, title))
      start += piece
    }
    return made
  }
}
