extension LayerKind {
  /// The largest value under each window, channel by channel.
  package enum MaximumPooling {
    @inline(__always)
    package static var traits: LayerTraits { .window | .channelwise | .keepsChannels | .keepsZeroPoint }

    static func compute(_ row: PoolingRow) {
      var index = 0
      for place in 0..<row.outputWidth {
        let (first, end) = row.columns(place)
        for channel in 0..<row.channels {
          var largest = Int8.min
          for line in 0..<row.lines {
            let cells = row.input[line] + channel
            for column in first..<end { largest = max(largest, cells[column &* row.channels]) }
          }
          row.target[index] = largest
          index &+= 1
        }
      }
    }
  }
}

/// A row of maximum or average pooling. Windows are cut at the edge of the input.
struct PoolingRow {
  /// The rows that lie on the input, from the first one under the window.
  let input: RingRows
  let lines: Int
  let inputWidth: Int
  let channels: Int
  let windowWidth: Int
  let strideAcross: Int
  let reachLeft: Int
  let outputWidth: Int
  let target: UnsafeMutablePointer<Int8>

  init(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
    let record = shape.layer
    input = run.rows(step.source)
    lines = shape.endRow(under: step.row) &- shape.firstRow(under: step.row)
    inputWidth = Int(shape.input.width)
    channels = Int(shape.input.channels)
    windowWidth = Int(record.windowWidth)
    strideAcross = Int(record.strideAcross)
    reachLeft = Int(record.reachLeft)
    outputWidth = Int(shape.output.width)
    target = run.memory.place(step.target).assumingMemoryBound(to: Int8.self)
  }

  /// The input columns under the window at `place`.
  @inline(__always)
  func columns(_ place: Int) -> (first: Int, end: Int) {
    let start = place &* strideAcross &- reachLeft
    return (max(start, 0), min(start &+ windowWidth, inputWidth))
  }
}
