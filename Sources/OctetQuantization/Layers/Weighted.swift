import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// What the kinds with weights have in common.
protocol WeightedKind: LoweredKind {}

extension WeightedKind {
  package func takes(_ function: Activation) -> Bool { true }

  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    node.isMove
      ? network.appendMove(self, node, inputs) : try network.appendWeighted(self, node, inputs)
  }

  package func quantize(
    _ site: LayerQuantizer, weightScales: [Double]
  ) throws(QuantizationError) -> IntegerLayer {
    try WeightedQuantization(site).quantize(weightScales: weightScales)
  }

  package func run(
    _ execution: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    let layer = execution.integers.layer
    let terms = execution.integers.zeroPointTerms(execution.inputs[0])
    // The file's bias has the zero point's term; inputs come without it here.
    let bias = zip(layer.bias, terms).map { Int($0) + $1 }
    let zeroPoint = execution.integers.output.zeroPoint
    var channel = 0
    return execution.mapped(executor.run(inputs, count: count)) { sum in
      let value = layer.scalings[channel].scaled(Int(sum.rounded()) + bias[channel])
      channel = channel + 1 == bias.count ? 0 : channel + 1
      return value + zeroPoint
    }
  }
}

/// Chooses the weights, biases and multipliers of a layer.
struct WeightedQuantization {
  let site: LayerQuantizer
  private var layer: LoweredLayer { site.layer }

  /// Room that int16 outputs leave above the largest value seen.
  private static let outputHeadroom = 2.0

  init(_ site: LayerQuantizer) { self.site = site }

  /// What a sum's products leave of 32 bits.
  private var room: Int { Int(Int32.max) - Int(Limit.product) * layer.weightsPerOutput }

  func quantize(weightScales: [Double]) throws(QuantizationError) -> IntegerLayer {
    guard room > 0 else {
      throw .unsupported(
        layer: layer.name,
        reason: "\(layer.weightsPerOutput) weights for one output could overflow 32 bits; 131,071 is the most"
      )
    }
    guard let largestScale = weightScales.max() else { preconditionFailure("a layer has an output") }
    let inputScale = Double(site.inputs[0].scale)
    // The sums times input scale times weight scale are the real values. An output's step finer than a sum's would
    // tell nothing more; with few bits and few weights it is often little larger.
    let smallest = (1 + 1e-9) * inputScale * largestScale
    var integers: IntegerLayer
    if layer.needsTable {
      integers = site.lookUp(from: site.encoding(usefulSumsRange, atLeast: smallest))
    } else if site.isWide {
      let largest = max(-site.outputRange.low, site.outputRange.high) * Self.outputHeadroom
      // Four times coarser than sums is fine enough for 16 bits, and their shifts are at least 33, which is cheapest.
      let scale = Float(max(4 * smallest, largest / 32_767, 1e-30)).nextUp
      integers = site.plain(output: IntegerLayer.Encoding(scale: scale, zeroPoint: 0, elementBytes: 2))
    } else {
      integers = site.plain(output: site.encoding(site.outputRange, atLeast: smallest))
    }
    integers.weightScales = weightScales.enumerated().map { channel, scale in
      usableScale(scale, bias: layer.bias[channel], sums: integers.sums)
    }
    integers.layer.scalings = integers.weightScales.map { scale in
      // Within the limits by the choice of both scales; the clamp only guards against the last bit.
      FixedPointScaling(clamping: inputScale * scale / Double(integers.sums.scale))
    }
    integers.layer.encoding = layer.encoding
    integers.layer.weights = rounded(integers.weightScales)
    setBias(&integers, layer.bias.map { Double($0) })
    return integers
  }

  /// Where the activation still changes by half a step of its output: beyond, all sums give the same.
  private var usefulSumsRange: ValueRange {
    let limit: Double
    switch layer.activation {
    // 1 - sigmoid(6.5) is below 1/510, 1 - tanh(3.3) below 1/254.
    case .sigmoid: limit = 6.5
    case .tanh: limit = 3.3
    case .linear, .relu, .softmax: return site.sumsRange
    case .function(let function): return usefulRange(function)
    }
    return ValueRange(max(site.sumsRange.low, -limit), min(site.sumsRange.high, limit))
  }

  /// The range of sums without the ends over which a function changes by less than half a step of its output.
  private func usefulRange(_ function: ValueFunction) -> ValueRange {
    let range = site.sumsRange
    let places = 1_000
    let step = Double(site.encoding(site.outputRange, atLeast: 0).scale) / 2
    let values = (0...places).map { place in
      function.value(range.low + (range.high - range.low) * Double(place) / Double(places))
    }
    // How many values from one end on stay near each other.
    func flat(_ values: some Sequence<Double>) -> Int {
      var (low, high, count) = (Double.infinity, -Double.infinity, 0)
      for value in values {
        low = min(low, value)
        high = max(high, value)
        guard high - low <= step else { break }
        count += 1
      }
      return count
    }
    let width = (range.high - range.low) / Double(places)
    let low = range.low + width * Double(max(flat(values) - 1, 0))
    let high = range.high - width * Double(max(flat(values.reversed()) - 1, 0))
    return low < high ? ValueRange(min(low, 0), max(high, 0)) : range
  }

  /// The weight scale, raised where the ratio would be too small for the format or the bias too large for 32 bits.
  func usableScale(_ scale: Double, bias: Float, sums: IntegerLayer.Encoding) -> Double {
    let inputScale = Double(site.inputs[0].scale)
    let step = Double(sums.scale) / inputScale
    // Without weights any ratio does; this one gives the bias eight bits below a step of the output.
    guard scale > 0 else { return step / 256 }
    let bias = abs(Double(bias)) + 512 * Double(sums.scale)
    let smallest = max(step * 0x1p-31, 4 * bias / inputScale / Double(room))
    return min(max(scale, smallest), step / (sums.elementBytes == 2 ? 4 : 1) * (1 - 1e-9))
  }

  /// The weights in the order of the file: as trained where an output has a channel of its own, else each output's
  /// side by side.
  private func rounded(_ scales: [Double]) -> [Int8] {
    let outputs = scales.count
    let perOutput = layer.weightsPerOutput
    let inverses = scales.map { 1 / $0 }
    let limit = Double(layer.encoding.largest)
    let keepsOrder = layer.kind.fileKind.traits.contains(.channelwise)
    return [Int8](unsafeUninitializedCapacity: layer.weights.count) { result, count in
      for place in 0..<perOutput {
        for output in 0..<outputs {
          let index = place * outputs + output
          let value = (Double(layer.weights[index]) * inverses[output]).rounded()
          result[keepsOrder ? index : output * perOutput + place] = Int8(min(max(value, -limit), limit))
        }
      }
      count = layer.weights.count
    }
  }

  /// What the bias makes up for where the input of a table has a zero point of its own.
  private func shift(_ integers: IntegerLayer) -> Double {
    Double(integers.sums.zeroPoint - integers.output.zeroPoint) * Double(integers.sums.scale)
  }

  /// What the integer biases stand for.
  func realBias(_ integers: IntegerLayer) -> [Double] {
    let inputScale = Double(site.inputs[0].scale)
    let terms = integers.zeroPointTerms(site.inputs[0])
    return integers.layer.bias.indices.map { channel in
      Double(Int(integers.layer.bias[channel]) + terms[channel]) * inputScale * integers.weightScales[channel]
        - shift(integers)
    }
  }

  /// Sets the integer bias from the real one.
  ///
  /// Where a table follows, its input has a zero point of its own while the format adds that of the output: the
  /// difference goes into the bias.
  func setBias(_ integers: inout IntegerLayer, _ bias: [Double]) {
    setBias(&integers, bias, terms: integers.zeroPointTerms(site.inputs[0]))
  }

  /// - Parameter terms: what the input's zero point adds to each output's sum of products.
  func setBias(_ integers: inout IntegerLayer, _ bias: [Double], terms: [Int]) {
    let inputScale = Double(site.inputs[0].scale)
    let shift = shift(integers)
    integers.layer.bias = bias.indices.map { channel in
      let wanted = ((bias[channel] + shift) / (inputScale * integers.weightScales[channel])).rounded()
      // With the zero-point term it must stay in its room.
      let term = terms[channel]
      let kept = min(max(wanted, Double(-room + term)), Double(room + term))
      return Int32(min(max(Int(kept), -room + term), room + term) - term)
    }
  }
}
