import Octet
import OctetNetwork

/// Writes an int8 model as ONNX with QuantizeLinear and DequantizeLinear around every layer, so that any tool that runs
/// ONNX can check what Octet's integers give.
///
/// Scales and zero points are those of the file; a weight's scale is the one that its output's multiplier stands for.
/// The input is a float image from 0 to 1, as for the float model. A table is looked up with Gather.
package struct ONNXQuantizedExport {
  private let model: Model
  private var writer = ONNXWriter()
  /// The integers of each tensor, by name.
  private var integers: [String] = []

  /// The bytes of the file. Its outputs are the probabilities, if the model has them, and the logits.
  package static func file(_ model: Model, octetVersion: String) -> [UInt8] {
    var export = ONNXQuantizedExport(model)
    export.write()
    // Sixteen bits came with version 21.
    let isWide = model.logits.elementBytes == 2
    return export.writer.file(
      input: Self.shape(model.input), classNames: model.labels, operators: isWide ? 21 : 17,
      format: isWide ? 10 : 8, octetVersion: octetVersion)
  }

  private init(_ model: Model) { self.model = model }

  private static func shape(_ tensor: TensorRecord) -> ImageShape {
    ImageShape(height: Int(tensor.height), width: Int(tensor.width), channels: Int(tensor.channels))
  }

  private static func scale(_ tensor: TensorRecord) -> Float { Float(bitPattern: tensor.scaleBits) }

  private mutating func write() {
    writeEncoding(0)
    integers.append(quantize(ONNXWriter.inputName, 0))
    for index in 0..<model.layerCount {
      writeEncoding(index + 1)
      integers.append(write(index))
    }
    let shape = Self.shape(model.logits)
    let logits = dequantize(model.layerCount, name: "head", output: "logits")
    switch model.head {
    case .linear: break
    case .softmax:
      writer.markOutput(
        writer.node("Softmax", [logits], [("axis", .integer(-1))], name: "head", output: "probabilities"),
        shape)
    case .sigmoid:
      writer.markOutput(writer.node("Sigmoid", [logits], name: "head", output: "probabilities"), shape)
    }
    writer.markOutput(logits, shape)
  }

  // MARK: integers and back

  private func encoding(_ tensor: Int) -> [String] { ["tensor_\(tensor).scale", "tensor_\(tensor).zero"] }

  private mutating func writeEncoding(_ index: Int) {
    let tensor = model.tensor(index)
    let names = encoding(index)
    _ = writer.constant(names[0], [], floats: [Self.scale(tensor)])
    _ =
      tensor.elementBytes == 2
      ? writer.constant(names[1], .int16, [], integers: [Int16(tensor.zeroPoint)])
      : writer.constant(names[1], .int8, [], integers: [tensor.zeroPoint])
  }

  private mutating func quantize(_ value: String, _ tensor: Int) -> String {
    writer.node("QuantizeLinear", [value] + encoding(tensor), name: "tensor_\(tensor)")
  }

  private mutating func dequantize(_ tensor: Int, name: String, output: String? = nil) -> String {
    dequantize(integers[tensor], tensor, name: name, output: output)
  }

  private mutating func dequantize(
    _ integers: String, _ tensor: Int, name: String, output: String? = nil
  ) -> String {
    writer.node("DequantizeLinear", [integers] + encoding(tensor), name: name, output: output)
  }

  /// What a window moves over. Shapes change while the values are integers, since tools look for DequantizeLinear right
  /// before the layer.
  private mutating func image(_ tensor: Int, name: String) -> String {
    let shaped = writer.image(integers[tensor], Self.shape(model.tensor(tensor)), name: name)
    return dequantize(shaped, tensor, name: name)
  }

  // MARK: layers

  /// Gives the integers of the layer's output.
  private mutating func write(_ index: Int) -> String {
    let layer = model.layer(index)
    let name = "layer_\(index + 1)"
    let input = Int(layer.input)
    switch layer.kind {
    case .table: return lookUp(integers[input], model.constants(of: index).table, name)
    case .dense, .convolution, .depthwiseConvolution: return writeWeighted(index, layer, name)
    case .maximumPooling:
      let placement = placement(layer, places: Self.shape(model.tensor(index + 1)))
      let pooled = windowed("MaxPool", [image(input, name: name)], placement, name, [])
      return fit(quantize(pooled, index + 1), placement, to: index + 1, name)
    case .averagePooling:
      let placement = placement(layer, places: Self.shape(model.tensor(index + 1)))
      let pooled = windowed(
        "AveragePool", [image(input, name: name)], placement, name, [("count_include_pad", .integer(0))])
      return fit(quantize(clamp(pooled, index, name), index + 1), placement, to: index + 1, name)
    case .globalAveragePooling:
      let value = dequantize(input, name: name)
      if Self.shape(model.tensor(input)).isFlat { return quantize(clamp(value, index, name), index + 1) }
      let mean = writer.node("GlobalAveragePool", [value], name: name)
      return writer.flat(
        quantize(clamp(mean, index, name), index + 1), Self.shape(model.tensor(index + 1)), name: name)
    case .add:
      let sum = writer.node(
        "Add", [dequantize(input, name: name), dequantize(Int(layer.secondInput), name: name)], name: name)
      return quantize(clamp(sum, index, name), index + 1)
    }
  }

  private mutating func writeWeighted(_ index: Int, _ layer: LayerRecord, _ name: String) -> String {
    let constants = model.constants(of: index)
    let input = Int(layer.input)
    let (from, output) = (Self.shape(model.tensor(input)), Self.shape(model.tensor(index + 1)))
    let parts = writeConstants(constants, layer, from: from, index: index, name)
    var quantized: String
    if layer.kind.traits.contains(.wholeInput) {
      let flat =
        from.isFlat
        ? integers[input] : writer.node("Flatten", [integers[input]], [("axis", .integer(1))], name: name)
      let value = dequantize(flat, input, name: name)
      let sums = writer.node("Gemm", [value] + parts, [("transB", .integer(1))], name: name)
      quantized = quantize(clamp(sums, index, name), index + 1)
    } else {
      let pool = (height: Int(layer.poolHeight), width: Int(layer.poolWidth))
      let places = ImageShape(
        height: output.height * pool.height, width: output.width * pool.width, channels: output.channels)
      let placement = placement(layer, places: places)
      let sums = windowed(
        "Conv", [image(input, name: name)] + parts, placement, name,
        [("group", .integer(layer.kind.traits.contains(.channelwise) ? from.channels : 1))], pool: pool)
      quantized = fit(
        quantize(clamp(sums, index, name), index + 1), placement, pool: pool, to: index + 1, name)
    }
    return constants.table.isEmpty ? quantized : lookUp(quantized, constants.table, name)
  }

  /// Weights and bias as integers, and the nodes that give what they stand for.
  private mutating func writeConstants(
    _ constants: LayerConstants, _ layer: LayerRecord, from: ImageShape, index: Int, _ name: String
  ) -> [String] {
    let input = model.tensor(Int(layer.input))
    let output = model.tensor(index + 1)
    let count = Int(output.channels)
    let (isWhole, isChannelwise) = (
      layer.kind.traits.contains(.wholeInput), layer.kind.traits.contains(.channelwise)
    )
    let cells = isWhole ? from.height * from.width : Int(layer.windowHeight) * Int(layer.windowWidth)
    let channels = isChannelwise ? 1 : from.channels
    let weights = Self.channelsFirst(
      constants.weights, outputs: count, cells: cells, channels: channels,
      outputsLast: isChannelwise)
    // What the file adds for the input's zero point is taken out again.
    let perOutput = cells * channels
    let zeroPoint = Int(input.zeroPoint)
    let bias = (0..<count).map { output in
      let sum = weights[output * perOutput..<(output + 1) * perOutput].reduce(0) { $0 + Int($1) }
      return Int32(truncatingIfNeeded: Int(constants.bias[output]) + zeroPoint * sum)
    }
    let inputScale = Double(Self.scale(input))
    let scales = (0..<count).map { channel in
      let factor =
        Double(constants.multipliers[channel])
        * Double(sign: .plus, exponent: -Int(constants.shifts[channel]), significand: 1)
      return factor * Double(Self.scale(output)) / inputScale
    }
    let shape =
      isWhole
      ? [count, perOutput] : [count, channels, Int(layer.windowHeight), Int(layer.windowWidth)]
    let real = writer.node(
      "DequantizeLinear",
      [
        writer.constant("\(name).weight", .int8, shape, integers: weights),
        writer.constant("\(name).weight_scale", [count], floats: scales.map { Float($0) }),
        writer.constant("\(name).weight_zero", .int8, [count], integers: [Int8](repeating: 0, count: count)),
      ], [("axis", .integer(0))], name: name)
    let realBias = writer.node(
      "DequantizeLinear",
      [
        writer.constant("\(name).bias", .int32, [count], integers: bias),
        writer.constant("\(name).bias_scale", [count], floats: scales.map { Float($0 * inputScale) }),
        writer.constant("\(name).bias_zero", .int32, [count], integers: [Int32](repeating: 0, count: count)),
      ], [("axis", .integer(0))], name: name)
    return [real, realBias]
  }

  /// `outputs x cells x channels`, or with the outputs last, becomes `outputs x channels x cells`.
  private static func channelsFirst(
    _ weights: [Int8], outputs: Int, cells: Int, channels: Int, outputsLast: Bool
  ) -> [Int8] {
    var ordered: [Int8] = []
    ordered.reserveCapacity(weights.count)
    for output in 0..<outputs {
      for channel in 0..<channels {
        for cell in 0..<cells {
          ordered.append(
            weights[
              outputsLast ? cell * outputs + output : (output * cells + cell) * channels + channel])
        }
      }
    }
    return ordered
  }

  private func placement(_ layer: LayerRecord, places: ImageShape) -> ONNXWriter.Placement {
    ONNXWriter.Placement(
      window: (Int(layer.windowHeight), Int(layer.windowWidth)),
      stride: (Int(layer.strideDown), Int(layer.strideAcross)),
      before: (Int(layer.reachAbove), Int(layer.reachLeft)),
      input: Self.shape(model.tensor(Int(layer.input))), places: (places.height, places.width))
  }

  private mutating func windowed(
    _ type: String, _ inputs: [String], _ placement: ONNXWriter.Placement, _ name: String,
    _ attributes: [(name: String, value: ONNXWriter.Attribute)], pool: (height: Int, width: Int) = (1, 1)
  ) -> String {
    var value = writer.node(type, inputs, placement.attributes + attributes, name: name)
    if pool != (1, 1) {
      let size = ONNXWriter.Attribute.integers([pool.height, pool.width])
      value = writer.node("MaxPool", [value], [("kernel_shape", size), ("strides", size)], name: name)
    }
    return value
  }

  /// Brings the integers of an image to the output's own shape.
  ///
  /// After the integers are made, since tools look for QuantizeLinear right behind the layer.
  private mutating func fit(
    _ integers: String, _ placement: ONNXWriter.Placement, pool: (height: Int, width: Int) = (1, 1),
    to output: Int,
    _ name: String
  ) -> String {
    let shape = Self.shape(model.tensor(output))
    var value = integers
    // The file may want fewer rows or columns than there are places for.
    if placement.found.height / pool.height > shape.height || placement.found.width / pool.width > shape.width
    {
      let ends = writer.constant(
        "\(name).ends", .int64, [2], integers: [Int64(shape.height), Int64(shape.width)])
      let starts = writer.constant("\(name).starts", .int64, [2], integers: [Int64(0), 0])
      let axes = writer.constant("\(name).cut_axes", .int64, [2], integers: [Int64(2), 3])
      value = writer.node("Slice", [value, starts, ends, axes], name: name)
    }
    return writer.flat(value, shape, name: name)
  }

  /// What the layer's clamp cuts off beyond the range of the integers themselves.
  private mutating func clamp(_ value: String, _ index: Int, _ name: String) -> String {
    let layer = model.layer(index)
    let output = model.tensor(index + 1)
    let isWide = output.elementBytes == 2
    let (lowest, highest): (Int16, Int16) = isWide ? (.min, .max) : (-128, 127)
    guard layer.minimum > lowest || layer.maximum < highest else { return value }
    if layer.minimum == Int16(output.zeroPoint), layer.maximum == highest {
      return writer.node("Relu", [value], name: name)
    }
    let scale = Self.scale(output)
    let limits = [("least", layer.minimum), ("most", layer.maximum)].map { word, limit in
      writer.constant("\(name).\(word)", [], floats: [Float(Int(limit) - Int(output.zeroPoint)) * scale])
    }
    return writer.node("Clip", [value] + limits, name: name)
  }

  private mutating func lookUp(_ integers: String, _ table: [Int8], _ name: String) -> String {
    let wide = writer.node(
      "Cast", [integers], [("to", .integer(Int(ONNXWriter.Element.int64.rawValue)))], name: name)
    let first = writer.constant("\(name).first", .int64, [], integers: [Int64(128)])
    let place = writer.node("Add", [wide, first], name: name)
    return writer.node(
      "Gather", [writer.constant("\(name).table", .int8, [256], integers: table), place], name: name)
  }
}
