import OctetNetwork
import OctetText

/// Transposed convolutions: each is a convolution that makes all rows and columns between two of its input as channels,
/// and an order that puts them between.
enum TransposedConvolution: TranslatedKind {
  /// Along one axis: output `y` is the sum of `input[i] * weight[k]` over all `i * stride + k * dilation - before = y`.
  struct Axis {
    let input: Int
    let size: Int
    let stride: Int
    let dilation: Int
    let before: Int
    let output: Int

    /// Weights that meet different inputs at one place.
    var window: Int { ((size - 1) * dilation) / stride + 1 }
    /// The first group of `stride` places, counted from the one before which nothing is cut off.
    private var firstGroup: Int { before / stride }
    private var lastGroup: Int { (before + output - 1) / stride }
    /// Places of the convolution.
    var groups: Int { lastGroup - firstGroup + 1 }
    /// The place in the first group where the output starts.
    var start: Int { before % stride }
    /// Zeros before and after the input, so that the window lies on each group; below zero where rows are left out.
    var borders: (before: Int, after: Int) {
      (window - 1 - firstGroup, lastGroup - (input - 1))
    }

    /// The weight that a cell of the window has for a place of a group; nil for none.
    func weight(cell: Int, phase: Int) -> Int? {
      let distance = phase + stride * (window - 1 - cell)
      guard distance % dilation == 0, distance / dilation < size else { return nil }
      return distance / dilation
    }
  }
}

extension GraphBuilder {
  /// - Parameters:
  ///   - weights: `rows x columns x channels x filters per group`.
  ///   - maker: set to the node that sums.
  mutating func transposedConvolution(
    _ view: ArrayView, _ layout: Layout, rows: TransposedConvolution.Axis,
    columns: TransposedConvolution.Axis,
    filters: Int, groups: Int, weights: [Float], bias: [Double]?, maker: inout Int, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let channels = try imageShape(view, layout).channels
    guard groups > 0, channels % groups == 0, filters % groups == 0,
      weights.count == rows.size * columns.size * channels * (filters / groups), rows.output > 0,
      columns.output > 0, rows.output <= 4096, columns.output <= 4096
    else {
      throw GraphFailure(
        "has \(weights.count) weights in \(groups) groups for \(filters) filters and \(channels) channels, and makes "
          + "\(rows.output)x\(columns.output)")
    }
    let phases = rows.stride * columns.stride
    let outputs = phases * filters
    let (height, width) = (rows.window, columns.window)
    guard height <= 256, width <= 256, outputs <= 65_535,
      outputs <= NetworkDescription.largestParameterCount / (height * width * channels)
    else { throw GraphFailure("has weights that are too many for \(phases) places of each cell") }
    var ordered = [Float](repeating: 0, count: height * width * channels * outputs)
    let perGroup = filters / groups
    for (row, column) in (0..<height * width).map({ ($0 / width, $0 % width) }) {
      for (down, across) in (0..<phases).map({ ($0 / columns.stride, $0 % columns.stride) }) {
        guard let y = rows.weight(cell: row, phase: down), let x = columns.weight(cell: column, phase: across)
        else { continue }
        for channel in 0..<channels {
          let group = channel / (channels / groups)
          for own in 0..<perGroup {
            let from = ((y * columns.size + x) * channels + channel) * perGroup + own
            let filter = group * perGroup + own
            let to = (row * width + column) * channels + channel
            ordered[to * outputs + (down * columns.stride + across) * filters + filter] = weights[from]
          }
        }
      }
    }
    // Borders beyond the window are zeros of their own; what is below zero is cut off behind.
    let (down, across) = (rows.borders, columns.borders)
    let outer = Graph.Border(
      bottom: max(down.after - height + 1, 0), right: max(across.after - width + 1, 0))
    let source = outer.isEmpty ? view : try padding(outer, view, layout, title)
    let border = [
      max(down.before, 0), max(across.before, 0), max(down.after, 0) - outer.bottom,
      max(across.after, 0) - outer.right,
    ]
    let window = Window(
      height: height, width: width,
      padding: border == [0, 0, 0, 0]
        ? .valid : .border(top: border[0], left: border[1], bottom: border[2], right: border[3]))
    let spread = bias.map { bias in (0..<phases).flatMap { _ in bias } }
    let sums = try self.window(
      .convolution(Convolution(filters: outputs, window: window, hasBias: bias != nil)), source, layout,
      title,
      weights: ordered, bias: spread)
    graph.nodes[sums.value - 1].phases = phases
    maker = sums.value
    // Rows, columns and channels of the sums, whatever the layout.
    let axes = layout == .channelsLast ? sums.axes : [sums.axes[1], sums.axes[2], sums.axes[0]]
    let skippedRows = max(-down.before, 0)
    let skippedColumns = max(-across.before, 0)
    let image = ArrayView(value: sums.value, axes: axes)
    guard
      let split = image.reshaped([
        image.sizes[0], image.sizes[1], rows.stride, columns.stride, filters,
      ])
    else { throw GraphFailure("makes channels that lie in no pattern of equal steps") }
    let a = split.axes
    var made = ArrayView(
      value: split.value,
      axes: [ArrayAxis(a[0].parts + a[2].parts), ArrayAxis(a[1].parts + a[3].parts), a[4]])
    for (place, axis, skipped) in [(0, rows, skippedRows), (1, columns, skippedColumns)] {
      made = try slice(
        made, axis: place, from: axis.start + skipped * axis.stride, step: 1, count: axis.output, title)
    }
    if layout == .channelsFirst { made.axes = [made.axes[2], made.axes[0], made.axes[1]] }
    return made
  }
}

// MARK: - ONNX

extension TransposedConvolution {
  private static let becomes = "`conv` and `arrange`"

  static let onnx = [
    ONNXOperator("ConvTranspose", becomes: becomes, if: "one or two axes", readConvTranspose)
  ]

  /// Weights `channels x filters per group x rows x columns`.
  private static func readConvTranspose(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let tensor = try model.floats(node, 1, "weights")
    let isSeries = tensor.shape.count == 3
    guard isSeries || tensor.shape.count == 4, view.axes.count == tensor.shape.count - 1 else {
      throw GraphFailure(
        "has weights of \(tensor.shape.count) axes and reads \(view.axes.count + 1); three or four of both are needed"
      )
    }
    let columns = model.builder.columns(view, .channelsFirst)
    let input = try model.builder.imageShape(columns, .channelsFirst)
    let (channels, perGroup) = (tensor.shape[0], tensor.shape[1])
    let groups = try attributes.integer("group", otherwise: 1)
    guard channels == input.channels, groups > 0, channels % groups == 0, perGroup <= 65_535 else {
      throw GraphFailure("has weights \(tensor.shape) for \(input.channels) channels in \(groups) groups")
    }
    func both(_ name: String, _ usual: Int) throws(GraphFailure) -> [Int]? {
      guard let numbers = try attributes.integers(name) else { return nil }
      let made = isSeries && numbers.count == 1 ? numbers + [usual] : numbers
      guard made.count == 2, made.allSatisfy({ (0...4096).contains($0) }) else {
        throw GraphFailure("has \(name.quoted) of \(numbers)")
      }
      return made
    }
    let size = Array(tensor.shape[2...]) + (isSeries ? [1] : [])
    let kernel = try both("kernel_shape", 1)
    let strides = try both("strides", 1) ?? [1, 1]
    let dilations = try both("dilations", 1) ?? [1, 1]
    let extra = try both("output_padding", 0) ?? [0, 0]
    let wanted = try both("output_shape", 1)
    var pads = try attributes.integers("pads") ?? [0, 0, 0, 0]
    if isSeries, pads.count == 2 { pads = [pads[0], 0, pads[1], 0] }
    let mode = try attributes.text("auto_pad", otherwise: "NOTSET")
    // Below zero at the end makes rows of zeros, or columns: what tf2onnx writes for strides beyond the window.
    guard kernel ?? size == size, pads.count == 4, pads[..<2].allSatisfy({ (0...4096).contains($0) }),
      pads[2...].allSatisfy({ (-4096...4096).contains($0) }),
      (strides + dilations + size).allSatisfy({ (1...256).contains($0) })
    else {
      throw GraphFailure("has a window \(size), strides \(strides), dilations \(dilations) or pads \(pads)")
    }
    var axes: [Axis] = []
    for (index, extent) in [input.height, input.width].enumerated() {
      let whole =
        (extent - 1) * strides[index] + (size[index] - 1) * dilations[index] + 1 + extra[index]
      var (before, output) = (pads[index], whole - pads[index] - pads[index + 2])
      if let wanted {
        // What is left of all that is cut off goes to the end, but for SAME_LOWER.
        let cut = max(whole - wanted[index], 0)
        before = mode == "SAME_UPPER" ? cut / 2 : cut - cut / 2
        output = wanted[index]
        guard whole >= output else { throw GraphFailure("has an output_shape \(wanted) beyond \(whole)") }
      } else if mode == "SAME_UPPER" || mode == "SAME_LOWER" {
        output = extent * strides[index]
        let cut = max(whole - output, 0)
        before = mode == "SAME_UPPER" ? cut / 2 : cut - cut / 2
      } else if mode == "VALID" {
        (before, output) = (0, whole)
      } else if mode != "NOTSET", !mode.isEmpty {
        throw GraphFailure("has auto_pad \(mode.quoted), which is not supported")
      }
      axes.append(
        Axis(
          input: extent, size: size[index], stride: strides[index], dilation: dilations[index],
          before: before, output: output))
    }
    let filters = perGroup * groups
    let bias = try model.filterBias(node, 2, filters: filters)
    let cells = size.reduce(1, *)
    var ordered: [Float] = []
    ordered.reserveCapacity(tensor.values.count)
    for cell in 0..<cells {
      for channel in 0..<channels {
        for own in 0..<perGroup { ordered.append(tensor.values[(channel * perGroup + own) * cells + cell]) }
      }
    }
    var maker = 0
    let made = try model.builder.transposedConvolution(
      columns, .channelsFirst, rows: axes[0], columns: axes[1], filters: filters, groups: groups,
      weights: ordered, bias: bias, maker: &maker, node.title)
    try model.give(node, model.builder.series(made, like: view, .channelsFirst))
  }
}

// MARK: - Keras and TensorFlow Lite

extension TransposedConvolution {
  static let keras = ["Conv2DTranspose", "Conv1DTranspose"].map {
    KerasClass($0, becomes: becomes, readKeras)
  }

  /// Weights `rows x columns x filters x channels`.
  private static func readKeras(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let layout = try layer.layout
    let columns = try layer.columns(model.builder)
    let input = try model.builder.imageShape(columns, layout)
    let filters = try layer.count("filters", atMost: 65_535)
    guard layer.configuration["groups"] == nil || layer.configuration.integer("groups") == 1 else {
      throw GraphFailure("is in groups, which is not supported")
    }
    let (window, dilation) = try layer.convolutionWindow
    var extra: [Int?] = [nil, nil]
    if layer.configuration["output_padding"] != nil {
      if let one = layer.configuration.integer("output_padding") {
        extra = [one, layer.isSeries ? nil : one]
      } else if let list = layer.configuration.integers("output_padding") {
        extra = list + (list.count == 1 ? [nil] : [])
      }
    }
    let isSame = window.padding == .same
    func axis(_ extent: Int, _ size: Int, _ stride: Int, _ dilation: Int, _ extra: Int?) -> Axis {
      let covered = (size - 1) * dilation + 1
      // As Keras works them out: so much is cut off at the start of what all windows cover.
      guard let extra else {
        let output = isSame ? extent * stride : extent * stride + max(covered - stride, 0)
        let before = isSame ? max(covered - stride, 0) / 2 : 0
        return Axis(
          input: extent, size: size, stride: stride, dilation: dilation, before: before, output: output)
      }
      let pad = isSame ? covered / 2 : 0
      let output = (extent - 1) * stride + covered - 2 * pad + extra
      // The forward convolution of the output pads as its own padding says.
      let total = isSame ? max((extent - 1) * stride + covered - output, 0) : 0
      return Axis(
        input: extent, size: size, stride: stride, dilation: dilation, before: total / 2, output: output)
    }
    let rows = axis(input.height, window.height, window.strideHeight, dilation.height, extra[0])
    let across = axis(
      input.width, window.width, window.strideWidth, dilation.width, layer.isSeries ? nil : extra[1])
    let weights = try layer.weights(
      ["kernel", "0"], shape: layer.cells(window) + [filters, input.channels])
    let cells = window.height * window.width
    var ordered: [Float] = []
    ordered.reserveCapacity(weights.count)
    for cell in 0..<cells {
      for channel in 0..<input.channels {
        for filter in 0..<filters {
          ordered.append(weights[(cell * filters + filter) * input.channels + channel])
        }
      }
    }
    var maker = 0
    let made = try model.builder.transposedConvolution(
      columns, layout, rows: rows, columns: across, filters: filters, groups: 1, weights: ordered,
      bias: layer.bias(filters), maker: &maker, layer.title)
    return try model.activate(layer, model.builder.series(made, like: layer.inputs[0], layout))
  }

  static let lite = [LiteOperator("TRANSPOSE_CONV", becomes: becomes, readLite)]

  /// Reads the output's shape, weights `filters x rows x columns x channels`, the value, and perhaps a bias.
  private static func readLite(_ model: inout LiteTranslation, _ node: LiteGraph.Node) throws(GraphFailure) {
    let view = try model.view(node, 2)
    let (tensor, shape) = try model.weights(node, rank: 4)
    let input = try model.builder.imageShape(view, .channelsLast)
    let output = model.file.tensors[node.outputs[0]].shape
    let (strideWidth, strideHeight) = (try model.option(node, 1), try model.option(node, 2))
    guard output.count == 4, shape[3] == input.channels, output[3] == shape[0],
      (1...255).contains(strideWidth), (1...255).contains(strideHeight), shape[1] <= 255, shape[2] <= 255
    else { throw GraphFailure("has weights \(shape) and makes \(output) of \(view.sizes)") }
    let isSame = try model.option(node, 0, isByte: true) == 0
    func axis(_ extent: Int, _ size: Int, _ stride: Int, _ output: Int) -> Axis {
      // The convolution from the output to the input pads so much before.
      let before = isSame ? max((extent - 1) * stride + size - output, 0) / 2 : 0
      return Axis(input: extent, size: size, stride: stride, dilation: 1, before: before, output: output)
    }
    let numbers = try model.weightNumbers(tensor)
    let (filters, cells, channels) = (shape[0], shape[1] * shape[2], shape[3])
    var ordered: [Float] = []
    ordered.reserveCapacity(numbers.count)
    for cell in 0..<cells {
      for channel in 0..<channels {
        for filter in 0..<filters {
          ordered.append(Float(numbers[(filter * cells + cell) * channels + channel]))
        }
      }
    }
    var bias: [Double]?
    if node.inputs.count > 3, node.inputs[3] >= 0 {
      guard let constant = model.constant(node, 3) else { throw GraphFailure("needs a constant bias") }
      bias = try model.numbers(constant)
      guard bias?.count == filters else { throw GraphFailure("has a bias that is not one for each filter") }
    }
    var maker = 0
    let made = try model.builder.transposedConvolution(
      view, .channelsLast, rows: axis(input.height, shape[1], strideHeight, output[1]),
      columns: axis(input.width, shape[2], strideWidth, output[2]), filters: filters, groups: 1,
      weights: ordered, bias: bias, maker: &maker, model.title(node))
    try model.give(node, made, function: model.function(node, 3), weights: tensor, maker: maker)
  }
}
