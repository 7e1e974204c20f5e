/// The kernels as each kind of layer defines them; every chip can run them.
public struct PlainKernels: RowKernels, Sendable {
  /// They need nothing.
  public init() {}

  /// A row of a convolution, one output value after the other.
  public func convolve(_ row: ConvolutionRow) { LayerKind.Convolution.compute(row) }

  /// A row of a depthwise convolution, one output value after the other.
  public func convolveDepthwise(_ row: ConvolutionRow) { LayerKind.DepthwiseConvolution.compute(row) }

  /// One input row into every accumulator of a dense layer.
  public func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    LayerKind.Dense.fold(row, into: accumulators)
  }

  /// A dense layer over a single row.
  public func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    LayerKind.Dense.multiply(row, output, to: target)
  }
}
