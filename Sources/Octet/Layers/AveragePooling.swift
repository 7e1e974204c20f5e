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
