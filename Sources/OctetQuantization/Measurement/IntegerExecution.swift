import OctetNetwork

/// Runs the decisions of quantization on whole batches, layer by layer, to see what they do to the values.
///
/// Values are integers less their zero point, held in floats. Sums are done by the float matrix product, exactly as
/// long as they stay below 2^24; averages round once more than the runtime does. The runtime has the last word on
/// classes.
struct IntegerExecution {
  let layer: LoweredLayer
  let integers: IntegerLayer

  /// What one layer makes of a batch.
  struct Result {
    /// Integers less the zero point of the output.
    var output: [Float]
    /// Values that lay beyond the integers' range, as opposed to those that the activation cut.
    var saturated: Int
  }

  /// - Parameters:
  ///   - executor: holds the layer's integer weights.
  ///   - inputs: integers less their zero point; other reals show what exact inputs would give.
  func run(_ executor: LayerExecutor, _ inputs: [[Float]], count: Int) -> Result {
    switch layer.kind {
    case .dense, .convolution, .depthwiseConvolution:
      let channels = layer.output.channels
      var channel = 0
      return mapped(executor.run(inputs, count: count)) { sum in
        let value = integers.requantize(Int(sum.rounded()) + integers.bias[channel], channel)
        channel = channel + 1 == channels ? 0 : channel + 1
        return value + integers.output.zeroPoint
      }
    case .maximumPooling:
      return Result(output: executor.run(inputs, count: count), saturated: 0)
    case .averagePooling, .globalAveragePooling:
      let cells = layer.kind == .globalAveragePooling ? layer.input.height * layer.input.width : cellCount
      // The last pair belongs to the full window; times its count it is the ratio of the scales.
      let ratio = (integers.scalings.last?.factor ?? 0) * Double(256 * cells)
      return mapped(executor.run(inputs, count: count)) { mean in
        Int((Double(mean) * ratio + 0.5).rounded(.down)) + integers.output.zeroPoint
      }
    case .add:
      guard let addition = integers.addition else { preconditionFailure("an addition has its multipliers") }
      var index = 0
      return mapped(inputs[0]) { first in
        let sum =
          Int(
            (Double(first) * Double(addition.first) + Double(inputs[1][index]) * Double(addition.second))
              .rounded())
        index += 1
        return (sum + 1 << (addition.shift - 1)) >> addition.shift + integers.output.zeroPoint
      }
    case .activation:
      return mapped(inputs[0]) { Int($0.rounded()) + integers.sums.zeroPoint }
    }
  }

  private var cellCount: Int { layer.window.map { $0.height * $0.width } ?? 1 }

  private func mapped(_ values: [Float], _ integer: (Float) -> Int) -> Result {
    var saturated = 0
    let lowest = integers.table.isEmpty ? integers.output.lowest : -128
    let highest = integers.table.isEmpty ? integers.output.highest : 127
    let output = values.map { value -> Float in
      let found = integer(value)
      // Below a ReLU's zero nothing is lost.
      if found > highest
        || (found < lowest && integers.clamp.lowerBound == lowest && layer.activation != .relu)
      {
        saturated += 1
      }
      return Float(integers.finish(found) - integers.output.zeroPoint)
    }
    return Result(output: output, saturated: saturated)
  }
}
