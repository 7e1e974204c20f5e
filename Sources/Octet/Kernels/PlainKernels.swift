/// The kernels as anyone would write them down; every chip can run them.
public struct PlainKernels: RowKernels, Sendable {
  /// They need nothing.
  public init() {}

  @inline(__always)
  private func product(_ a: UnsafePointer<Int8>, _ b: UnsafePointer<Int8>, count: Int) -> Int32 {
    var sum: Int32 = 0
    for index in 0..<count { sum &+= Int32(a[index]) &* Int32(b[index]) }
    return sum
  }

  /// A row of a convolution, one output value after the other.
  public func convolve(_ row: ConvolutionRow) {
    // Cells under one row of the window lie side by side, and so do their weights.
    let segment = row.windowWidth &* row.inputChannels
    let step = row.strideAcross &* row.inputChannels
    var index = 0
    for place in 0..<row.outputWidth {
      var weights = row.weights
      for channel in 0..<row.outputChannels {
        var largest = Int32.min
        for down in 0..<row.poolHeight {
          for across in 0..<row.poolWidth {
            let start = (place &* row.poolWidth &+ across) &* step
            var sum = row.output.bias[channel]
            for line in 0..<row.windowHeight {
              sum &+= product(
                row.input[down &* row.strideDown &+ line] + start, weights + line &* segment, count: segment)
            }
            largest = max(largest, sum)
          }
        }
        row.output.write(largest, channel: channel, to: row.target, at: index)
        index &+= 1
        weights += row.windowHeight &* segment
      }
    }
  }

  /// A row of a depthwise convolution, one output value after the other.
  public func convolveDepthwise(_ row: ConvolutionRow) {
    let step = row.strideAcross &* row.inputChannels
    // Output channels that read the same input channel.
    let multiplier = row.outputChannels / row.inputChannels
    var index = 0
    for place in 0..<row.outputWidth {
      for channel in 0..<row.inputChannels {
        for copy in 0..<multiplier {
          let output = channel &* multiplier &+ copy
          var sum = row.output.bias[output]
          for line in 0..<row.windowHeight {
            let cells = row.input[line] + (place &* step &+ channel)
            let weights = row.weights + (line &* row.windowWidth &* row.outputChannels &+ output)
            for column in 0..<row.windowWidth {
              sum &+=
                Int32(cells[column &* row.inputChannels]) &* Int32(weights[column &* row.outputChannels])
            }
          }
          row.output.write(sum, channel: output, to: row.target, at: index)
          index &+= 1
        }
      }
    }
  }

  /// One input row into every accumulator of a dense layer.
  public func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    var weights = row.weights
    for output in 0..<row.outputs {
      accumulators[output] &+= product(row.values, weights, count: row.count)
      weights += row.weightsPerOutput
    }
  }

  /// A dense layer over a single row.
  public func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    var weights = row.weights
    for index in 0..<row.outputs {
      let sum = output.bias[index] &+ product(row.values, weights, count: row.count)
      output.write(sum, channel: index, to: target, at: index)
      weights += row.weightsPerOutput
    }
  }
}
