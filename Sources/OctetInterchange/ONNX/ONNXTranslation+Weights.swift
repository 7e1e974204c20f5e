import OctetNetwork
import OctetText

/// Operators with weights, windows or constants.
extension ONNXTranslation {
  // MARK: windows

  /// What Conv and the pools have in common: sizes, strides, borders. A window's axes are the last two.
  private func window(
    _ size: [Int], _ input: ImageShape, _ attributes: inout ONNXAttributes, isPool: Bool
  ) throws(GraphFailure) -> Window {
    let strides = try attributes.integers("strides") ?? [1, 1]
    let pads = try attributes.integers("pads") ?? [0, 0, 0, 0]
    let dilations = try attributes.integers("dilations") ?? [1, 1]
    let mode = try attributes.text("auto_pad", otherwise: "NOTSET")
    guard size.count == 2, strides.count == 2, pads.count == 4, dilations.count == 2 else {
      throw GraphFailure("has a window, strides, pads or dilations that are not of two axes")
    }
    guard zip(dilations, size).allSatisfy({ $0 == 1 || ($1 == 1 && $0 > 0) }) else {
      throw GraphFailure("has dilations \(dilations); only 1 is supported")
    }
    guard (size + strides).allSatisfy({ (1...256).contains($0) }), pads.allSatisfy({ (0...255).contains($0) })
    else {
      throw GraphFailure(
        "has a window \(size), strides \(strides) or pads \(pads) beyond 1 to 256 and 0 to 255")
    }
    var (begin, end) = (Array(pads[..<2]), Array(pads[2...]))
    let extents = [input.height, input.width]
    switch mode {
    case "NOTSET", "": break
    case "VALID": (begin, end) = ([0, 0], [0, 0])
    case "SAME_UPPER", "SAME_LOWER":
      for axis in 0...1 {
        let places = (extents[axis] - 1) / strides[axis] + 1
        let wanted = (places - 1) * strides[axis] + size[axis] - extents[axis]
        // Where cells are left over instead, ONNX does not say at which end; of a single one all leave out the last.
        guard wanted >= -1 else {
          throw GraphFailure(
            "has auto_pad \(mode.quoted) and leaves out \(-wanted) cells, at ends that ONNX does not define: export it with pads"
          )
        }
        let border = max(wanted, 0)
        begin[axis] = mode == "SAME_UPPER" ? border / 2 : border - border / 2
        end[axis] = border - begin[axis]
      }
    default:
      throw GraphFailure(
        "has auto_pad \(mode.quoted); NOTSET, VALID, SAME_UPPER and SAME_LOWER are supported")
    }
    if isPool, try attributes.flag("ceil_mode") {
      for axis in 0...1 {
        // One more place where a part of the window is left over: as much more border at the end.
        let room = extents[axis] + begin[axis] + end[axis] - size[axis]
        guard room >= 0, room % strides[axis] != 0 else { continue }
        let start = (room / strides[axis] + 1) * strides[axis]
        guard start < extents[axis] + begin[axis] else {
          throw GraphFailure("has ceil_mode 1 with a last window that lies on the border alone")
        }
        end[axis] += start - room
      }
    }
    let border = Window.Padding.border(top: begin[0], left: begin[1], bottom: end[0], right: end[1])
    return Window(
      height: size[0], width: size[1], strideHeight: strides[0], strideWidth: strides[1],
      padding: begin + end == [0, 0, 0, 0] ? .valid : border)
  }

  /// Weights `filters x channels per group x rows x columns` become `rows x columns x channels x filters`.
  mutating func addConvolution(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let view = try view(node)
    let tensor = try floats(node, 1, "weights")
    guard tensor.shape.count == 4, let weights = tensor.floats else {
      throw GraphFailure(
        "has weights of \(tensor.shape.count) axes; convolutions over height and width have four")
    }
    let input = try builder.image(view, .channelsFirst)
    let (filters, perGroup) = (tensor.shape[0], tensor.shape[1])
    let size = Array(tensor.shape[2...])
    let groups = try attributes.integer("group", otherwise: 1)
    guard try attributes.integers("kernel_shape") ?? size == size else {
      throw GraphFailure("has a kernel_shape that is not that of its weights, \(tensor.shape)")
    }
    guard weights.count > 0, groups > 0, !perGroup.multipliedReportingOverflow(by: groups).overflow,
      perGroup * groups == input.channels
    else {
      throw GraphFailure(
        "has weights \(tensor.shape) in \(groups) groups, which do not fit an input of \(input.channels) channels"
      )
    }
    let window = try window(size, input, &attributes, isPool: false)
    var bias: [Double]?
    if isGiven(node, 2) {
      guard let values = try floats(node, 2, "bias").floats, values.count == filters else {
        throw GraphFailure("has a bias that is not one number for each of \(filters) filters")
      }
      bias = values.map { Double($0) }
    }
    let cells = size[0] * size[1]
    var ordered: [Float] = []
    ordered.reserveCapacity(weights.count)
    for cell in 0..<cells {
      for own in 0..<perGroup {
        for filter in 0..<filters { ordered.append(weights[(filter * perGroup + own) * cells + cell]) }
      }
    }
    try give(
      node,
      try builder.convolution(
        view, .channelsFirst, window, filters: filters, groups: groups, weights: ordered, bias: bias,
        node.title))
  }

  mutating func addPooling(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes) throws(GraphFailure) {
    let view = try view(node)
    let input = try builder.image(view, .channelsFirst)
    guard let size = try attributes.integers("kernel_shape") else {
      throw GraphFailure("has no kernel_shape")
    }
    let window = try window(size, input, &attributes, isPool: true)
    let isAverage = node.type == "AveragePool"
    if isAverage, try attributes.flag("count_include_pad"), window.padding != .valid {
      throw GraphFailure("counts its border as zeros (count_include_pad 1); only 0 is supported")
    }
    // This only numbers the places that a second output would give.
    if !isAverage { _ = attributes.take("storage_order") }
    try give(
      node,
      try builder.window(
        isAverage
          ? .averagePooling(AveragePooling(window: window)) : .maxPooling(MaxPooling(window: window)),
        view, .channelsFirst, node.title))
  }

  mutating func addGlobalPooling(_ node: ONNXGraph.Node) throws(GraphFailure) {
    let view = try view(node)
    let input = try builder.image(view, .channelsFirst)
    if node.type == "GlobalAveragePool" {
      return try give(node, try builder.mean(over: [1, 2], keepsAxes: true, view, node.title))
    }
    guard input.height <= 256, input.width <= 256 else {
      throw GraphFailure("runs over \(input.height)x\(input.width); the limit is 256x256")
    }
    let window = Window(
      height: input.height, width: input.width, strideHeight: input.height, strideWidth: input.width)
    try give(
      node,
      try builder.window(
        .maxPooling(MaxPooling(window: window)), view, .channelsFirst, node.title))
  }

  /// The axes are an attribute before 18; none means all, unless the node says otherwise.
  mutating func addMean(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes) throws(GraphFailure) {
    let view = try view(node)
    let given = try integers(node, 1, "axes", inputSince: 18, &attributes) ?? []
    let keepsAxes = try attributes.flag("keepdims", otherwise: true)
    let doesNothing = version >= 18 ? try attributes.flag("noop_with_empty_axes") : false
    if given.isEmpty {
      guard doesNothing else { throw GraphFailure("takes the mean over all axes, that of the batch too") }
      return try give(node, view)
    }
    var axes: Set<Int> = []
    for number in given { axes.insert(try axis(number, view)) }
    guard axes.count == given.count else { throw GraphFailure("has the axes \(given), one of them twice") }
    try give(node, try builder.mean(over: axes, keepsAxes: keepsAxes, view, node.title))
  }

  // MARK: products

  /// `alpha * A * B + beta * C`, the value being A.
  mutating func addGemm(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes) throws(GraphFailure) {
    let view = try view(node)
    let alpha = try attributes.float("alpha", otherwise: 1)
    let beta = try attributes.float("beta", otherwise: 1)
    guard try !attributes.flag("transA") else {
      throw GraphFailure("transposes its input (transA 1), which mixes the items of a batch")
    }
    let isTransposed = try attributes.flag("transB")
    let tensor = try floats(node, 1, "weights")
    guard view.axes.count == 1, tensor.shape.count == 2 else {
      throw GraphFailure(
        "multiplies arrays of \(view.axes.count + 1) and \(tensor.shape.count) axes; both must have two")
    }
    let matrix = isTransposed ? tensor.transposed([1, 0]) : tensor
    let units = matrix.shape[1]
    guard matrix.shape[0] == view.count else {
      throw GraphFailure("has weights for \(matrix.shape[0]) inputs, and reads \(view.count)")
    }
    var weights = matrix.floats ?? []
    if alpha != 1 { weights = weights.map { $0 * alpha } }
    var bias: [Double]?
    if isGiven(node, 2) {
      let constant = try floats(node, 2, "bias")
      let shape = constant.shape
      guard shape.count <= 2, shape.dropLast().allSatisfy({ $0 == 1 }), [1, units].contains(shape.last ?? 1),
        let values = constant.floats
      else {
        throw GraphFailure(
          "has a bias of shape \(shape); one number, or one for each of \(units) outputs, is supported")
      }
      bias = (0..<units).map { Double(values[values.count == 1 ? 0 : $0]) * Double(beta) }
    }
    try give(
      node, try builder.product(view, axis: 0, matrix: weights, units: units, bias: bias, node.title))
  }

  /// The value times a constant matrix along the last axis, or a constant matrix times the value along the last but
  /// one.
  mutating func addMatrixProduct(_ node: ONNXGraph.Node) throws(GraphFailure) {
    guard let place = [1, 0].first(where: { constant(node, $0) != nil }) else {
      throw GraphFailure("multiplies two values; one must be constant")
    }
    let view = try view(node, 1 - place)
    let tensor = try floats(node, place, "weights")
    let isRight = place == 1
    // Leading axes of a constant are for each of a stack of products.
    guard tensor.shape.count >= 2, tensor.shape.dropLast(2).allSatisfy({ $0 == 1 }),
      tensor.shape.count <= view.axes.count + 1, isRight || view.axes.count >= 2
    else {
      throw GraphFailure(
        "multiplies an array of the sizes \(view.sizes) without the batch and a constant of shape \(tensor.shape), in a way "
          + "that is not supported")
    }
    let flat = tensor.reshaped(Array(tensor.shape.suffix(2)))
    let matrix = isRight ? flat : flat.transposed([1, 0])
    let axis = view.axes.count - (isRight ? 1 : 2)
    guard matrix.shape[0] == view.axes[axis].size else {
      throw GraphFailure("has weights for \(matrix.shape[0]) inputs, and reads \(view.axes[axis].size)")
    }
    try give(
      node,
      try builder.product(
        view, axis: axis, matrix: matrix.floats ?? [], units: matrix.shape[1], bias: nil, node.title))
  }

  // MARK: constants for each element or channel

  mutating func addArithmetic(_ node: ONNXGraph.Node) throws(GraphFailure) {
    guard node.inputs.count == 2 else {
      throw GraphFailure("has \(node.inputs.count) inputs; two are needed")
    }
    guard let place = [1, 0].first(where: { constant(node, $0) != nil }) else {
      let (left, right) = (try view(node, 0), try view(node, 1))
      guard node.type == "Add" else {
        throw GraphFailure("combines two values; only the sum of two is supported")
      }
      return try give(node, try builder.sum(left, right, node.title))
    }
    let view = try view(node, 1 - place)
    let tensor = try floats(node, place, "numbers")
    let numbers = GraphBuilder.Constant(shape: tensor.shape, values: (tensor.floats ?? []).map { Double($0) })
    let (one, zero) = (GraphBuilder.Constant(1), GraphBuilder.Constant(0))
    func mapped(_ function: (Double) -> Double) -> GraphBuilder.Constant {
      GraphBuilder.Constant(shape: numbers.shape, values: numbers.values.map(function))
    }
    let made: ArrayView
    switch (node.type, place) {
    case ("Add", _): made = try builder.affine(view, factors: one, summands: numbers, node.title)
    case ("Mul", _): made = try builder.affine(view, factors: numbers, summands: zero, node.title)
    case ("Sub", 1): made = try builder.affine(view, factors: one, summands: mapped { -$0 }, node.title)
    case ("Sub", _):
      made = try builder.affine(view, factors: GraphBuilder.Constant(-1), summands: numbers, node.title)
    case ("Div", 1): made = try builder.affine(view, factors: mapped { 1 / $0 }, summands: zero, node.title)
    default: throw GraphFailure("divides a constant by a value, which is not supported")
    }
    try give(node, made)
  }

  /// Before 9 the numbers could be those of each element, since 14 a node can be in training.
  mutating func addNormalization(_ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes)
    throws(GraphFailure)
  {
    let view = try view(node)
    let epsilon = try attributes.float("epsilon", otherwise: 1e-5)
    _ = try attributes.float("momentum", otherwise: 0.9)
    if version < 9, try !attributes.flag("spatial", otherwise: true) {
      throw GraphFailure("has numbers for each element (spatial 0); those of each channel are supported")
    }
    if version >= 14, try attributes.flag("training_mode") {
      throw GraphFailure(
        "normalizes by the batch at hand (training_mode 1): export the model in inference mode (model.eval())"
      )
    }
    var parts: [[Float]] = []
    for (index, name) in ["scale", "offset", "mean", "variance"].enumerated() {
      parts.append(try floats(node, index + 1, name).floats ?? [])
    }
    guard !view.axes.isEmpty else { throw GraphFailure("reads an array without channels") }
    try give(node, try builder.normalization(view, axis: 0, parts, epsilon: epsilon, node.title))
  }
}
