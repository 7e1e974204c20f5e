import Octet
import OctetInterchange
import OctetTraining

extension LiteIntegerConversion {
  mutating func convert(_ layer: LiteNetwork.Layer) throws(ImportError) {
    let inputs = layer.inputs.map { values[$0] }
    let output = try encoding(layer.output, title: layer.title)
    let from = tensors[inputs[0]]
    switch layer.kind {
    case .dense, .convolution, .depthwiseConvolution:
      append(try weighted(layer, inputs, output), shape: layer.shape, output)
    case .maximumPooling(let pooling):
      guard output.zeroPoint == from.zeroPoint, output.scale == from.scale else {
        throw source.failure("\(layer.title) changes scale or zero point, which pooling cannot")
      }
      append(
        windowed(.maximumPooling, pooling.window, from.shape, layer.shape, inputs), shape: layer.shape, output
      )
      let clamp = clamp(layer.function, output)
      if clamp != -128...127 {
        let table = (-128...127).map { Int8(min(max($0, clamp.lowerBound), clamp.upperBound)) }
        append(lookUp(table, from: tensors.count - 1), shape: layer.shape, output)
      }
    case .averagePooling(let pooling):
      let window = pooling.window
      var made = windowed(.averagePooling, window, from.shape, layer.shape, inputs)
      let most = window.height * window.width
      let isCut =
        made.reach != Extent(0, 0)
        || (layer.shape.height - 1) * window.strideHeight + window.height > from.shape.height
        || (layer.shape.width - 1) * window.strideWidth + window.width > from.shape.width
      made.scalings = try averages(isCut ? Array(1...most) : [most], layer, from, output)
      made.clamp = clamp(layer.function, output)
      append(made, shape: layer.shape, output)
    case .globalAveragePooling:
      var made = QuantizedLayer(.globalAveragePooling, inputs: inputs)
      made.scalings = try averages([from.shape.height * from.shape.width], layer, from, output)
      made.clamp = clamp(layer.function, output)
      append(made, shape: layer.shape, output)
    case .add: append(try addition(layer, inputs, output), shape: layer.shape, output)
    case .function(let function):
      let table = (-128...127).map { integer in
        let value = function.value(Double(from.scale) * Double(integer - from.zeroPoint))
        return Int8(min(max((value / Double(output.scale)).rounded() + Double(output.zeroPoint), -128), 127))
      }
      append(lookUp(table, from: inputs[0]), shape: layer.shape, output)
    case .multiply, .shift:
      throw source.failure("\(layer.title) has a constant, which is known in float files only")
    }
    values.append(tensors.count - 1)
    guard layer.function != .tanh else { throw source.failure("\(layer.title) has a fused TANH") }
  }

  private mutating func weighted(
    _ layer: LiteNetwork.Layer, _ inputs: [Int], _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> QuantizedLayer {
    let from = tensors[inputs[0]]
    let outputs = layer.shape.channels
    var made: QuantizedLayer
    let isDepthwise: Bool
    switch layer.kind {
    case .convolution(let convolution):
      made = windowed(.convolution, convolution.window, from.shape, layer.shape, inputs)
      isDepthwise = false
    case .depthwiseConvolution(let depthwise):
      made = windowed(.depthwiseConvolution, depthwise.window, from.shape, layer.shape, inputs)
      isDepthwise = true
    default:
      made = QuantizedLayer(.dense, inputs: inputs)
      isDepthwise = false
    }
    let (weights, scales) = try weights(layer, outputs: outputs, isDepthwise: isDepthwise)
    made.weights = weights
    weightCount += weights.count
    guard weightCount <= NetworkDescription.largestParameterCount else {
      throw source.failure("it has more than \(NetworkDescription.largestParameterCount) weights")
    }
    made.clamp = clamp(layer.function, output)
    // LiteRT's reference kernels round a dense layer's sums once, those of convolutions twice.
    made.roundsTwice = made.kind != .dense
    let bias = try layer.bias.map { (tensor) throws(ImportError) in try integers(tensor) }
    // Of 64 bits where weights are of 16; sums of those do not fit anyway.
    if let wide = bias?.first(where: { Int32(exactly: $0) == nil }) {
      throw source.failure("\(layer.title) has the bias \(wide), which does not fit 32 bits")
    }
    let perOutput = weights.count / outputs
    let room = Int(Int32.max) - Int(Limit.product) * perOutput
    for channel in 0..<outputs {
      let ratio =
        Double(from.scale) * Double(scales.count == 1 ? scales[0] : scales[channel]) / Double(output.scale)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(layer.title), output \(channel): its scales have the ratio \(ratio); 2^-32 to 1/4 fit an .octet file"
        )
      }
      made.scalings.append(scaling)
      var sum = 0
      for place in 0..<perOutput {
        sum += Int(weights[isDepthwise ? place * outputs + channel : channel * perOutput + place])
      }
      // The runtime sums the integers as they are; what the zero point adds is constant.
      let total = (bias?[channel] ?? 0) - from.zeroPoint * sum
      guard abs(total) <= room else {
        throw source.failure(
          "\(layer.title), output \(channel): bias \(total) with \(perOutput) weights could overflow 32 bits")
      }
      made.bias.append(Int32(total))
    }
    return made
  }

  /// Weights in the file's order, which is Octet's, and their scales.
  private func weights(
    _ layer: LiteNetwork.Layer, outputs: Int, isDepthwise: Bool
  ) throws(ImportError) -> ([Int8], [Float]) {
    guard let tensor = layer.weights, source.graph.tensors[tensor].element == .int8 else {
      throw source.failure("\(layer.title) has weights that are not int8")
    }
    let numbers = try integers(tensor)
    let found: LiteGraph.Encoding?
    do throws(FlatBufferTable.Failure) {
      found = try source.graph.encoding(tensor)
    } catch {
      throw source.failure("byte \(error.offset): \(error.reason)")
    }
    guard let found, found.zeroPoints.allSatisfy({ $0 == 0 }),
      found.scales.count == 1 || (found.scales.count == outputs && found.axis == (isDepthwise ? 3 : 0))
    else {
      throw source.failure(
        "\(layer.title) has weights with zero points, or scales that are not one for each output")
    }
    guard numbers.allSatisfy({ $0 >= -127 }) else {
      throw source.failure("\(layer.title) has a weight of -128; -127 to 127 are known")
    }
    return (numbers.map { Int8($0) }, found.scales)
  }

  private func windowed(
    _ kind: QuantizedLayer.Kind, _ window: Window, _ from: ImageShape, _ to: ImageShape, _ inputs: [Int]
  ) -> QuantizedLayer {
    var layer = QuantizedLayer(kind, inputs: inputs)
    layer.window = Extent(window.height, window.width)
    layer.stride = Extent(window.strideHeight, window.strideWidth)
    let border = window.border(input: from, output: to)
    layer.reach = Extent(border.top, border.left)
    return layer
  }

  func lookUp(_ table: [Int8], from tensor: Int) -> QuantizedLayer {
    var layer = QuantizedLayer(.table, inputs: [tensor])
    layer.table = table
    return layer
  }

  private func averages(
    _ counts: [Int], _ layer: LiteNetwork.Layer, _ from: QuantizedTensor, _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> [FixedPointScaling] {
    guard counts.allSatisfy({ $0 <= Int(Limit.averagedCells) }) else {
      throw source.failure(
        "\(layer.title) averages \(counts.max() ?? 0) cells; \(Limit.averagedCells) is the most")
    }
    var scalings: [FixedPointScaling] = []
    for count in counts {
      let ratio = Double(from.scale) / Double(output.scale) / Double(256 * count)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(layer.title) has scales with the ratio \(ratio * Double(256 * count)), which is too large")
      }
      scalings.append(scaling)
    }
    return scalings
  }

  private func addition(
    _ layer: LiteNetwork.Layer, _ inputs: [Int], _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> QuantizedLayer {
    guard let addition = QuantizedLayer.Addition(inputs.map { tensors[$0].scale }, output: output.scale)
    else {
      throw source.failure("\(layer.title) has inputs whose steps are more than 2^20 of its output's")
    }
    var made = QuantizedLayer(.add, inputs: inputs)
    made.addition = addition
    made.clamp = clamp(layer.function, output)
    return made
  }
}

extension LiteNetwork.Function {
  fileprivate func value(_ value: Double) -> Double {
    switch self {
    case .none: value
    case .relu: max(value, 0)
    case .reluN1To1: min(max(value, -1), 1)
    case .relu6: min(max(value, 0), 6)
    case .logistic: logisticFunction(value)
    case .tanh: hyperbolicTangent(value)
    }
  }
}
