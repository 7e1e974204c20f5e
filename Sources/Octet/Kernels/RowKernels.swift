/// The inner loops. Each computes one row; a session decides which and when.
///
/// `PlainKernels` is the definition in code. Any other set must give the same bits.
public protocol RowKernels {
  /// A row of a convolution, with the fused pool if there is one.
  func convolve(_ row: ConvolutionRow)
  /// A row of a depthwise convolution.
  func convolveDepthwise(_ row: ConvolutionRow)
  /// Adds one input row to the accumulators of a dense layer, which hold the bias before row 0. It may be put off, but not
  /// beyond the last row of the input.
  func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>)
  /// The accumulators of a dense layer, complete, become its output.
  func finish(_ row: FinishedSums, _ output: OutputStage, to target: UnsafeMutableRawPointer)
  /// A dense layer whose input is a single row.
  func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer)
  /// Runs a whole image, if there is a faster way than row by row; false if not, and then nothing has happened.
  ///
  /// All rings and accumulators are left as the rows would have left them, as far as anybody still reads them.
  func run<Observer: RunObserver>(
    image: UnsafePointer<UInt8>, arena: UnsafeMutableRawPointer, observer: inout Observer
  ) -> Bool
}

extension RowKernels {
  /// There is none.
  @inline(__always)
  public func run<Observer: RunObserver>(
    image: UnsafePointer<UInt8>, arena: UnsafeMutableRawPointer, observer: inout Observer
  ) -> Bool { false }

  /// One output after the other.
  public func finish(_ row: FinishedSums, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    output.writeAll(row.sums, count: row.count, to: target)
  }
}

/// A row of a convolution or depthwise convolution.
public struct ConvolutionRow {
  /// The layer's place in the model, for kernels that keep prepared weights.
  package let layer: Int
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
}

/// One row of the input of a dense layer, and the weights that belong to it.
public struct DenseRow {
  package let layer: Int
  /// Which row of the input.
  package let row: Int
  package let values: UnsafePointer<Int8>
  package let count: Int
  /// The weights of output 0 for this row.
  package let weights: UnsafePointer<Int8>
  /// From the weights of one output to those of the next.
  package let weightsPerOutput: Int
  package let outputs: Int
}

/// The accumulators of a dense layer after the last row of its input.
public struct FinishedSums {
  package let layer: Int
  package let sums: UnsafePointer<Int32>
  package let count: Int
}
