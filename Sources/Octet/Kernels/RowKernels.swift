/// The inner loops. Each computes one row; a session decides which and when.
///
/// `PlainKernels` is the definition in code. Any other set must give the same bits.
public protocol RowKernels {
  /// A row of a convolution, with the fused pool if there is one.
  func convolve(_ row: ConvolutionRow)
  /// A row of a depthwise convolution.
  func convolveDepthwise(_ row: ConvolutionRow)
  /// Adds one input row to the accumulators of a dense layer.
  func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>)
  /// A dense layer whose input is a single row.
  func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer)
}

/// A row of a convolution or depthwise convolution.
public struct ConvolutionRow {
  /// The layer's place in the model, for kernels that keep prepared weights.
  public let layer: Int
  public let input: RingRows
  public let inputChannels: Int
  public let windowHeight: Int
  public let windowWidth: Int
  public let strideDown: Int
  public let strideAcross: Int
  public let poolHeight: Int
  public let poolWidth: Int
  public let outputWidth: Int
  public let outputChannels: Int
  public let weights: UnsafePointer<Int8>
  public let output: OutputStage
  public let target: UnsafeMutableRawPointer
}

/// One row of the input of a dense layer, and the weights that belong to it.
public struct DenseRow {
  public let layer: Int
  /// Which row of the input.
  public let row: Int
  public let values: UnsafePointer<Int8>
  public let count: Int
  /// The weights of output 0 for this row.
  public let weights: UnsafePointer<Int8>
  /// From the weights of one output to those of the next.
  public let weightsPerOutput: Int
  public let outputs: Int
}
