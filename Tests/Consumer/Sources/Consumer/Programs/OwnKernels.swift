import Octet

/// Convolutions in a program's own way; every other row is the plain one.
struct OwnKernels: RowKernels {
  func convolve(_ row: ConvolutionRow) {
    let segment = row.windowWidth * row.inputChannels
    for place in 0..<row.outputWidth {
      for channel in 0..<row.outputChannels {
        let weights = row.weights + channel * row.windowHeight * segment
        var largest = Int32.min
        for window in 0..<row.poolHeight * row.poolWidth {
          let (down, across) = (window / row.poolWidth, place * row.poolWidth + window % row.poolWidth)
          var sum = row.output.bias[channel]
          for line in 0..<row.windowHeight {
            let cells =
              row.input[down * row.strideDown + line] + across * row.strideAcross * row.inputChannels
            for index in 0..<segment { sum += Int32(cells[index]) * Int32(weights[line * segment + index]) }
          }
          largest = max(largest, sum)
        }
        row.output.write(largest, channel: channel, to: row.target, at: place * row.outputChannels + channel)
      }
    }
  }
}
