/// The inner loops. Each computes one row; a session decides which and when.
///
/// A set has the rows that it computes faster, with the same bits; the others are the plain ones. A program can have a
/// set of its own, for the instructions of its chip: what a row is computed from lies in memory that the loader has
/// checked, and ``OutputStage/write(_:channel:to:at:)`` writes each value. `PlainKernels` is the definition to compare
/// with, and `LayerChecksums` finds the layer that differs. Layers whose weights have a zero point are never given to
/// kernels.
public protocol RowKernels {
  /// A row of a convolution, with the fused pool if there is one.
  func convolve(_ row: ConvolutionRow)
  /// A row of a depthwise convolution.
  func convolveDepthwise(_ row: ConvolutionRow)
  /// Adds one input row to the accumulators of a dense layer, which hold the bias before row 0. It may be put off, but
  /// not beyond the last row of the input.
  func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>)
  /// The accumulators of a dense layer, complete, become its output.
  func finish(_ row: FinishedSums, _ output: OutputStage, to target: UnsafeMutableRawPointer)
  /// A dense layer whose input is a single row.
  func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer)
  // The same where weights have fewer than 8 bits; `encoding` says which. `WeightEncoding` tells how they are stored.

  /// As `convolve(_:)`.
  func convolve(packed row: ConvolutionRow)
  /// As `convolveDepthwise(_:)`.
  func convolveDepthwise(packed row: ConvolutionRow)
  /// As `fold(_:into:)`.
  func fold(packed row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>)
  /// As `multiply(_:_:to:)`.
  func multiply(packed row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer)

  /// A row of sums of two values.
  func add(_ row: JoinRow)
  /// Bytes of arena that a session with these kernels needs; no fewer than the model's own.
  func arenaBytes(of model: Model) -> Int
  /// Fills an arena of so many bytes with what does not change from image to image.
  func prepare(_ arena: UnsafeMutableRawPointer, of model: Model)
  /// Whether the kernels have worked out the steps of an image beforehand, and `run` takes them.
  var haveSteps: Bool { get }
  /// Goes on from a place in these steps with rows of the image, until another row of it is needed or the image is
  /// done.
  ///
  /// Outputs are left where the file's plan has them; all else in the arena is the kernels' own.
  ///
  /// - Parameters:
  ///   - position: 0 for the first row of an image, and then what the last call gave.
  ///   - pixels: rows of the image, one after another.
  ///   - rows: how many there are.
  ///   - arena: the session's.
  ///   - observer: told of each row of each layer.
  /// - Returns: the place to go on from; nil if there are no such steps, and then nothing has happened.
  func run<Observer: RunObserver>(
    from position: Int, pixels: UnsafePointer<UInt8>, rows: Int, arena: UnsafeMutableRawPointer,
    observer: inout Observer
  ) -> Int?
}

extension RowKernels {
  /// They have not.
  @inline(__always)
  public var haveSteps: Bool { false }

  /// There are none.
  @inline(__always)
  public func run<Observer: RunObserver>(
    from position: Int, pixels: UnsafePointer<UInt8>, rows: Int, arena: UnsafeMutableRawPointer,
    observer: inout Observer
  ) -> Int? { nil }

  /// What the file's plan needs.
  @inline(__always)
  public func arenaBytes(of model: Model) -> Int { model.arenaBytes }

  /// Fills the rings of the file's plan.
  public func prepare(_ arena: UnsafeMutableRawPointer, of model: Model) {
    RunContext(model.records, RunMemory(arena)).fillRings()
  }

  // The plain rows, as each kind of layer defines them.

  /// One output value after the other.
  public func convolve(_ row: ConvolutionRow) { LayerKind.Convolution.compute(row) }

  /// One output value after the other.
  public func convolveDepthwise(_ row: ConvolutionRow) { LayerKind.DepthwiseConvolution.compute(row) }

  /// One output after the other.
  public func fold(_ row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    LayerKind.Dense.fold(row, into: accumulators)
  }

  /// One output after the other.
  public func multiply(_ row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    LayerKind.Dense.multiply(row, output, to: target)
  }

  /// One output value after the other.
  public func convolve(packed row: ConvolutionRow) { LayerKind.Convolution.compute(packed: row) }

  /// One output value after the other.
  public func convolveDepthwise(packed row: ConvolutionRow) {
    LayerKind.DepthwiseConvolution.compute(packed: row)
  }

  /// One output after the other.
  public func fold(packed row: DenseRow, into accumulators: UnsafeMutablePointer<Int32>) {
    LayerKind.Dense.fold(packed: row, into: accumulators)
  }

  /// One output after the other.
  public func multiply(packed row: DenseRow, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    LayerKind.Dense.multiply(packed: row, output, to: target)
  }

  /// One value after the other.
  public func add(_ row: JoinRow) { LayerKind.Add.compute(row) }

  /// One output after the other.
  public func finish(_ row: FinishedSums, _ output: OutputStage, to target: UnsafeMutableRawPointer) {
    output.writeAll(row.sums, count: row.count, to: target)
  }
}

/// The kernels as each kind of layer defines them; every chip can run them.
public struct PlainKernels: RowKernels, Sendable {
  /// They need nothing.
  public init() {}
}
