import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

extension LiteIntegerConversion {
  /// Appends a layer with the file's own weights, and gives the tensor that it writes.
  mutating func appendWeighted(
    _ kind: some WeightedKind, _ node: Graph.Node, _ inputs: [Int]
  ) throws(ImportError) -> Int {
    if source.rules == .onnx { return try appendReal(kind, node, inputs) }
    let from = tensors[inputs[0]]
    let output = try output(node)
    let outputs = node.shape.channels
    var made = emptyLayer(kind, node, inputs)
    let isDepthwise = kind.fileKind.traits.contains(.channelwise)
    let (weights, scales, weightZeroPoint) = try weights(node, outputs: outputs, isDepthwise: isDepthwise)
    made.weights = weights
    made.weightZeroPoint = weightZeroPoint
    storeInFewerBits(&made, node)
    weightCount += weights.count
    guard weightCount <= NetworkDescription.largestParameterCount else {
      throw source.failure("it has more than \(NetworkDescription.largestParameterCount) weights")
    }
    made.clamp = clamp(node.function, output)
    // LiteRT's reference kernels round the sums of FULLY_CONNECTED once, those of convolutions twice.
    made.rounding = node.isMatrixProduct ? .awayFromZero : .halfUpThenAway
    let perOutput = weights.count / outputs
    let room =
      Int(Int32.max) - Int(weightZeroPoint == 0 ? Limit.product : Limit.offsetProduct) * perOutput
    // Those kernels multiply the scales of unsigned convolutions as floats.
    let isSingle = givesUnsigned(node) && !node.isMatrixProduct
    for channel in 0..<outputs {
      let scale = scales.count == 1 ? scales[0] : scales[channel % scales.count]
      let product = isSingle ? Double(from.scale * scale) : Double(from.scale) * Double(scale)
      let ratio = product / Double(output.scale)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(node.title), output \(channel): its scales have the ratio \(ratio); 0 to 16 fit an .octet file"
        )
      }
      made.scalings.append(scaling)
      var sum = 0
      for place in 0..<perOutput {
        sum += Int(weights[isDepthwise ? place * outputs + channel : channel * perOutput + place])
      }
      sum -= perOutput * weightZeroPoint
      // The runtime sums the integers as they are; what the zero point adds is constant.
      let total = Int(node.bias?[channel] ?? 0) - from.zeroPoint * sum
      guard abs(total) <= room else {
        throw source.failure(
          "\(node.title), output \(channel): bias \(total) with \(perOutput) weights could overflow 32 bits")
      }
      made.bias.append(Int32(total))
    }
    return append(made, shape: node.shape, output)
  }

  /// Weights that a file has in four bits stay so, unless a zero point that was taken from them made them larger.
  func storeInFewerBits(_ layer: inout QuantizedLayer, _ node: Graph.Node) {
    guard let tensor = node.tensors.weights, source.tensor(tensor).isHalfByte, layer.weightZeroPoint == 0,
      layer.weights.allSatisfy(WeightEncoding.int4.range.contains)
    else { return }
    layer.encoding = .int4
  }

  /// Appends a layer whose weights are 0 and 1, with at most one 1 for each output: the integers stay what they are.
  mutating func appendMove(_ kind: some WeightedKind, _ node: Graph.Node, _ inputs: [Int]) -> Int {
    let from = tensors[inputs[0]]
    let outputs = node.shape.channels
    var made = emptyLayer(kind, node, inputs)
    let isDepthwise = kind.fileKind.traits.contains(.channelwise)
    made.weights = ordered(node, outputs: outputs, isDepthwise: isDepthwise).map { Int8($0) }
    made.clamp = -128...127
    let perOutput = made.weights.count / outputs
    for channel in 0..<outputs {
      var sum = 0
      for place in 0..<perOutput {
        sum += Int(made.weights[isDepthwise ? place * outputs + channel : channel * perOutput + place])
      }
      made.bias.append(Int32(-from.zeroPoint * sum))
      // A factor of 1.
      made.scalings.append(FixedPointScaling(multiplier: 1 << 30, shift: 30))
    }
    return append(
      made, shape: node.shape, IntegerLayer.Encoding(scale: from.scale, zeroPoint: from.zeroPoint))
  }

  /// Weights in the order of an .octet file, their scales and their zero point.
  private func weights(
    _ node: Graph.Node, outputs: Int, isDepthwise: Bool
  ) throws(ImportError) -> ([Int8], [Float], zeroPoint: Int) {
    let isUnsigned = givesUnsigned(node)
    guard let tensor = node.tensors.weights,
      source.tensor(tensor).element == (isUnsigned ? .uint8 : .int8)
    else {
      throw source.failure(
        "\(node.title) has weights that are not \(isUnsigned ? "uint8" : "int8") as its output is")
    }
    guard let found = try knownEncoding(tensor) else {
      throw source.failure("\(node.title) has weights without a scale")
    }
    if isUnsigned {
      guard found.scales.count == 1, found.zeroPoints.count == 1, (0...255).contains(found.zeroPoints[0])
      else {
        throw source.failure("\(node.title) has uint8 weights with more than one scale or zero point")
      }
    } else {
      guard found.zeroPoints.allSatisfy({ $0 == 0 }),
        found.scales.count == 1
          || (found.scales.count == outputs / node.phases && found.axis == (isDepthwise ? 3 : 0))
      else {
        throw source.failure(
          "\(node.title) has weights with zero points, or scales that are not one for each output")
      }
    }
    let (ordered, zeroPoint) = Self.signed(
      ordered(node, outputs: outputs, isDepthwise: isDepthwise), zeroPoint: found.zeroPoints[0])
    return (ordered, found.scales, zeroPoint)
  }

  /// The weights as int8 and their zero point, which is 0 wherever that is possible: every kernel takes these.
  ///
  /// - Parameters:
  ///   - weights: less their zero point.
  ///   - zeroPoint: that of the file's bytes.
  static func signed(_ weights: [Int], zeroPoint: Int) -> ([Int8], zeroPoint: Int) {
    if weights.allSatisfy({ (-128...127).contains($0) }) { return (weights.map { Int8($0) }, 0) }
    return (weights.map { Int8($0 + zeroPoint - 128) }, zeroPoint - 128)
  }

  /// The file's integers, less their zero point, in the order of an .octet file.
  func ordered(_ node: Graph.Node, outputs: Int, isDepthwise: Bool) -> [Int] {
    if isDepthwise { return node.weights.map { Int($0) } }
    // The graph has the outputs side by side, the file one after the other.
    let perOutput = node.weights.count / outputs
    var ordered: [Int] = []
    ordered.reserveCapacity(node.weights.count)
    for output in 0..<outputs {
      for place in 0..<perOutput { ordered.append(Int(node.weights[place * outputs + output])) }
    }
    return ordered
  }
}
