import OctetNetwork

/// Runs the decisions of quantization on whole batches, layer by layer, to see what they do to the values.
///
/// Values are integers less their zero point, held in floats. Sums are done by the float matrix product, exactly as
/// long as they stay below 2^24; averages round once more than the runtime does. The runtime has the last word on
/// classes.
package struct IntegerExecution {
  let layer: LoweredLayer
  let integers: IntegerLayer
  /// What the integers of the layer's inputs stand for.
  let inputs: [IntegerLayer.Encoding]

  /// What one layer makes of a batch.
  package struct Result {
    /// Integers less the zero point of the output.
    var output: [Float]
    /// Values that lay beyond the integers' range, as opposed to those that the activation cut.
    var saturated: Int
  }

  /// - Parameters:
  ///   - executor: holds the layer's integer weights.
  ///   - inputs: integers less their zero point; other reals show what exact inputs would give.
  func run(_ executor: LayerExecutor, _ inputs: [[Float]], count: Int) -> Result {
    layer.kind.run(self, executor, inputs, count: count)
  }

  /// The layer's outputs from their integers before clamp and table.
  func mapped(_ values: [Float], _ integer: (Float) -> Int) -> Result {
    let made = integers.layer
    let isTable = !made.table.isEmpty
    let lowest = isTable ? -128 : integers.output.lowest
    let highest = isTable ? 127 : integers.output.highest
    let clamp = made.clamp ?? lowest...highest
    let ends = layer.activation.clampedEnds ?? (-.infinity, .infinity)
    var saturated = 0
    let output = values.map { value -> Float in
      let found = integer(value)
      // Below a ReLU's zero nothing is lost, nor above the limit of one that has one.
      if found > highest && ends.high == .infinity
        || found < lowest && clamp.lowerBound == lowest && ends.low == -.infinity
      {
        saturated += 1
      }
      let clamped = min(max(found, clamp.lowerBound), clamp.upperBound)
      return Float((isTable ? Int(made.table[clamped + 128]) : clamped) - integers.output.zeroPoint)
    }
    return Result(output: output, saturated: saturated)
  }
}
