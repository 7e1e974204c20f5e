import OctetNetwork
import OctetTraining

/// Writes a float model as ONNX: images channels first, as most tools expect them, and any number of them at once.
package struct ONNXExport {
  private let model: FloatModel
  private let shapes: [ImageShape]
  private let parameters: [String: [Float]]
  private var writer = ONNXWriter()

  /// The bytes of the file.
  package static func file(_ model: FloatModel, octetVersion: String) throws(NetworkError) -> [UInt8] {
    var export = try ONNXExport(model)
    export.write()
    return export.writer.file(
      input: model.network.input, classNames: model.classNames, operators: 17, format: 8,
      octetVersion: octetVersion)
  }

  private init(_ model: FloatModel) throws(NetworkError) {
    if let fault = try model.fault() { throw NetworkError(fault) }
    self.model = model
    shapes = try model.network.shapes()
    parameters = Dictionary(model.parameters.map { ($0.name, $0.values) }) { first, _ in first }
  }

  private mutating func write() {
    var values = [ONNXWriter.inputName]
    for (index, layer) in model.network.layers.enumerated() {
      let value = write(layer, layer.inputs.map { values[$0] }, output: shapes[index + 1])
      values.append(activate(value, layer, shapes[index + 1]))
    }
    // The last value under a name that says what it is, whatever made it.
    let output = writer.node("Identity", [values[values.count - 1]], name: "output", output: "output")
    writer.markOutput(output, shapes[shapes.count - 1])
  }

  private mutating func activate(_ value: String, _ layer: LayerDescription, _ output: ImageShape) -> String {
    switch layer.activation {
    case .linear: value
    case .relu: writer.node("Relu", [value], name: layer.name)
    case .sigmoid: writer.node("Sigmoid", [value], name: layer.name)
    case .tanh: writer.node("Tanh", [value], name: layer.name)
    // Over the channels of each place, which come right after the batch.
    case .softmax: writer.node("Softmax", [value], [("axis", .integer(1))], name: layer.name)
    }
  }

  /// A layer without its activation.
  private mutating func write(_ layer: LayerDescription, _ inputs: [String], output: ImageShape) -> String {
    let input = shapes[layer.inputs[0]]
    let name = layer.name
    switch layer.kind {
    case .dropout, .activation: return inputs[0]
    case .add: return writer.node("Add", inputs, name: name)
    case .flatten: return flatten(inputs[0], input, name)
    case .dense(let dense):
      let weights = writer.constant(
        "\(name).weight", [input.channels, dense.units], floats: parameter(layer, "weight"))
      return writer.node(
        "Gemm", [inputs[0], weights] + bias(layer, dense.hasBias, dense.units), name: name)
    case .convolution(let convolution):
      let window = convolution.window
      let weights = writer.constant(
        "\(name).weight", [convolution.filters, input.channels, window.height, window.width],
        floats: Self.filtersFirst(
          parameter(layer, "weight"), cells: window.height * window.width, channels: input.channels,
          filters: convolution.filters))
      return windowed(
        "Conv", layer, [inputs[0], weights] + bias(layer, convolution.hasBias, convolution.filters), window,
        output)
    case .depthwiseConvolution(let depthwise):
      let window = depthwise.window
      let filters = input.channels * depthwise.multiplier
      let weights = writer.constant(
        "\(name).weight", [filters, 1, window.height, window.width],
        floats: Self.filtersFirst(
          parameter(layer, "weight"), cells: window.height * window.width, channels: 1, filters: filters))
      return windowed(
        "Conv", layer, [inputs[0], weights] + bias(layer, depthwise.hasBias, filters), window, output,
        [("group", .integer(input.channels))])
    case .maxPooling(let pooling): return windowed("MaxPool", layer, inputs, pooling.window, output)
    case .averagePooling(let pooling):
      return windowed(
        "AveragePool", layer, inputs, pooling.window, output, [("count_include_pad", .integer(0))])
    case .globalAveragePooling:
      if input.isFlat { return inputs[0] }
      return writer.flat(writer.node("GlobalAveragePool", inputs, name: name), output, name: name)
    case .batchNormalization(let normalization):
      let parts = ["scale", "offset", "mean", "variance"].map { part in
        writer.constant("\(name).\(part)", [input.channels], floats: parameter(layer, part))
      }
      return writer.node(
        "BatchNormalization", inputs + parts, [("epsilon", .float(normalization.epsilon))], name: name)
    }
  }

  private mutating func windowed(
    _ type: String, _ layer: LayerDescription, _ inputs: [String], _ window: Window, _ output: ImageShape,
    _ attributes: [(name: String, value: ONNXWriter.Attribute)] = []
  ) -> String {
    let input = shapes[layer.inputs[0]]
    let image = writer.image(inputs[0], input, name: layer.name)
    let placement = ONNXWriter.Placement(window, input: input, output: output)
    let value = writer.node(
      type, [image] + inputs.dropFirst(), placement.attributes + attributes, name: layer.name)
    return writer.flat(value, output, name: layer.name)
  }

  /// Octet runs through an image channels last.
  private mutating func flatten(_ value: String, _ input: ImageShape, _ name: String) -> String {
    if input.isFlat { return value }
    var image = value
    if input.channels > 1 {
      image = writer.node("Transpose", [value], [("perm", .integers([0, 2, 3, 1]))], name: name)
    }
    return writer.node("Flatten", [image], [("axis", .integer(1))], name: name)
  }

  private mutating func bias(_ layer: LayerDescription, _ isThere: Bool, _ count: Int) -> [String] {
    isThere ? [writer.constant("\(layer.name).bias", [count], floats: parameter(layer, "bias"))] : []
  }

  private func parameter(_ layer: LayerDescription, _ name: String) -> [Float] {
    parameters["\(layer.name).\(name)"] ?? []
  }

  /// `cells x channels x filters` becomes `filters x channels x cells`.
  private static func filtersFirst(_ weights: [Float], cells: Int, channels: Int, filters: Int) -> [Float] {
    var ordered: [Float] = []
    ordered.reserveCapacity(weights.count)
    for filter in 0..<filters {
      for channel in 0..<channels {
        for cell in 0..<cells { ordered.append(weights[(cell * channels + channel) * filters + filter]) }
      }
    }
    return ordered
  }
}
