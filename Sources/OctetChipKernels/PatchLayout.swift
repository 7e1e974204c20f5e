import Octet

/// How the values under four windows lie in the scratch memory, and what multiplies them.
public protocol PatchLayout {
  /// Bytes of one value.
  static var valueBytes: Int { get }
  /// Values are stored in groups of so many.
  static var group: Int { get }
  /// The layout that takes weights of four bits as they are stored, where there is one.
  associatedtype HalfBytes: PatchLayout = Self
  /// Whether there is; else they are brought to bytes first.
  static var takesHalfBytes: Bool { get }
  /// Bytes of so many weights of an output.
  static func weightBytes(_ depth: Int) -> Int
  /// Rows of a multiple of so many values can follow each other in a widened row.
  static var rowGroup: Int { get }
  /// Puts values `index` to `index + count - 1` of four windows into the patch.
  static func gather(
    _ patch: UnsafeMutableRawPointer, index: Int, windows: UnsafePointer<UnsafePointer<Int8>?>, count: Int)
  /// Four sums for each of `channels` outputs, whose weights follow each other.
  ///
  /// - Parameters:
  ///   - patch: the values of the windows, as `gather` has put them.
  ///   - weights: those of the first output.
  ///   - depth: weights of an output.
  ///   - channels: how many outputs.
  ///   - end: where the layer's weights end; nothing beyond is read.
  ///   - sums: four for each output, those of an output together.
  static func multiply(
    _ patch: UnsafeRawPointer, weights: UnsafePointer<Int8>, depth: Int, channels: Int,
    end: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Int32>)
  /// Takes a row of values apart for `fold`.
  static func widen(_ row: UnsafeMutableRawPointer, values: UnsafePointer<Int8>, count: Int)
  /// Adds the products of a widened row and the weights of each output to its sum.
  static func fold(
    _ row: UnsafeRawPointer, count: Int, weights: UnsafePointer<Int8>, stride: Int, outputs: Int,
    sums: UnsafeMutablePointer<Int32>)
  /// Writes the outputs of some channels, which are int8 and have no table, from sums that are `stride` apart and lack
  /// the bias.
  static func writeNarrow(
    _ output: OutputStage, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>)
  /// Puts the largest of each four sums side by side. There is room for the sums of a multiple of 4 channels.
  static func keepLargest(_ sums: UnsafeMutablePointer<Int32>, channels: Int)
  /// Whether `writeNarrow` rounds half away from zero too.
  static var roundsAway: Bool { get }
  /// The most windows under which values are gathered at once, in a row of `width` windows without a pool.
  static func windows(width: Int) -> Int
  /// A whole row of a convolution without a pool, where the layout has a way of its own. There is room for
  /// `windows(width:)` windows in `patch`.
  ///
  /// - Returns: whether it has; else nothing has happened.
  static func convolve(_ row: ConvolutionRow, patch: UnsafeMutableRawPointer) -> Bool
  /// A dense layer over a single row, which comes widened too, where the layout has a way of its own.
  ///
  /// - Returns: whether it has; else nothing has happened.
  static func multiply(
    _ row: DenseRow, _ wide: UnsafeRawPointer, _ output: OutputStage, to target: UnsafeMutableRawPointer
  ) -> Bool
  /// A row of sums of two values, where the layout has a way of its own.
  ///
  /// - Returns: whether it has; else nothing has happened.
  static func add(_ row: JoinRow) -> Bool
  /// A whole row of a depthwise convolution, where the layout has a way of its own.
  ///
  /// - Returns: whether it has; else nothing has happened.
  static func convolveDepthwise(_ row: ConvolutionRow, scratch: UnsafeMutableRawBufferPointer) -> Bool
}

extension PatchLayout {
  /// There is none.
  @inline(__always)
  public static var takesHalfBytes: Bool { false }

  /// A byte each.
  @inline(__always)
  public static func weightBytes(_ depth: Int) -> Int { depth }

  /// It does not.
  @inline(__always)
  public static var roundsAway: Bool { false }

  /// Four.
  @inline(__always)
  public static func windows(width: Int) -> Int { 4 }

  /// It has not.
  @inline(__always)
  public static func convolve(_ row: ConvolutionRow, patch: UnsafeMutableRawPointer) -> Bool { false }

  /// It has not.
  @inline(__always)
  public static func add(_ row: JoinRow) -> Bool { false }

  /// It has not.
  @inline(__always)
  public static func multiply(
    _ row: DenseRow, _ wide: UnsafeRawPointer, _ output: OutputStage, to target: UnsafeMutableRawPointer
  ) -> Bool { false }

  /// It has not.
  @inline(__always)
  public static func convolveDepthwise(
    _ row: ConvolutionRow, scratch: UnsafeMutableRawBufferPointer
  ) -> Bool { false }
}
