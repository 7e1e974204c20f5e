/// What happens to the sum of some cells on its way to their mean.
struct MeanStage {
  private let output: OutputStage
  private let inputZeroPoint: Int32

  init(_ model: ModelRecords, _ shape: LayerShape) {
    output = OutputStage(model, shape)
    inputZeroPoint = Int32(shape.input.zeroPoint)
  }

  /// - Parameters:
  ///   - sum: of at most 32,767 values as they are.
  ///   - pair: the multiplier and shift for so many cells.
  ///   - index: the value's place in the row.
  @inline(__always)
  func write(_ sum: Int32, cells: Int32, pair: Int, to target: UnsafeMutableRawPointer, at index: Int) {
    if output.rounding.isAway {
      // Scale and zero point stay, so the mean of the integers is the integer of the mean.
      let mean = min(max(Requantization.mean(sum, of: cells), output.minimum), output.maximum)
      target.storeBytes(of: Int8(truncatingIfNeeded: mean), toByteOffset: index, as: Int8.self)
    } else if output.rounding.isTwice {
      output.write(sum &- cells &* inputZeroPoint, channel: pair, to: target, at: index, .halfUpThenAway)
    } else {
      output.write(
        (sum &- cells &* inputZeroPoint) &* 256, channel: pair, to: target, at: index, .halfUp)
    }
  }
}
