import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

extension LiteIntegerConversion {
  /// Appends a layer with the file's own weights, and gives the tensor that it writes.
  mutating func appendWeighted(
    _ kind: some WeightedKind, _ node: Graph.Node, _ inputs: [Int]
  ) throws(ImportError) -> Int {
    let from = tensors[inputs[0]]
    let output = try output(node)
    let outputs = node.shape.channels
    var made = emptyLayer(kind, node, inputs)
    let isDepthwise = kind.fileKind.traits.contains(.channelwise)
    let (weights, scales) = try weights(node, outputs: outputs, isDepthwise: isDepthwise)
    made.weights = weights
    weightCount += weights.count
    guard weightCount <= NetworkDescription.largestParameterCount else {
      throw source.failure("it has more than \(NetworkDescription.largestParameterCount) weights")
    }
    made.clamp = clamp(node.function, output)
    // LiteRT's reference kernels round the sums of FULLY_CONNECTED once, those of convolutions twice.
    made.rounding = node.isMatrixProduct ? .awayFromZero : .halfUpThenAway
    let perOutput = weights.count / outputs
    let room = Int(Int32.max) - Int(Limit.product) * perOutput
    for channel in 0..<outputs {
      let ratio =
        Double(from.scale) * Double(scales.count == 1 ? scales[0] : scales[channel]) / Double(output.scale)
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
}
