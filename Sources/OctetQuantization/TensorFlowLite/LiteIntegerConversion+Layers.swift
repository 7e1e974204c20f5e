import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

extension LiteIntegerConversion {
  /// - Parameter isLast: whether the node is the network's last, which a softmax or sigmoid is the head of.
  mutating func convert(_ node: Graph.Node, isLast: Bool) throws(ImportError) {
    let inputs = node.inputs.map { values[$0] }
    let from = tensors[inputs[0]]
    switch node.operation {
    case .layer(.flatten), .layer(.dropout), .layer(.activation):
      // The integers stay in their order, and a dense layer takes an image in row by row.
      values.append(inputs[0])
      return
    case .softmax:
      guard isLast else {
        throw source.failure("\(node.title) is inside the network; softmax is supported at its end only")
      }
      values.append(inputs[0])
      return
    case .function(.sigmoid) where isLast:
      values.append(inputs[0])
      return
    case .affine, .layer(.batchNormalization):
      throw source.failure("\(node.title) has a constant, which is supported in float files only")
    case .padding:
      throw source.failure("\(node.title) puts zeros around what no convolution reads")
    case .layer, .function, .requantize: break
    }
    guard let tensor = node.tensors.output else { throw source.failure("\(node.title) gives no tensor") }
    let output = try encoding(tensor, title: node.title)
    switch node.operation {
    case .layer(.dense), .layer(.convolution), .layer(.depthwiseConvolution):
      append(try weighted(node, inputs, output), shape: node.shape, output)
    case .layer(.maxPooling(let pooling)):
      guard output.zeroPoint == from.zeroPoint, output.scale == from.scale else {
        throw source.failure("\(node.title) changes scale or zero point, which pooling cannot")
      }
      append(
        windowed(.maximumPooling, pooling.window, from.shape, node.shape, inputs), shape: node.shape, output)
      let clamp = clamp(node.function, output)
      if clamp != -128...127 {
        let table = (-128...127).map { Int8(min(max($0, clamp.lowerBound), clamp.upperBound)) }
        append(lookUp(table, from: tensors.count - 1), shape: node.shape, output)
      }
    case .layer(.averagePooling(let pooling)):
      let window = pooling.window
      var made = windowed(.averagePooling, window, from.shape, node.shape, inputs)
      let most = window.height * window.width
      let isCut =
        made.reach != Extent(0, 0)
        || (node.shape.height - 1) * window.strideHeight + window.height > from.shape.height
        || (node.shape.width - 1) * window.strideWidth + window.width > from.shape.width
      made.scalings = try averages(isCut ? Array(1...most) : [most], node, from, output)
      made.clamp = clamp(node.function, output)
      append(made, shape: node.shape, output)
    case .layer(.globalAveragePooling):
      var made = QuantizedLayer(.globalAveragePooling, inputs: inputs)
      made.scalings = try averages([from.shape.height * from.shape.width], node, from, output)
      made.clamp = clamp(node.function, output)
      append(made, shape: node.shape, output)
    case .layer(.add): append(try addition(node, inputs, output), shape: node.shape, output)
    case .function, .requantize:
      var function = Graph.Function.identity
      if case .function(let own) = node.operation { function = own }
      let table = (-128...127).map { integer in
        let value = function.value(Double(from.scale) * Double(integer - from.zeroPoint))
        return Int8(min(max((value / Double(output.scale)).rounded() + Double(output.zeroPoint), -128), 127))
      }
      append(lookUp(table, from: inputs[0]), shape: from.shape, output)
    case .layer(.batchNormalization), .layer(.flatten), .layer(.dropout), .layer(.activation), .softmax,
      .affine,
      .padding:
      return
    }
    values.append(tensors.count - 1)
    guard node.function != .tanh else { throw source.failure("\(node.title) has a fused TANH") }
  }

  private mutating func weighted(
    _ node: Graph.Node, _ inputs: [Int], _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> QuantizedLayer {
    let from = tensors[inputs[0]]
    let outputs = node.shape.channels
    var made = QuantizedLayer(.dense, inputs: inputs)
    var isDepthwise = false
    if case .layer(.convolution(let convolution)) = node.operation {
      made = windowed(.convolution, convolution.window, from.shape, node.shape, inputs)
    } else if case .layer(.depthwiseConvolution(let convolution)) = node.operation {
      made = windowed(.depthwiseConvolution, convolution.window, from.shape, node.shape, inputs)
      isDepthwise = true
    }
    let (weights, scales) = try weights(node, outputs: outputs, isDepthwise: isDepthwise)
    made.weights = weights
    weightCount += weights.count
    guard weightCount <= NetworkDescription.largestParameterCount else {
      throw source.failure("it has more than \(NetworkDescription.largestParameterCount) weights")
    }
    made.clamp = clamp(node.function, output)
    // LiteRT's reference kernels round the sums of FULLY_CONNECTED once, those of convolutions twice.
    made.rounding = node.isMatrixProduct ? .halfUp : .halfUpThenAway
    let perOutput = weights.count / outputs
    let room = Int(Int32.max) - Int(Limit.product) * perOutput
    for channel in 0..<outputs {
      let ratio =
        Double(from.scale) * Double(scales.count == 1 ? scales[0] : scales[channel]) / Double(output.scale)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(node.title), output \(channel): its scales have the ratio \(ratio); 2^-32 to 1/4 fit an .octet file"
        )
      }
      made.scalings.append(scaling)
      var sum = 0
      for place in 0..<perOutput {
        sum += Int(weights[isDepthwise ? place * outputs + channel : channel * perOutput + place])
      }
      // The runtime sums the integers as they are; what the zero point adds is constant.
      let total = Int(node.bias?[channel] ?? 0) - from.zeroPoint * sum
      guard abs(total) <= room else {
        throw source.failure(
          "\(node.title), output \(channel): bias \(total) with \(perOutput) weights could overflow 32 bits")
      }
      made.bias.append(Int32(total))
    }
    return made
  }

  /// Weights in the order of an .octet file, and their scales.
  private func weights(
    _ node: Graph.Node, outputs: Int, isDepthwise: Bool
  ) throws(ImportError) -> ([Int8], [Float]) {
    guard let tensor = node.tensors.weights, source.file.tensors[tensor].element == .int8 else {
      throw source.failure("\(node.title) has weights that are not int8")
    }
    let found: LiteGraph.Encoding?
    do throws(FlatBufferTable.Failure) {
      found = try source.file.encoding(tensor)
    } catch {
      throw source.failure("byte \(error.offset): \(error.reason)")
    }
    guard let found, found.zeroPoints.allSatisfy({ $0 == 0 }),
      found.scales.count == 1 || (found.scales.count == outputs && found.axis == (isDepthwise ? 3 : 0))
    else {
      throw source.failure(
        "\(node.title) has weights with zero points, or scales that are not one for each output")
    }
    guard node.weights.allSatisfy({ $0 >= -127 }) else {
      throw source.failure("\(node.title) has a weight of -128; -127 to 127 are supported")
    }
    if isDepthwise { return (node.weights.map { Int8($0) }, found.scales) }
    // The graph has the outputs side by side, the file one after the other.
    let perOutput = node.weights.count / outputs
    var ordered: [Int8] = []
    ordered.reserveCapacity(node.weights.count)
    for output in 0..<outputs {
      for place in 0..<perOutput { ordered.append(Int8(node.weights[place * outputs + output])) }
    }
    return (ordered, found.scales)
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
    _ counts: [Int], _ node: Graph.Node, _ from: QuantizedTensor, _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> [FixedPointScaling] {
    guard counts.allSatisfy({ $0 <= Int(Limit.averagedCells) }) else {
      throw source.failure(
        "\(node.title) averages \(counts.max() ?? 0) cells; the limit is \(Limit.averagedCells)")
    }
    var scalings: [FixedPointScaling] = []
    for count in counts {
      let ratio = Double(from.scale) / Double(output.scale) / Double(256 * count)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(node.title) has scales with the ratio \(ratio * Double(256 * count)), which is too large")
      }
      scalings.append(scaling)
    }
    return scalings
  }

  private func addition(
    _ node: Graph.Node, _ inputs: [Int], _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> QuantizedLayer {
    guard tensors[inputs[0]].shape == tensors[inputs[1]].shape else {
      throw source.failure("\(node.title) adds an image and a flattened one; add before flattening")
    }
    guard let addition = QuantizedLayer.Addition(inputs.map { tensors[$0].scale }, output: output.scale)
    else {
      throw source.failure("\(node.title) has inputs whose steps are more than 2^20 of its output's")
    }
    var made = QuantizedLayer(.add, inputs: inputs)
    made.addition = addition
    made.clamp = clamp(node.function, output)
    return made
  }
}

extension Graph.Function {
  fileprivate func value(_ value: Double) -> Double {
    switch self {
    case .identity: value
    case .relu: max(value, 0)
    case .reluN1To1: min(max(value, -1), 1)
    case .relu6: min(max(value, 0), 6)
    case .sigmoid: logisticFunction(value)
    case .tanh: hyperbolicTangent(value)
    }
  }
}
