import Octet
import OctetNetwork

/// Writes an int8 model as ONNX with QuantizeLinear and DequantizeLinear around every layer, so that any tool that runs
/// ONNX can check what Octet's integers give.
///
/// Scales and zero points are those of the file; a weight's scale is the one that its output's multiplier stands for.
/// The input is a float image from 0 to 1, as for the float model, or features as they are. A table is looked up with
/// Gather.
package struct ONNXQuantizedExport {
  private let model: Model
  /// What tensors are called: the input, and each layer's by the layer's name.
  private let valueNames: [String]
  var writer = ONNXWriter()
  /// The integers of each tensor, by name.
  private(set) var integers: [String] = []

  /// The bytes of the file. Each output of the model gives the probabilities, if it has them, and the logits.
  package static func file(_ model: Model, octetVersion: String) -> [UInt8] {
    var export = ONNXQuantizedExport(model)
    export.write()
    // Sixteen bits and four came with version 21.
    let isWide =
      (0..<model.outputCount).contains {
        model.tensor(model.output($0).tensor).elementBytes == 2
      } || (0..<model.layerCount).contains { model.layer($0).weightEncoding != .int8 }
    return export.writer.file(
      input: Self.shape(model.input), classNames: model.labels, operators: isWide ? 21 : 17,
      format: isWide ? 10 : 8, octetVersion: octetVersion)
  }

  private init(_ model: Model) {
    self.model = model
    valueNames = ["input"] + model.layerNames
  }

  /// A layer as its kind writes it.
  struct Layer {
    let record: LayerRecord
    let constants: LayerConstants
    let name: String
    /// The tensors that it reads and gives.
    let input: Int
    var secondInput: Int { Int(record.secondInput) }
    let output: Int
    let from: ImageShape
    let to: ImageShape

    fileprivate init(_ model: Model, _ index: Int, name: String) {
      record = model.layer(index)
      constants = model.constants(of: index)
      self.name = name
      input = Int(record.input)
      output = index + 1
      from = ONNXQuantizedExport.shape(model.tensor(input))
      to = ONNXQuantizedExport.shape(model.tensor(output))
    }

    var window: (height: Int, width: Int) { (Int(record.windowHeight), Int(record.windowWidth)) }
    /// The window of a maximum after the layer's own.
    var pool: (height: Int, width: Int) { (Int(record.poolHeight), Int(record.poolWidth)) }
  }

  fileprivate static func shape(_ tensor: TensorRecord) -> ImageShape {
    ImageShape(height: Int(tensor.height), width: Int(tensor.width), channels: Int(tensor.channels))
  }

  private static func scale(_ tensor: TensorRecord) -> Float { Float(bitPattern: tensor.scaleBits) }

  private mutating func write() {
    writeEncoding(0)
    integers.append(quantize(writeInput(), 0))
    for index in 0..<model.layerCount {
      writeEncoding(index + 1)
      let kind = model.layer(index).kind
      let first = writer.nodeCount
      let layer = Layer(model, index, name: valueNames[index + 1])
      integers.append(kind.export.writeIntegers(layer, to: &self))
      writer.describe(from: first, facts(index))
      let isWide = model.tensor(index + 1).elementBytes == 2
      writer.markValue(integers[index + 1], layer.to, isWide ? .int16 : .int8)
    }
    for output in 0..<model.outputCount { writeOutput(output) }
  }

  /// What Octet makes of a layer, for whoever looks at the file.
  private func facts(_ index: Int) -> String {
    let (layer, tensor) = (model.layer(index), model.tensor(index + 1))
    var parts = ["\(layer.kind.name) in Octet"]
    if layer.kind.hasWeights {
      parts.append("\(model.shape(index).weightBytes) bytes of \(layer.weightEncoding.name) weights")
    }
    let multiplyAdds = model.work(ofLayer: index).multiplyAdds
    if multiplyAdds > 0 { parts.append("\(multiplyAdds) multiply-adds") }
    let values = tensor.elementBytes == 2 ? "int16" : "int8"
    parts.append("gives \(values) at scale \(Self.scale(tensor)), zero point \(tensor.zeroPoint)")
    parts.append("\(tensor.ringRows) rows of \(tensor.rowBytes) bytes in the arena")
    return parts.joined(separator: "; ")
  }

  /// What an output's integers stand for, and what its head makes of that.
  private mutating func writeOutput(_ output: Int) {
    let names = OutputNames(output, of: model)
    let tensor = Int(model.output(output).tensor)
    let shape = Self.shape(model.tensor(tensor))
    let logits = dequantize(tensor, name: names.node, output: names.logits)
    switch model.head(ofOutput: output) {
    case .linear: break
    case .softmax:
      writer.markOutput(
        writer.node(
          "Softmax", [logits], [("axis", .integer(-1))], name: names.node, output: names.probabilities), shape
      )
    case .sigmoid:
      writer.markOutput(
        writer.node("Sigmoid", [logits], name: names.node, output: names.probabilities), shape)
    }
    writer.markOutput(logits, shape)
  }

  /// What an output is called in the file. Those of several have their numbers, as `octet predict` calls them.
  private struct OutputNames {
    var node = "head"
    var probabilities = "probabilities"
    var logits = "logits"

    init(_ output: Int, of model: Model) {
      guard model.outputCount > 1 else { return }
      node = "head_\(output)"
      let name = "output_\(output)"
      // What the model gives has the plain name.
      let hasHead = model.head(ofOutput: output) != .linear
      (probabilities, logits) = (name, hasHead ? "\(name)_logits" : name)
    }
  }

  /// What the input's integers stand for of a pixel from 0 to 1: itself, or with a factor and a summand for each
  /// channel. Features are that themselves.
  private mutating func writeInput() -> String {
    let (tensor, channels) = (model.input, model.imageChannels)
    let isUnchanged = model.pixelMap == nil && Self.scale(tensor) == 1 / 255 && tensor.zeroPoint == -128
    guard model.inputKind == .pictures, !isUnchanged else { return ONNXWriter.inputName }
    let scale = Double(Self.scale(tensor))
    var factors = [Double](repeating: 255, count: channels)
    var summands = [Double](repeating: -128, count: channels)
    if let map = model.pixelMap {
      for channel in 0..<channels {
        factors[channel] = 255 * Double(map.factor(channel)) / 65_536
        summands[channel] = (Double(map.offset(channel)) - 32_768) / 65_536
      }
    }
    let axes = Self.shape(tensor).isFlat ? [channels] : [channels, 1, 1]
    var value = ONNXWriter.inputName
    let products = factors.map { Float($0 * scale) }
    if products.contains(where: { $0 != 1 }) {
      let constant = writer.constant("pixels.factor", axes, floats: products)
      value = writer.node("Mul", [value, constant], name: "pixels.product")
    }
    let sums = summands.map { Float(($0 - Double(tensor.zeroPoint)) * scale) }
    if sums.contains(where: { $0 != 0 }) {
      let constant = writer.constant("pixels.summand", axes, floats: sums)
      value = writer.node("Add", [value, constant], name: "pixels.sum")
    }
    return value
  }

  // MARK: integers and back

  private func encoding(_ tensor: Int) -> [String] {
    ["scale", "zero"].map { "\(valueNames[tensor]).\($0)" }
  }

  private mutating func writeEncoding(_ index: Int) {
    let tensor = model.tensor(index)
    let names = encoding(index)
    _ = writer.constant(names[0], [], floats: [Self.scale(tensor)])
    _ =
      tensor.elementBytes == 2
      ? writer.constant(names[1], .int16, [], integers: [Int16(tensor.zeroPoint)])
      : writer.constant(names[1], .int8, [], integers: [tensor.zeroPoint])
  }

  mutating func quantize(_ value: String, _ tensor: Int) -> String {
    writer.node("QuantizeLinear", [value] + encoding(tensor), name: valueNames[tensor])
  }

  mutating func dequantize(_ tensor: Int, name: String, output: String? = nil) -> String {
    dequantize(integers[tensor], tensor, name: name, output: output)
  }

  mutating func dequantize(
    _ integers: String, _ tensor: Int, name: String, output: String? = nil
  ) -> String {
    writer.node("DequantizeLinear", [integers] + encoding(tensor), name: name, output: output)
  }

  /// What a window moves over. Shapes change while the values are integers, since tools look for DequantizeLinear right
  /// before the layer.
  mutating func image(_ layer: Layer) -> String {
    dequantize(
      writer.image(integers[layer.input], layer.from, name: layer.name), layer.input, name: layer.name)
  }

  func shape(_ tensor: Int) -> ImageShape { Self.shape(model.tensor(tensor)) }

  // MARK: what several kinds have

  /// What the constants stand for that a join has in place of a second input.
  ///
  /// Their scale follows from the layer's factors; that of a product from the scales of its input and output.
  mutating func operand(_ layer: Layer) -> String {
    guard let factors = layer.constants.factors else { preconditionFailure("a join has factors") }
    let (output, input) = (
      Double(Self.scale(model.tensor(layer.output))), Double(Self.scale(model.tensor(layer.input)))
    )
    func power(_ shift: UInt8) -> Double { Double(sign: .plus, exponent: -Int(shift), significand: 1) }
    let whole = Double(factors.output) * power(factors.outputShift)
    let scale: Double
    if layer.record.kind.traits.contains(.product) {
      scale = whole * output / input
    } else if layer.record.rounding == .halfUpThenAway {
      // What the second is brought to is twice the larger of both scales.
      let isSquare = layer.record.kind.traits.contains(.squares)
      let twice = isSquare ? (whole * 0x1p14 * output).squareRoot() : whole * 0x1p20 * output
      scale = Double(factors.second) * power(factors.secondShift) * twice
    } else {
      scale = Double(factors.second) * power(factors.outputShift) * output
    }
    let zeroPoint = Int8(bitPattern: factors.operandZeroPoint)
    let isWhole = layer.constants.operand.count != layer.to.channels || layer.to.isFlat
    let axes = isWhole ? ONNXWriter.axes(layer.to) : [layer.to.channels, 1, 1]
    let numbers = layer.constants.operand
    let name = layer.name
    return writer.node(
      "DequantizeLinear",
      [
        writer.constant(
          "\(name).constants", .int8, [1] + axes,
          integers: isWhole ? ONNXWriter.channelsFirst(numbers, layer.to) : numbers),
        writer.constant("\(name).constants_scale", [], floats: [Float(scale)]),
        writer.constant("\(name).constants_zero", .int8, [], integers: [zeroPoint]),
      ], name: name)
  }

  /// Weights and bias as integers, and the nodes that give what they stand for.
  ///
  /// - Parameters:
  ///   - cells: for each output; of so many channels each.
  ///   - shape: of an output's weights.
  ///   - outputsLast: whether the outputs stand side by side in the file.
  mutating func writeConstants(
    _ layer: Layer, cells: Int, channels: Int, shape: [Int], outputsLast: Bool = false
  ) -> [String] {
    let (constants, name) = (layer.constants, layer.name)
    let (input, output) = (model.tensor(layer.input), model.tensor(layer.output))
    let count = layer.to.channels
    let weights = Self.channelsFirst(
      constants.weights, outputs: count, cells: cells, channels: channels, outputsLast: outputsLast)
    // What the file adds for the input's zero point is taken out again.
    let perOutput = cells * channels
    let zeroPoint = Int(input.zeroPoint)
    let weightZeroPoint = layer.record.weightZeroPoint
    let bias = (0..<count).map { output in
      let sum = weights[output * perOutput..<(output + 1) * perOutput].reduce(0) {
        $0 + Int($1) - Int(weightZeroPoint)
      }
      return Int32(truncatingIfNeeded: Int(constants.bias[output]) + zeroPoint * sum)
    }
    let inputScale = Double(Self.scale(input))
    let scales = (0..<count).map { channel in
      let factor =
        Double(constants.multipliers[channel])
        * Double(sign: .plus, exponent: -Int(constants.shifts[channel]), significand: 1)
      return factor * Double(Self.scale(output)) / inputScale
    }
    let zeros = [Int8](repeating: weightZeroPoint, count: count)
    // Weights of three values are written in four bits too: ONNX has nothing smaller.
    let isPacked = layer.record.weightEncoding != .int8
    let real = writer.node(
      "DequantizeLinear",
      [
        isPacked
          ? writer.constant("\(name).weight", [count] + shape, halfBytes: weights)
          : writer.constant("\(name).weight", .int8, [count] + shape, integers: weights),
        writer.constant("\(name).weight_scale", [count], floats: scales.map { Float($0) }),
        isPacked
          ? writer.constant("\(name).weight_zero", [count], halfBytes: zeros)
          : writer.constant("\(name).weight_zero", .int8, [count], integers: zeros),
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

  /// - Parameter places: those of the window; those of the output unless given.
  func placement(_ layer: Layer, places: (height: Int, width: Int)? = nil) -> ONNXWriter.Placement {
    ONNXWriter.Placement(
      window: layer.window, stride: (Int(layer.record.strideDown), Int(layer.record.strideAcross)),
      before: (Int(layer.record.reachAbove), Int(layer.record.reachLeft)), input: layer.from,
      places: places ?? (layer.to.height, layer.to.width))
  }

  /// Brings the integers of an image to the output's own shape.
  ///
  /// After the integers are made, since tools look for QuantizeLinear right behind the layer.
  mutating func fit(_ integers: String, _ placement: ONNXWriter.Placement, _ layer: Layer) -> String {
    let (shape, pool, name) = (layer.to, layer.pool, layer.name)
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
  mutating func clamp(_ value: String, _ layer: Layer) -> String {
    let (name, record) = (layer.name, layer.record)
    let output = model.tensor(layer.output)
    let isWide = output.elementBytes == 2
    let (lowest, highest): (Int16, Int16) = isWide ? (.min, .max) : (-128, 127)
    guard record.minimum > lowest || record.maximum < highest else { return value }
    if record.minimum == Int16(output.zeroPoint), record.maximum == highest {
      return writer.node("Relu", [value], name: name)
    }
    let scale = Self.scale(output)
    let limits = [("least", record.minimum), ("most", record.maximum)].map { word, limit in
      writer.constant("\(name).\(word)", [], floats: [Float(Int(limit) - Int(output.zeroPoint)) * scale])
    }
    return writer.node("Clip", [value] + limits, name: name)
  }
}
