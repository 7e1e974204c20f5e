/// What quantization decided for one layer, weights still in the order of training.
package struct IntegerLayer: Hashable, Sendable {
  /// Scale and zero point of a tensor.
  package struct Encoding: Hashable, Sendable {
    package var scale: Float
    package var zeroPoint: Int
    /// 1 for int8, 2 for int16.
    package var elementBytes = 1

    package init(scale: Float, zeroPoint: Int, elementBytes: Int = 1) {
      self.scale = scale
      self.zeroPoint = zeroPoint
      self.elementBytes = elementBytes
    }

    package var lowest: Int { elementBytes == 2 ? -32_768 : -128 }
    package var highest: Int { elementBytes == 2 ? 32_767 : 127 }
  }

  /// `weightsPerOutput x outputs`.
  package var weights: [Int8] = []
  package var weightScales: [Double] = []
  /// At input scale times weight scale, before the zero-point term joins it.
  package var bias: [Int] = []
  package var scalings: [FixedPointScaling] = []
  package var addition: QuantizedLayer.Addition?
  package var table: [Int8] = []
  /// What goes into the table, or the output where there is none.
  package var sums: Encoding
  package var output: Encoding
  package var clamp: ClosedRange<Int>

  /// What turns an accumulator into an integer, up to the clamp.
  func requantize(_ accumulator: Int, _ channel: Int) -> Int {
    let scaling = scalings[channel]
    let shift = Int(scaling.shift)
    return (accumulator * Int(scaling.multiplier) + 1 << (shift - 1)) >> shift
  }

  /// The clamp and the table: the last steps of every layer that has them.
  func finish(_ value: Int) -> Int {
    let clamped = min(max(value, clamp.lowerBound), clamp.upperBound)
    return table.isEmpty ? clamped : Int(table[clamped + 128])
  }
}
