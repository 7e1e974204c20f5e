import Octet
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining

/// The integers of an ONNX file with QuantizeLinear and DequantizeLinear.
///
/// By its definition a layer there computes floats of its integers, and QuantizeLinear rounds their quotient by the
/// scale to the nearest integer, ties to the even one. A function of one value has 256 results, which are made so. The
/// sums of all else are exact as integers, and each is multiplied by the ratio of the scales and rounded, ties up: the
/// result is the same but for ties, and for quotients that the floats of the definition round across one.
package enum ONNXArithmetic {
  /// What QuantizeLinear and DequantizeLinear leave of a value.
  package static func real(_ value: Float, _ encoding: IntegerLayer.Encoding) -> Float {
    encoding.scale * Float(quantized(value, encoding) - encoding.zeroPoint)
  }

  static func quantized(_ value: Float, _ encoding: IntegerLayer.Encoding) -> Int {
    let quotient = (value / encoding.scale).rounded(.toNearestOrEven)
    return min(
      max(Int(min(max(quotient, -1e6), 1e6)) + encoding.zeroPoint, encoding.lowest), encoding.highest)
  }

  /// What a function that only cuts values off leaves of the integers.
  static func clamp(_ function: Graph.Function, _ encoding: IntegerLayer.Encoding) -> ClosedRange<Int> {
    guard let limits = function.expression.limits else {
      preconditionFailure("only functions that cut values off are fused")
    }
    let low = limits.low == -.infinity ? encoding.lowest : quantized(Float(limits.low), encoding)
    let high = limits.high == .infinity ? encoding.highest : quantized(Float(limits.high), encoding)
    return low...max(low, high)
  }
}

extension LiteIntegerConversion {
  /// The 256 results of a function of one value.
  func results(
    of function: Graph.Function, _ node: Graph.Node, _ from: QuantizedTensor, _ to: IntegerLayer.Encoding
  ) throws(ImportError) -> [Int8] {
    let expression = function.expression
    var table: [Int8] = []
    for integer in -128...127 {
      let value = from.scale * Float(integer - from.zeroPoint)
      let result = Float(expression.value(Double(value)))
      guard !result.isNaN else { throw source.failure("\(node.title) gives no number for \(value)") }
      table.append(Int8(ONNXArithmetic.quantized(result, to)))
    }
    return table
  }

  /// Appends a layer whose weights are the file's integers, which the graph has as the floats that they stand for.
  mutating func appendReal(_ kind: some WeightedKind, _ node: Graph.Node, _ inputs: [Int]) throws(ImportError)
    -> Int
  {
    let from = tensors[inputs[0]]
    let outputs = node.shape.channels
    guard let found = node.tensors.weights, let encoding = try knownEncoding(found),
      encoding.scales.count == 1 || encoding.scales.count == outputs,
      encoding.scales.allSatisfy({ $0.isFinite && $0 > 0 })
    else {
      let type = node.title.prefix { $0 != " " }
      throw source.failure(
        "\(node.title) has weights that no DequantizeLinear makes of integers, with one scale or one for each output: "
          + "quantize \(type) too (op_types_to_quantize; in onnxruntime ConvTranspose with QuantFormat.QDQ alone)"
      )
    }
    let scales = (0..<outputs).map { Double(encoding.scales[encoding.scales.count == 1 ? 0 : $0]) }
    // The outputs stand side by side in the graph.
    var integers: [Int] = []
    integers.reserveCapacity(node.weights.count)
    for (place, weight) in node.weights.enumerated() {
      let quotient = (Double(weight) / scales[place % outputs]).rounded()
      guard abs(quotient) <= 255 else {
        throw source.failure(
          "\(node.title) has a weight of \(weight), which is no integer of 8 bits by its scale")
      }
      integers.append(Int(quotient))
    }
    return try append(
      kind, node, inputs, integers: integers, scales: scales,
      bias: (0..<outputs).map { output in
        ((node.bias?[output] ?? 0) / (Double(from.scale) * scales[output])).rounded()
      })
  }

  /// - Parameters:
  ///   - integers: less their zero point, the outputs side by side.
  ///   - bias: in steps of the sums, without what the input's zero point adds.
  mutating func append(
    _ kind: some WeightedKind, _ node: Graph.Node, _ inputs: [Int], integers: [Int], scales: [Double],
    bias: [Double]
  ) throws(ImportError) -> Int {
    let from = tensors[inputs[0]]
    let outputs = scales.count
    let read = source.graph.shape(node.inputs[0])
    guard kind.fileKind == .dense || from.shape == read || from.shape == node.shape else {
      throw source.failure(
        "\(node.title) reads a flattened \(from.shape); only dense layers can, so put it before what flattens"
      )
    }
    var made = emptyLayer(kind, node, inputs)
    let isDepthwise = kind.fileKind.traits.contains(.channelwise)
    let perOutput = integers.count / outputs
    var ordered = integers
    if !isDepthwise {
      ordered = (0..<outputs).flatMap { output in (0..<perOutput).map { integers[$0 * outputs + output] } }
    }
    // Unsigned weights may reach from -255 to 255 less their zero point, over 256 values.
    let least = min(ordered.min() ?? 0, 0)
    let zeroPoint = ordered.allSatisfy { (-128...127).contains($0) } ? 0 : -128 - least
    guard ordered.allSatisfy({ (-128...127).contains($0 + zeroPoint) }) else {
      throw source.failure("\(node.title) has weights over more than 256 integers")
    }
    made.weights = ordered.map { Int8($0 + zeroPoint) }
    made.weightZeroPoint = zeroPoint
    storeInFewerBits(&made, node)
    weightCount += made.weights.count
    guard weightCount <= NetworkDescription.largestParameterCount else {
      throw source.failure("it has more than \(NetworkDescription.largestParameterCount) weights")
    }
    let room = Int(Int32.max) - Int(zeroPoint == 0 ? Limit.product : Limit.offsetProduct) * perOutput
    let sums = (0..<outputs).map { channel in
      (0..<perOutput).reduce(0) {
        $0 + ordered[isDepthwise ? $1 * outputs + channel : channel * perOutput + $1]
      }
    }
    let canBeWide = kind.fileKind == .dense || kind.fileKind == .convolution
    let output =
      canBeWide
      ? try encoding(node, from, integers: integers, scales: scales, bias: bias)
      : try self.output(node)
    made.clamp = ONNXArithmetic.clamp(node.function, output)
    for channel in 0..<outputs {
      let ratio = Double(from.scale) * scales[channel] / Double(output.scale)
      guard let scaling = FixedPointScaling(ratio) else {
        throw source.failure(
          "\(node.title), output \(channel): its scales have the ratio \(ratio); 0 to 16 fit an .octet file")
      }
      made.scalings.append(scaling)
      let total = bias[channel] - Double(from.zeroPoint * sums[channel])
      guard abs(total) <= Double(room) else {
        throw source.failure(
          "\(node.title), output \(channel): bias \(total) with \(perOutput) weights could overflow 32 bits")
      }
      made.bias.append(Int32(total))
    }
    return append(made, shape: node.shape, output)
  }

  /// What the integers of a layer stand for: what the file says, or where an output of the model is left as floats,
  /// integers of 16 bits that the largest sum fits.
  private func encoding(
    _ node: Graph.Node, _ from: QuantizedTensor, integers: [Int], scales: [Double], bias: [Double]
  ) throws(ImportError) -> IntegerLayer.Encoding {
    guard node.tensors.output == nil, isLast else { return try output(node) }
    var (largest, widest) = (0.0, 0.0)
    for channel in scales.indices {
      var sum = abs(bias[channel])
      for place in stride(from: channel, to: integers.count, by: scales.count) {
        sum += Double(abs(integers[place]) * max(127 - from.zeroPoint, from.zeroPoint + 128))
      }
      let step = Double(from.scale) * scales[channel]
      (largest, widest) = (max(largest, sum * step), max(widest, step))
    }
    let scale = Float(max(largest / 32_767, widest / 16 * (1 + 1e-6), 1e-30)).nextUp
    return IntegerLayer.Encoding(scale: scale, zeroPoint: 0, elementBytes: 2)
  }

  /// Whether nothing but outputs, and their softmax or sigmoid, needs what the node at hand gives.
  private var isLast: Bool {
    // That of the node at hand, which is the next one.
    let value = values.count
    return source.graph.nodes.allSatisfy { reader in
      guard reader.inputs.contains(value) else { return true }
      return reader.operation.isHead
    }
  }
}
