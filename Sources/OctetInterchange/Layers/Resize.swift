import Octet
import OctetNetwork
import OctetText

/// Images at another size.
extension Resize: FloatLayer {
  var kind: FloatLayerKind { .resize(self) }

  func write(_ layer: ONNXExport.Layer, to export: inout ONNXExport) -> String {
    let value = export.writer.image(layer.inputs[0], layer.input, name: layer.name)
    // The sizes with those of the batch and the channels, which stay.
    let shape = export.writer.node("Shape", [value], name: layer.name)
    func numbers(_ word: String, _ values: [Int64]) -> String {
      export.writer.constant("\(layer.name).\(word)", .int64, [values.count], integers: values)
    }
    let kept = export.writer.node(
      "Slice", [shape, numbers("first", [0]), numbers("end", [2])], name: layer.name)
    let sizes = export.writer.node(
      "Concat", [kept, numbers("sizes", [Int64(height), Int64(width)])], [("axis", .integer(0))],
      name: layer.name)
    let transformation =
      switch alignment {
      case .halfPixel: "half_pixel"
      case .corner: "asymmetric"
      case .aligned: "align_corners"
      }
    let nearest =
      switch rounding {
      case .floor: "floor"
      case .ceil: "ceil"
      case .halfDown: "round_prefer_floor"
      case .halfUp: "round_prefer_ceil"
      }
    let made = export.writer.node(
      "Resize", [value, "", "", sizes],
      [
        ("mode", .text(method == .nearest ? "nearest" : "linear")),
        ("coordinate_transformation_mode", .text(transformation)), ("nearest_mode", .text(nearest)),
      ], name: layer.name)
    return export.writer.flat(made, layer.output, name: layer.name)
  }
}

extension Resize {
  /// Whether each of its cells is one of an image, with nothing between two.
  package func copies(from input: ImageShape) -> Bool {
    method == .nearest
      || (places(from: input.height, to: height) + places(from: input.width, to: width)).allSatisfy {
        $0.share == 0
      }
  }
}

extension Resize: IntegerLayerExport {
  static func writeIntegers(_ layer: ONNXQuantizedExport.Layer, to export: inout ONNXQuantizedExport)
    -> String
  {
    let places = layer.constants.numbers.map { number in
      Resize.Place(first: Int(number & 0xFFFF), share: Double(number >> 16) / 1_024)
    }
    let (rows, columns) = (places[..<layer.to.height], places[layer.to.height...].prefix(layer.to.width))
    let made = export.writer.resampled(
      export.dequantize(layer.input, name: layer.name), layer.from, rows: Array(rows),
      columns: Array(columns), name: layer.name)
    return export.quantize(made, layer.output)
  }
}

extension ONNXWriter {
  /// Rows, then columns, each between two. Operators that resize have no attributes for every way to do so.
  fileprivate mutating func resampled(
    _ value: String, _ shape: ImageShape, rows: [Resize.Place], columns: [Resize.Place], name: String
  ) -> String {
    var value = image(value, shape, name: name)
    for (axis, places) in [(2, rows), (3, columns)] {
      let title = "\(name).\(axis == 2 ? "rows" : "columns")"
      func indices(_ numbers: [Int], _ word: String) -> String {
        constant("\(title).\(word)", .int64, [numbers.count], integers: numbers.map { Int64($0) })
      }
      let first = node(
        "Gather", [value, indices(places.map(\.first), "first")], [("axis", .integer(axis))], name: name)
      guard places.contains(where: { $0.share > 0 }) else {
        value = first
        continue
      }
      let next = node(
        "Gather", [value, indices(places.map { $0.first + ($0.share > 0 ? 1 : 0) }, "next")],
        [("axis", .integer(axis))], name: name)
      let extent = axis == 2 ? [places.count, 1] : [places.count]
      let own = constant("\(title).share", extent, floats: places.map { Float(1 - $0.share) })
      let other = constant("\(title).share_next", extent, floats: places.map { Float($0.share) })
      value = node(
        "Add",
        [node("Mul", [first, own], name: name), node("Mul", [next, other], name: name)], name: name)
    }
    let output = ImageShape(height: rows.count, width: columns.count, channels: shape.channels)
    return flat(value, output, name: name)
  }
}

extension GraphBuilder {
  /// An image at another size.
  mutating func resized(_ kind: Resize, _ view: ArrayView, _ layout: Layout, _ title: String)
    throws(GraphFailure) -> ArrayView
  {
    let input = try imageShape(view, layout)
    guard (1...4096).contains(kind.height), (1...4096).contains(kind.width) else {
      throw GraphFailure("makes an image of \(kind.height)x\(kind.width); 1 to 4,096 are supported")
    }
    if input.height == kind.height, input.width == kind.width,
      kind.places(from: input.height, to: kind.height).enumerated().allSatisfy({
        $1.first == $0 && $1.share == 0
      }),
      kind.places(from: input.width, to: kind.width).enumerated().allSatisfy({
        $1.first == $0 && $1.share == 0
      })
    {
      return view
    }
    var source = try laid(view, layout, title)
    if shape(source) != input {
      let value = try reshaped(source.value, input, title)
      source = self.view(value, layout)
    }
    let output = ImageShape(height: kind.height, width: kind.width, channels: input.channels)
    let value = try append(
      Graph.Node(operation: .layer(.resize(kind)), inputs: [source.value], shape: output, title: title))
    return self.view(value, layout)
  }
}

// MARK: - ONNX

extension Resize {
  static let onnx = [
    ONNXOperator("Resize", becomes: becomes, if: conditions, readResize),
    ONNXOperator("Upsample", becomes: becomes, if: conditions, readUpsample),
  ]

  private static let becomes = "`resize`"
  private static let conditions = "rows and columns; nearest or linear; constant sizes"

  private static func readUpsample(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let mode = try attributes.text("mode", otherwise: "nearest")
    var scales: [Double] = []
    if model.version < 9 {
      scales = try attributes.floats("scales") ?? []
    } else {
      scales = try model.floats(node, 1, "scales").values.map { Double($0) }
    }
    // As Resize of version 10: the first corners lie on each other.
    try give(&model, node, mode, .corner, .floor, scales: scales, sizes: nil)
  }

  private static func readResize(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ attributes: inout ONNXAttributes
  ) throws(GraphFailure) {
    let mode = try attributes.text("mode", otherwise: "nearest")
    guard model.version >= 11 else {
      return try give(
        &model, node, mode, .corner, .floor,
        scales: model.floats(node, 1, "scales").values.map { Double($0) }, sizes: nil)
    }
    let transformation = try attributes.text("coordinate_transformation_mode", otherwise: "half_pixel")
    let rounding = try attributes.text("nearest_mode", otherwise: "round_prefer_floor")
    let roundings: [String: Rounding] = [
      "round_prefer_floor": .halfDown, "round_prefer_ceil": .halfUp, "floor": .floor, "ceil": .ceil,
    ]
    let alignments: [String: Alignment] = [
      "half_pixel": .halfPixel, "pytorch_half_pixel": .halfPixel, "asymmetric": .corner,
      "align_corners": .aligned,
    ]
    guard let alignment = alignments[transformation], let way = roundings[rounding] else {
      throw GraphFailure(
        "has coordinate_transformation_mode \(transformation.quoted) and nearest_mode \(rounding.quoted), "
          + "which are not supported")
    }
    // These concern other modes, but for what is left out of a mean at the border.
    _ = try attributes.float("cubic_coeff_a", otherwise: 0)
    _ = try attributes.float("extrapolation_value", otherwise: 0)
    _ = try attributes.flag("exclude_outside")
    guard try !attributes.flag("antialias") else {
      throw GraphFailure("has antialias, which is not supported")
    }
    let policy = try attributes.text("keep_aspect_ratio_policy", otherwise: "stretch")
    guard policy == "stretch" else {
      throw GraphFailure("has keep_aspect_ratio_policy \(policy.quoted); stretch is supported")
    }
    var scales: [Double]?
    var sizes: [Int]?
    if model.isGiven(node, 2), let tensor = model.constant(node, 2), tensor.count > 0 {
      scales = try model.floats(node, 2, "scales").values.map { Double($0) }
    }
    if model.isGiven(node, 3) {
      guard let tensor = model.constant(node, 3) else { throw GraphFailure("needs constant sizes") }
      sizes = try model.wantedShape(tensor)
    }
    let view = try model.view(node)
    let rank = view.axes.count + 1
    if let axes = try attributes.integers("axes") {
      // Numbers for some axes; the others stay.
      let places = try axes.map { axis throws(GraphFailure) in
        guard (-rank..<rank).contains(axis) else { throw GraphFailure("has axis \(axis) of \(rank)") }
        return axis < 0 ? axis + rank : axis
      }
      if let given = scales, given.count == places.count {
        var all = [Double](repeating: 1, count: rank)
        for (place, scale) in zip(places, given) { all[place] = scale }
        scales = all
      }
      if let given = sizes, given.count == places.count {
        var all = model.sizes(view)
        for (place, size) in zip(places, given) { all[place] = size }
        sizes = all
      }
    }
    if transformation == "pytorch_half_pixel", mode == "linear" || mode == "nearest" {
      // An output of one cell takes the first cell there.
      let own = model.sizes(view)
      let made = sizes ?? zip(own, scales ?? []).map { Int((Double($0) * $1).rounded(.down)) }
      guard made.count == own.count, zip(own, made).allSatisfy({ $0 == $1 || $1 > 1 }) else {
        throw GraphFailure("makes an axis of one cell (pytorch_half_pixel), which is not supported")
      }
    }
    try give(&model, node, mode, alignment, way, scales: scales, sizes: sizes)
  }

  private static func give(
    _ model: inout ONNXTranslation, _ node: ONNXGraph.Node, _ mode: String, _ alignment: Alignment,
    _ rounding: Rounding, scales: [Double]?, sizes: [Int]?
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let own = model.sizes(view)
    guard mode == "nearest" || mode == "linear" else {
      throw GraphFailure("has mode \(mode.quoted); nearest and linear are supported")
    }
    guard
      let wanted = sizes
        ?? scales?.enumerated().map({ place, scale in
          place < own.count ? (place == 0 ? own[0] : Int((Double(own[place]) * scale).rounded(.down))) : 0
        }), wanted.count == own.count, scales?.first ?? 1 == 1
    else { throw GraphFailure("has no constant scales or sizes for its \(own.count) axes") }
    if let scales, sizes == nil {
      // Where cells are cut off, the places follow from the scale and not from the sizes.
      guard
        zip(own, zip(wanted, scales)).dropFirst().allSatisfy({ own, made in
          abs(Double(own) * made.1 - Double(made.0)) < 1e-3
        })
      else { throw GraphFailure("has scales \(scales) that give no whole sizes, which is not supported") }
    }
    // A series is an image of one column; its steps are the last axis.
    let columns = model.builder.columns(view, .channelsFirst)
    var target = Array(wanted.dropFirst())
    if target.count == 2 { target.append(1) }
    guard target.count == 3, columns.axes.count == 3 else {
      throw GraphFailure("resizes \(own.count) axes; three or four are supported")
    }
    for layout in [GraphBuilder.Layout.channelsFirst, .channelsLast] {
      guard layout == .channelsFirst || view.axes.count == 3 else { continue }
      let (channels, rows) = layout == .channelsFirst ? (0, 1) : (2, 0)
      guard target[channels] == columns.sizes[channels] else { continue }
      let kind = Resize(
        height: target[rows], width: target[rows + 1], mode == "nearest" ? .nearest : .bilinear, alignment,
        rounding)
      let made = try model.builder.resized(kind, columns, layout, node.title)
      return try model.give(node, model.builder.series(made, like: view, layout))
    }
    throw GraphFailure("resizes \(view.sizes) to \(target); rows and columns are supported")
  }
}

// MARK: - Keras and TensorFlow Lite

extension Resize {
  static let keras = [
    KerasClass("UpSampling2D", becomes: becomes, if: "nearest or bilinear", readUpSampling),
    KerasClass("UpSampling1D", becomes: becomes, readUpSampling),
    KerasClass("Resizing", becomes: becomes, if: "nearest or bilinear, without cropping", readResizing),
  ]

  private static func method(_ layer: KerasLayer, otherwise usual: String) throws(GraphFailure) -> Method {
    let name = layer.configuration.text("interpolation") ?? usual
    guard let method = Method(rawValue: name) else {
      throw GraphFailure("has interpolation \(name.quoted); nearest and bilinear are supported")
    }
    return method
  }

  private static func readUpSampling(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    let layout = try layer.layout
    let columns = try layer.columns(model.builder)
    let input = try model.builder.imageShape(columns, layout)
    var factors = (layer.configuration.integers("size") ?? []).compactMap { $0 }
    if let one = layer.configuration.integer("size") { factors = layer.isSeries ? [one] : [one, one] }
    if layer.isSeries { factors.append(1) }
    guard factors.count == 2, factors.allSatisfy({ (1...256).contains($0) }) else {
      throw GraphFailure("has no \"size\" of numbers from 1 to 256")
    }
    let kind = Resize(
      height: input.height * factors[0], width: input.width * factors[1],
      layer.isSeries ? .nearest : try method(layer, otherwise: "nearest"))
    let made = try model.builder.resized(kind, columns, layout, layer.title)
    return model.builder.series(made, like: layer.inputs[0], layout)
  }

  private static func readResizing(_ model: inout KerasImport, _ layer: KerasLayer) throws(GraphFailure)
    -> ArrayView
  {
    guard !layer.configuration.flag("crop_to_aspect_ratio", otherwise: false),
      !layer.configuration.flag("pad_to_aspect_ratio", otherwise: false),
      !layer.configuration.flag("antialias", otherwise: false)
    else { throw GraphFailure("keeps the aspect ratio or smooths, which is not supported") }
    let layout = try layer.layout
    let columns = try layer.columns(model.builder)
    let kind = Resize(
      height: try layer.count("height", atMost: 4096), width: try layer.count("width", atMost: 4096),
      try method(layer, otherwise: "bilinear"))
    return try model.builder.resized(kind, columns, layout, layer.title)
  }

  static let lite = [
    LiteOperator("RESIZE_BILINEAR", becomes: becomes, if: "not of uint8", readBilinear),
    LiteOperator("RESIZE_NEAREST_NEIGHBOR", becomes: becomes, readNearest),
  ]

  private static func readBilinear(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  { try readLite(&model, node, .bilinear, alignField: 2, halfField: 3) }

  private static func readNearest(_ model: inout LiteTranslation, _ node: LiteGraph.Node)
    throws(GraphFailure)
  { try readLite(&model, node, .nearest, alignField: 0, halfField: 1) }

  private static func readLite(
    _ model: inout LiteTranslation, _ node: LiteGraph.Node, _ method: Method, alignField: Int, halfField: Int
  ) throws(GraphFailure) {
    let view = try model.view(node)
    let sizes = try model.integers(node, 1)
    guard sizes.count == 2 else { throw GraphFailure("has \(sizes.count) sizes; two are needed") }
    let isAligned = try model.option(node, alignField, isByte: true) != 0
    let isHalf = try model.option(node, halfField, isByte: true) != 0
    let alignment: Alignment = isAligned ? .aligned : isHalf ? .halfPixel : .corner
    // The nearest cell of aligned corners is rounded, others are cut off; half a cell is added before that.
    let kind = Resize(
      height: sizes[0], width: sizes[1], method, alignment, isAligned || isHalf ? .halfUp : .floor)
    let made = try model.builder.resized(kind, view, .channelsLast, model.title(node))
    if model.isInteger, let source = node.inputs.first {
      try model.checkSameIntegers(source, node.outputs[0])
    }
    try model.give(node, made, isLayer: made.value != view.value)
  }
}
