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
    @inline(never)
    static func compute(_ row: ConvolutionRow) { sum(row, weightsLess: 0) }

    /// The same for weights with a zero point. Kernels never see these.
    @inline(never)
    static func compute(_ row: ConvolutionRow, weightsLess zeroPoint: Int8) {
      sum(row, weightsLess: Int16(zeroPoint))
    }

    /// The same for weights of fewer bits.
    @inline(never)
    static func compute(packed row: ConvolutionRow) {
      let segment = row.windowWidth &* row.inputChannels
      let step = row.strideAcross &* row.inputChannels
      let line = Int(row.encoding.bytes(UInt32(truncatingIfNeeded: row.windowHeight &* segment)))
      var index = 0
      for place in 0..<row.outputWidth {
        for channel in 0..<row.outputChannels {
          var largest = Int32.min
          for down in 0..<row.poolHeight {
            for across in 0..<row.poolWidth {
              let start = (place &* row.poolWidth &+ across) &* step
              var sum = row.output.bias[channel]
              var weights = PackedLine(row.weights + channel &* line, row.encoding)
              for line in 0..<row.windowHeight {
                let cells = row.input[down &* row.strideDown &+ line] + start
                for cell in 0..<segment { sum &+= Int32(cells[cell]) &* weights.take() }
              }
              largest = max(largest, sum)
            }
          }
          row.output.write(largest, channel: channel, to: row.target, at: index)
          index &+= 1
        }
      }
    }

    @inline(__always)
    private static func sum(_ row: ConvolutionRow, weightsLess zeroPoint: Int16) {
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
                  row.input[down &* row.strideDown &+ line] + start, weights + line &* segment,
                  count: segment, less: zeroPoint)
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

/// A row of a convolution or depthwise convolution. Good during the call that gets it.
///
/// The value at `place` of channel `channel` is the largest of `poolHeight x poolWidth` sums, written by
/// `output.write(_:channel:to:at:)` at index `place * outputChannels + channel` of `target`. A sum is the channel's
/// bias and the products of a window with the channel's weights. For `down` below `poolHeight` and `across` below
/// `poolWidth`, that window starts in row `down * strideDown` and column
/// `(place * poolWidth + across) * strideAcross`.
public struct ConvolutionRow {
  /// The layer's place in the model, for kernels that keep prepared weights.
  public let layer: Int
  /// The rows under the windows, from the first cell of the first window on. Cells on the border hold the zero point.
  public let input: RingRows
  /// Values of a cell of the input.
  public let inputChannels: Int
  /// Rows of a window.
  public let windowHeight: Int
  /// Cells in a row of a window.
  public let windowWidth: Int
  /// Rows from a window to the one below.
  public let strideDown: Int
  /// Cells from a window to the next.
  public let strideAcross: Int
  /// Rows of windows that a fused pool takes the maximum of; 1 without a pool.
  public let poolHeight: Int
  /// Windows side by side that a fused pool takes the maximum of; 1 without a pool.
  public let poolWidth: Int
  /// Places in the row that is computed.
  public let outputWidth: Int
  /// Values of a place.
  public let outputChannels: Int
  /// Of a convolution [output channel][window row][window column][input channel]; of a depthwise one
  /// [window row][window column][output channel], where as many output channels read each input channel. In the layer's
  /// encoding: with fewer than 8 bits each output, or of a depthwise convolution each column, starts with a byte.
  public package(set) var weights: UnsafePointer<Int8>
  #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
    /// How the weights are stored.
    public private(set) var encoding: WeightEncoding
  #else
    /// A byte each.
    public var encoding: WeightEncoding { .int8 }
  #endif
  /// How sums become outputs.
  public let output: OutputStage
  /// Where the row goes: its first place, behind the border.
  public let target: UnsafeMutableRawPointer

  #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
    /// The same row with weights that have been brought to a byte each.
    package func with(_ weights: UnsafePointer<Int8>) -> ConvolutionRow {
      var row = self
      row.weights = weights
      row.encoding = .int8
      return row
    }
  #endif

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
    // Once for both.
    let constants = Constants(shape, offset: record.constantsOffset)
    weights = run.model.bytes.signed(constants.weights)
    #if !OCTET_CHOSEN_KINDS || OCTET_INT4_WEIGHTS || OCTET_TERNARY_WEIGHTS
      encoding = record.weightEncoding
    #endif
    output = OutputStage(run.model, shape, constants)
    target = run.memory.place(step.target)
  }
}
