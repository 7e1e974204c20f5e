extension LayerKind {
  /// The mean of the cells under each window, channel by channel. There is a pair of multiplier and shift for each
  /// count of cells where windows are cut.
  package enum AveragePooling {
    @inline(__always)
    package static var traits: LayerTraits { .means | .window | .channelwise | .keepsChannels | .clamp }

    static func compute(_ row: PoolingRow, _ shape: LayerShape, _ output: MeanStage) {
      let isCut = shape.isCut
      var index = 0
      for place in 0..<row.outputWidth {
        let (first, end) = row.columns(place)
        let cells = row.lines &* (end &- first)
        for channel in 0..<row.channels {
          var sum: Int32 = 0
          for line in 0..<row.lines {
            let values = row.input[line] + channel
            for column in first..<end { sum &+= Int32(values[column &* row.channels]) }
          }
          output.write(
            sum, cells: Int32(truncatingIfNeeded: cells), pair: isCut ? cells &- 1 : 0, to: row.target,
            at: index)
          index &+= 1
        }
      }
    }
  }
}

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
  @inline(never)
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
