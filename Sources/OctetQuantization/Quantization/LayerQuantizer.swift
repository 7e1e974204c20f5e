import Octet
import OctetNetwork

/// Chooses the integers of one layer, given the encodings of what it reads and the ranges of what it writes.
struct LayerQuantizer {
  let layer: LoweredLayer
  let inputs: [IntegerLayer.Encoding]
  /// The range of the layer's output; where a table follows, also that of what goes into it.
  let outputRange: ValueRange
  let sumsRange: ValueRange
  /// Whether this is the last layer, whose integers may be wide.
  let isLast: Bool

  /// Room that int16 logits leave above the largest value seen.
  private static let logitHeadroom = 2.0

  func quantize(weightScales: [Double]) throws(QuantizationError) -> IntegerLayer {
    switch layer.kind {
    case .dense, .convolution, .depthwiseConvolution: return try weighted(weightScales)
    case .maximumPooling: return plain(output: inputs[0])
    case .activation: return table()
    case .add: return addition()
    case .averagePooling(let window):
      return try average(
        cellCounts: isCut(window) ? Array(1...window.height * window.width) : [window.height * window.width])
    case .globalAveragePooling:
      return try average(cellCounts: [layer.input.height * layer.input.width])
    }
  }

  private func encoding(_ range: ValueRange, atLeast smallest: Double) -> IntegerLayer.Encoding {
    let usual = range.parameters
    if Double(usual.scale) >= smallest {
      return IntegerLayer.Encoding(scale: usual.scale, zeroPoint: usual.zeroPoint)
    }
    // Rounded up, so that the ratio stays below its limit.
    let scale = Float(smallest).nextUp
    let zeroPoint = (-128 - range.low / Double(scale)).rounded()
    return IntegerLayer.Encoding(scale: scale, zeroPoint: Int(min(max(zeroPoint, -128), 127)))
  }

  /// Where the activation still changes by half a step of its output: beyond, all sums give the same.
  private var usefulSumsRange: ValueRange {
    let limit: Double
    switch layer.activation {
    // 1 - sigmoid(6.5) is below 1/510, 1 - tanh(3.3) below 1/254.
    case .sigmoid: limit = 6.5
    case .tanh: limit = 3.3
    case .linear, .relu, .softmax: return sumsRange
    }
    return ValueRange(max(sumsRange.low, -limit), min(sumsRange.high, limit))
  }

  private func plain(output: IntegerLayer.Encoding) -> IntegerLayer {
    IntegerLayer(sums: output, output: output, clamp: clamp(output))
  }

  /// ReLU is a clamp at the zero point.
  private func clamp(_ encoding: IntegerLayer.Encoding) -> ClosedRange<Int> {
    (layer.activation == .relu ? encoding.zeroPoint : encoding.lowest)...encoding.highest
  }

  // MARK: weighted layers

  private func weighted(_ weightScales: [Double]) throws(QuantizationError) -> IntegerLayer {
    let room = Int(Int32.max) - 16_384 * layer.weightsPerOutput
    guard room > 0 else {
      throw .unsupported(
        layer: layer.name,
        reason: "\(layer.weightsPerOutput) weights for one output could overflow 32 bits; 131,071 is the most"
      )
    }
    let inputScale = Double(inputs[0].scale)
    // The sums times input scale times weight scale are the real values; the ratio to the output's scale stays below
    // 1/4.
    let smallest = 4 * (1 + 1e-9) * inputScale * (weightScales.max() ?? 0)
    var integers: IntegerLayer
    if layer.needsTable {
      let sums = encoding(usefulSumsRange, atLeast: smallest)
      let output = encoding(outputRange, atLeast: 0)
      integers = IntegerLayer(sums: sums, output: output, clamp: -128...127)
      integers.table = entries(from: sums, to: output)
    } else if isLast {
      let largest = max(-outputRange.low, outputRange.high) * Self.logitHeadroom
      let scale = Float(max(smallest, largest / 32_767, 1e-30)).nextUp
      integers = plain(output: IntegerLayer.Encoding(scale: scale, zeroPoint: 0, elementBytes: 2))
    } else {
      integers = plain(output: encoding(outputRange, atLeast: smallest))
    }
    integers.weightScales = weightScales.enumerated().map { channel, scale in
      usableScale(scale, channel: channel, room: room, sums: integers.sums)
    }
    integers.scalings = integers.weightScales.map { scale in
      // Within the limits by the choice of both scales; the clamp only guards against the last bit.
      let ratio = inputScale * scale / Double(integers.sums.scale)
      let kept = min(max(ratio, FixedPointScaling.smallest), FixedPointScaling.limit * (1 - 0x1p-40))
      return FixedPointScaling(kept) ?? FixedPointScaling(multiplier: .max, shift: 33)
    }
    integers.weights = round(layer.weights, integers.weightScales)
    setBias(&integers, layer.bias.map { Double($0) })
    return integers
  }

  /// The weight scale, raised where the ratio would be too small for the format or the bias too large for 32 bits.
  private func usableScale(
    _ scale: Double, channel: Int, room: Int, sums: IntegerLayer.Encoding
  ) -> Double {
    let inputScale = Double(inputs[0].scale)
    let step = Double(sums.scale) / inputScale
    // Without weights any ratio does; this one gives the bias eight bits below a step of the output.
    guard scale > 0 else { return step / 256 }
    let bias = abs(Double(layer.bias[channel])) + 512 * Double(sums.scale)
    let smallest = max(step * 0x1p-31, 4 * bias / inputScale / Double(room))
    return min(max(scale, smallest), step / 4 * (1 - 1e-9))
  }

  private func round(_ weights: [Float], _ scales: [Double]) -> [Int8] {
    let inverses = scales.map { 1 / $0 }
    return weights.indices.map { index in
      Int8(min(max((Double(weights[index]) * inverses[index % inverses.count]).rounded(), -127), 127))
    }
  }

  /// Sets the integer bias from the real one.
  ///
  /// Where a table follows, its input has a zero point of its own while the format adds that of the output: the
  /// difference goes into the bias.
  func setBias(_ integers: inout IntegerLayer, _ bias: [Double]) {
    let inputScale = Double(inputs[0].scale)
    let shift = Double(integers.sums.zeroPoint - integers.output.zeroPoint) * Double(integers.sums.scale)
    let outputs = integers.weightScales.count
    var weightSums = [Int](repeating: 0, count: outputs)
    for (index, weight) in integers.weights.enumerated() { weightSums[index % outputs] += Int(weight) }
    let room = Int(Int32.max) - 16_384 * layer.weightsPerOutput
    integers.bias = bias.indices.map { channel in
      let wanted = ((bias[channel] + shift) / (inputScale * integers.weightScales[channel])).rounded()
      // With the zero-point term it must stay in its room.
      let term = inputs[0].zeroPoint * weightSums[channel]
      let kept = min(max(wanted, Double(-room + term)), Double(room + term))
      return min(max(Int(kept), -room + term), room + term)
    }
  }

  // MARK: other layers

  private func table() -> IntegerLayer {
    let output = encoding(outputRange, atLeast: 0)
    var integers = IntegerLayer(sums: inputs[0], output: output, clamp: -128...127)
    integers.table = entries(from: inputs[0], to: output)
    return integers
  }

  private func entries(from sums: IntegerLayer.Encoding, to output: IntegerLayer.Encoding) -> [Int8] {
    (-128...127).map { integer in
      let value = Double(sums.scale) * Double(integer - sums.zeroPoint)
      let result = (layer.activation.preciseValue(value) / Double(output.scale)).rounded()
      return Int8(min(max(result + Double(output.zeroPoint), -128), 127))
    }
  }

  private func addition() -> IntegerLayer {
    let scales = inputs.map(\.scale)
    let largest = Double(max(scales[0], scales[1]))
    let output = encoding(outputRange, atLeast: largest * 0x1p-20)
    var integers = plain(output: output)
    integers.addition = QuantizedLayer.Addition(scales, output: output.scale)
    return integers
  }

  private func average(cellCounts: [Int]) throws(QuantizationError) -> IntegerLayer {
    let most = cellCounts.max() ?? 1
    guard most <= 32_767 else {
      throw .unsupported(layer: layer.name, reason: "it averages \(most) cells; 32,767 is the most")
    }
    let inputScale = Double(inputs[0].scale)
    // The ratio holds 1 / (256 * cells), and stays below 1/4.
    var integers = plain(output: encoding(outputRange, atLeast: inputScale / 64 * (1 + 1e-9)))
    integers.scalings = cellCounts.map { count in
      let ratio = inputScale / Double(integers.output.scale) / Double(256 * count)
      return FixedPointScaling(max(ratio, FixedPointScaling.smallest))
        ?? FixedPointScaling(multiplier: .max, shift: 33)
    }
    return integers
  }

  /// Whether some window lies partly beside the input.
  private func isCut(_ window: Window) -> Bool {
    let border = window.border(input: layer.input, output: layer.output)
    return border.top > 0 || border.left > 0
      || (layer.output.height - 1) * window.strideHeight + window.height > layer.input.height
      || (layer.output.width - 1) * window.strideWidth + window.width > layer.input.width
  }
}

extension Activation {
  /// The functions of one value, as tables are made from them.
  func preciseValue(_ value: Double) -> Double {
    switch self {
    case .linear, .softmax: value
    case .relu: max(value, 0)
    case .sigmoid: logisticFunction(value)
    case .tanh: hyperbolicTangent(value)
    }
  }
}
