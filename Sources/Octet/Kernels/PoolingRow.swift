/// A row of maximum or average pooling. Windows are cut at the edge of the input.
struct PoolingRow {
  /// The rows that lie on the input, from the first one under the window.
  let input: RingRows
  let rows: Int
  let inputWidth: Int
  let channels: Int
  let windowWidth: Int
  let strideAcross: Int
  let reachLeft: Int
  let outputWidth: Int
  let target: UnsafeMutablePointer<Int8>

  /// The input columns under the window at `place`.
  @inline(__always)
  private func columns(_ place: Int) -> (first: Int, end: Int) {
    let start = place &* strideAcross &- reachLeft
    return (max(start, 0), min(start &+ windowWidth, inputWidth))
  }

  func takeMaximum() {
    var index = 0
    for place in 0..<outputWidth {
      let (first, end) = columns(place)
      for channel in 0..<channels {
        var largest = Int8.min
        for row in 0..<rows {
          let cells = input[row] + channel
          for column in first..<end { largest = max(largest, cells[column &* channels]) }
        }
        target[index] = largest
        index &+= 1
      }
    }
  }

  /// - Parameter isCut: whether there is a pair for each count of cells.
  func takeMean(_ stage: OutputStage, inputZeroPoint: Int32, isCut: Bool) {
    var index = 0
    for place in 0..<outputWidth {
      let (first, end) = columns(place)
      let cells = rows &* (end &- first)
      for channel in 0..<channels {
        var sum: Int32 = 0
        for row in 0..<rows {
          let line = input[row] + channel
          for column in first..<end { sum &+= Int32(line[column &* channels]) }
        }
        let centred = (sum &- Int32(truncatingIfNeeded: cells) &* inputZeroPoint) &* 256
        stage.write(centred, channel: isCut ? cells &- 1 : 0, to: target, at: index, roundsTwice: false)
        index &+= 1
      }
    }
  }
}
