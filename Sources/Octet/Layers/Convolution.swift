extension LayerKind {
  /// Windows over all channels of the input; the maximum of neighbouring places may be taken before the output.
  ///
  /// Weights: [output channel][window row][window column][input channel].
  package enum Convolution {
    @inline(__always)
    package static var traits: LayerTraits {
      .weights | .window | .border | .clamp | .fusedPool | .wideOutput
    }

    /// A row of outputs, one value after the other.
    static func compute(_ row: ConvolutionRow) {
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
                sum &+= LayerKind.Dense.product(
                  row.input[down &* row.strideDown &+ line] + start, weights + line &* segment, count: segment
                )
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
  }
}

/// A row of a convolution or depthwise convolution.
public struct ConvolutionRow {
  /// The layer's place in the model, for kernels that keep prepared weights.
  package let layer: Int
  /// The rows under the windows, from the first cell of the first window on.
  package let input: RingRows
  package let inputChannels: Int
  package let windowHeight: Int
  package let windowWidth: Int
  package let strideDown: Int
  package let strideAcross: Int
  package let poolHeight: Int
  package let poolWidth: Int
  package let outputWidth: Int
  package let outputChannels: Int
  package let weights: UnsafePointer<Int8>
  package let output: OutputStage
  package let target: UnsafeMutableRawPointer

  init(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
    let record = shape.layer
    layer = step.layer
    input = run.rows(step.source)
    inputChannels = Int(shape.input.channels)
    windowHeight = Int(record.windowHeight)
    windowWidth = Int(record.windowWidth)
    strideDown = Int(record.strideDown)
    strideAcross = Int(record.strideAcross)
    poolHeight = Int(record.poolHeight)
    poolWidth = Int(record.poolWidth)
    outputWidth = Int(shape.output.width)
    outputChannels = Int(shape.output.channels)
    weights = run.model.weights(shape)
    output = OutputStage(run.model, shape)
    target = run.arena + step.target
  }
}
