extension LayerKind {
  /// Windows over one channel of the input each; several output channels may read the same one.
  ///
  /// Weights: [window row][window column][output channel].
  package enum DepthwiseConvolution {
    @inline(__always)
    package static var traits: LayerTraits { .weights | .window | .border | .channelwise | .clamp }

    /// A row of outputs, one value after the other.
    @inline(never)
    static func compute(_ row: ConvolutionRow) { sum(row, weightsLess: 0) }

    /// The same for weights with a zero point. Kernels never see these.
    @inline(never)
    static func compute(_ row: ConvolutionRow, weightsLess zeroPoint: Int8) {
      sum(row, weightsLess: Int32(zeroPoint))
    }

    /// The same for weights of fewer bits.
    ///
    /// A weight of a cell is looked up rather than read in turn: that would take as many sums as there are outputs.
    @inline(never)
    static func compute(packed row: ConvolutionRow) {
      let line = Int(row.encoding.bytes(UInt32(truncatingIfNeeded: row.outputChannels)))
      let perByte = Int(row.encoding.perByte)
      let copies = row.outputChannels / row.inputChannels
      var index = 0
      for place in 0..<row.outputWidth {
        for channel in 0..<row.outputChannels {
          let first = place &* row.strideAcross &* row.inputChannels &+ channel / copies
          var sum = row.output.bias[channel]
          for down in 0..<row.windowHeight {
            let cells = row.input[down] + first
            for across in 0..<row.windowWidth {
              var weights = PackedLine(
                row.weights + ((down &* row.windowWidth &+ across) &* line &+ channel / perByte), row.encoding
              )
              var weight = weights.take()
              for _ in 0..<channel % perByte { weight = weights.take() }
              sum &+= Int32(cells[across &* row.inputChannels]) &* weight
            }
          }
          row.output.write(sum, channel: channel, to: row.target, at: index)
          index &+= 1
        }
      }
    }

    @inline(__always)
    private static func sum(_ row: ConvolutionRow, weightsLess zeroPoint: Int32) {
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
                let weight = Int32(weights[column &* row.outputChannels]) &- zeroPoint
                sum &+= Int32(cells[column &* row.inputChannels]) &* weight
              }
            }
            row.output.write(sum, channel: output, to: row.target, at: index)
            index &+= 1
          }
        }
      }
    }
  }
}
