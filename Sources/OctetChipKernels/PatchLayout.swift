import Octet
import OctetChipInstructions

/// How the values under four windows lie in the scratch memory, and what multiplies them.
public protocol PatchLayout {
  /// Bytes of one value.
  static var valueBytes: Int { get }
  /// Values are stored in groups of so many.
  static var group: Int { get }
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
  /// A whole row of a convolution without a pool, where the layout has a way of its own.
  ///
  /// - Parameter patch: room for `windows(width:)` windows.
  /// - Returns: whether it has; else nothing has happened.
  static func convolve(_ row: ConvolutionRow, patch: UnsafeMutableRawPointer) -> Bool
  /// A dense layer over a single row, where the layout has a way of its own.
  ///
  /// - Parameter wide: the row, widened.
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

/// Pairs of 16 bits, for chips with DSP instructions: Cortex-M4, M7, M33, M55.
public enum PairLayout: PatchLayout {
  /// Two.
  public static var valueBytes: Int { 2 }
  /// A word of weights.
  public static var group: Int { 4 }
  /// Pairs are made from fours.
  public static var rowGroup: Int { 4 }

  /// See `PatchLayout`.
  @inline(__always)
  public static func gather(
    _ patch: UnsafeMutableRawPointer, index: Int, windows: UnsafePointer<UnsafePointer<Int8>?>, count: Int
  ) {
    octet_pair_gather(patch.assumingMemoryBound(to: UInt32.self), index, windows, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func multiply(
    _ patch: UnsafeRawPointer, weights: UnsafePointer<Int8>, depth: Int, channels: Int,
    end: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_pair_multiply(
      patch.assumingMemoryBound(to: UInt32.self), weights, depth, channels, end, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func widen(_ row: UnsafeMutableRawPointer, values: UnsafePointer<Int8>, count: Int) {
    octet_pair_widen(row.assumingMemoryBound(to: UInt32.self), values, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func fold(
    _ row: UnsafeRawPointer, count: Int, weights: UnsafePointer<Int8>, stride: Int, outputs: Int,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_pair_fold(row.assumingMemoryBound(to: UInt32.self), count, weights, stride, outputs, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static var roundsAway: Bool { true }

  /// See `PatchLayout`.
  @inline(__always)
  public static func writeNarrow(
    _ output: OutputStage, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>
  ) {
    guard output.isUnlimited else {
      output.writeEach(sums, stride: stride, channels: channels, to: target, at: 0)
      return
    }
    var constants = output.instructions(from: channels.lowerBound)
    if output.rounding.isTwice {
      octet_pair_write_twice(&constants, sums, stride, channels.count, target)
    } else if output.rounding.isAway {
      octet_pair_write_away(&constants, sums, stride, channels.count, target)
    } else {
      octet_pair_write_half_up(&constants, sums, stride, channels.count, target)
    }
  }

  /// Blocks of up to five.
  @inline(__always)
  public static func windows(width: Int) -> Int { max(octet_pair_next_windows(width), 4) }

  /// See `PatchLayout`.
  @inline(__always)
  public static func convolve(_ row: ConvolutionRow, patch: UnsafeMutableRawPointer) -> Bool {
    guard row.output.isNarrow && row.output.isUnlimited && !row.output.rounding.isAway else { return false }
    var instructions = row.instructions()
    let words = patch.assumingMemoryBound(to: UInt32.self)
    if row.output.rounding.isTwice {
      octet_pair_convolve_twice(&instructions, words)
    } else {
      octet_pair_convolve_half_up(&instructions, words)
    }
    return true
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func add(_ row: JoinRow) -> Bool {
    guard row.rounding.isTwice && row.minimum == -128 && row.maximum == 127 else { return false }
    var instructions = row.instructions()
    guard octet_pair_is_short_sum(&instructions) else { return false }
    octet_pair_add_twice(&instructions)
    return true
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func multiply(
    _ row: DenseRow, _ wide: UnsafeRawPointer, _ output: OutputStage, to target: UnsafeMutableRawPointer
  ) -> Bool {
    guard output.isNarrow && output.isUnlimited && row.count == row.weightsPerOutput else { return false }
    var constants = output.instructions()
    let words = wide.assumingMemoryBound(to: UInt32.self)
    let bytes = target.assumingMemoryBound(to: Int8.self)
    if output.rounding.isTwice {
      octet_pair_multiply_row_twice(words, row.count, row.weights, &constants, row.outputs, bytes)
    } else if output.rounding.isAway {
      octet_pair_multiply_row_away(words, row.count, row.weights, &constants, row.outputs, bytes)
    } else {
      octet_pair_multiply_row_half_up(words, row.count, row.weights, &constants, row.outputs, bytes)
    }
    return true
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func convolveDepthwise(
    _ row: ConvolutionRow, scratch: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard
      row.output.isNarrow && row.output.isUnlimited && !row.output.rounding.isAway
        && row.inputChannels == row.outputChannels && row.inputChannels >= 4
        && row.windowHeight &* row.windowWidth <= Int(octet_pair_most_cells)
    else { return false }
    var instructions = row.instructions()
    if row.output.rounding.isTwice {
      octet_pair_depthwise_twice(&instructions)
    } else {
      octet_pair_depthwise_half_up(&instructions)
    }
    return true
  }
}

/// Numbers of 32 bits, for chips without: Cortex-M0, RISC-V.
public enum WideLayout: PatchLayout {
  /// Four.
  public static var valueBytes: Int { 4 }
  /// One by one.
  public static var group: Int { 1 }
  /// Any.
  public static var rowGroup: Int { 1 }

  /// See `PatchLayout`.
  @inline(__always)
  public static func gather(
    _ patch: UnsafeMutableRawPointer, index: Int, windows: UnsafePointer<UnsafePointer<Int8>?>, count: Int
  ) {
    octet_wide_gather(patch.assumingMemoryBound(to: Int32.self), index, windows, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func multiply(
    _ patch: UnsafeRawPointer, weights: UnsafePointer<Int8>, depth: Int, channels: Int,
    end: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_wide_multiply(patch.assumingMemoryBound(to: Int32.self), weights, depth, channels, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func widen(_ row: UnsafeMutableRawPointer, values: UnsafePointer<Int8>, count: Int) {
    octet_wide_widen(row.assumingMemoryBound(to: Int32.self), values, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func fold(
    _ row: UnsafeRawPointer, count: Int, weights: UnsafePointer<Int8>, stride: Int, outputs: Int,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_wide_fold(row.assumingMemoryBound(to: Int32.self), count, weights, stride, outputs, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func convolveDepthwise(
    _ row: ConvolutionRow, scratch: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard
      row.output.isNarrow && !row.output.rounding.isAway && row.inputChannels == row.outputChannels
        && row.windowHeight &* row.windowWidth <= Int(octet_wide_most_cells)
    else { return false }
    var instructions = row.instructions()
    if row.output.rounding.isTwice {
      octet_wide_depthwise_twice(&instructions)
    } else {
      octet_wide_depthwise_half_up(&instructions)
    }
    return true
  }

  // Where code must be small, what follows is left out: the plain rows are shorter.
  #if !OCTET_SMALL_CODE

    /// Blocks of up to five.
    @inline(__always)
    public static func windows(width: Int) -> Int { max(octet_wide_next_windows(width), 4) }

    /// See `PatchLayout`.
    @inline(__always)
    public static func convolve(_ row: ConvolutionRow, patch: UnsafeMutableRawPointer) -> Bool {
      guard row.output.isNarrow && !row.output.rounding.isAway else { return false }
      var instructions = row.instructions()
      let words = patch.assumingMemoryBound(to: Int32.self)
      if row.output.rounding.isTwice {
        octet_wide_convolve_twice(&instructions, words)
      } else {
        octet_wide_convolve_half_up(&instructions, words)
      }
      return true
    }

    /// See `PatchLayout`.
    @inline(__always)
    public static func multiply(
      _ row: DenseRow, _ wide: UnsafeRawPointer, _ output: OutputStage, to target: UnsafeMutableRawPointer
    ) -> Bool {
      guard output.isNarrow && row.count == row.weightsPerOutput else { return false }
      var constants = output.instructions()
      let words = wide.assumingMemoryBound(to: Int32.self)
      let bytes = target.assumingMemoryBound(to: Int8.self)
      if output.rounding.isTwice {
        octet_wide_multiply_row_twice(words, row.count, row.weights, &constants, row.outputs, bytes)
      } else if output.rounding.isAway {
        octet_wide_multiply_row_away(words, row.count, row.weights, &constants, row.outputs, bytes)
      } else {
        octet_wide_multiply_row_half_up(words, row.count, row.weights, &constants, row.outputs, bytes)
      }
      return true
    }

  #endif
}

/// Vectors of 16 bytes, for chips with Arm's M-profile vector extension: Cortex-M55, M85.
public enum VectorLayout: PatchLayout {
  /// One.
  public static var valueBytes: Int { 1 }
  /// A vector of weights.
  public static var group: Int { 16 }
  /// Any: the last vector of a row is loaded in part.
  public static var rowGroup: Int { 1 }

  /// See `PatchLayout`.
  @inline(__always)
  public static func gather(
    _ patch: UnsafeMutableRawPointer, index: Int, windows: UnsafePointer<UnsafePointer<Int8>?>, count: Int
  ) {
    octet_vector_gather(patch.assumingMemoryBound(to: Int8.self), index, windows, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func multiply(
    _ patch: UnsafeRawPointer, weights: UnsafePointer<Int8>, depth: Int, channels: Int,
    end: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_vector_multiply(patch.assumingMemoryBound(to: Int8.self), weights, depth, channels, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func widen(_ row: UnsafeMutableRawPointer, values: UnsafePointer<Int8>, count: Int) {
    octet_vector_widen(row.assumingMemoryBound(to: Int8.self), values, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func fold(
    _ row: UnsafeRawPointer, count: Int, weights: UnsafePointer<Int8>, stride: Int, outputs: Int,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_vector_fold(row.assumingMemoryBound(to: Int8.self), count, weights, stride, outputs, sums)
  }

  /// Blocks of up to five.
  @inline(__always)
  public static func windows(width: Int) -> Int { max(octet_vector_next_windows(width), 4) }

  /// See `PatchLayout`.
  @inline(__always)
  public static func convolve(_ row: ConvolutionRow, patch: UnsafeMutableRawPointer) -> Bool {
    guard row.output.isNarrow && !row.output.rounding.isAway else { return false }
    var instructions = row.instructions()
    let bytes = patch.assumingMemoryBound(to: Int8.self)
    if row.output.rounding.isTwice {
      octet_vector_convolve_twice(&instructions, bytes)
    } else {
      octet_vector_convolve_half_up(&instructions, bytes)
    }
    return true
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func convolveDepthwise(
    _ row: ConvolutionRow, scratch: UnsafeMutableRawBufferPointer
  ) -> Bool {
    guard
      row.output.isNarrow && !row.output.rounding.isAway && row.inputChannels == row.outputChannels
        && row.inputChannels >= 8
    else { return false }
    var instructions = row.instructions()
    if row.output.rounding.isTwice {
      octet_vector_depthwise_twice(&instructions)
    } else {
      octet_vector_depthwise_half_up(&instructions)
    }
    return true
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func add(_ row: JoinRow) -> Bool {
    guard row.rounding.isTwice else { return false }
    var instructions = row.instructions()
    octet_vector_add_twice(&instructions)
    return true
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func multiply(
    _ row: DenseRow, _ wide: UnsafeRawPointer, _ output: OutputStage, to target: UnsafeMutableRawPointer
  ) -> Bool {
    guard output.isNarrow && row.count == row.weightsPerOutput else { return false }
    var constants = output.instructions()
    let values = wide.assumingMemoryBound(to: Int8.self)
    let bytes = target.assumingMemoryBound(to: Int8.self)
    if output.rounding.isTwice {
      octet_vector_multiply_row_twice(values, row.count, row.weights, &constants, row.outputs, bytes)
    } else if output.rounding.isAway {
      octet_vector_multiply_row_away(values, row.count, row.weights, &constants, row.outputs, bytes)
    } else {
      octet_vector_multiply_row_half_up(values, row.count, row.weights, &constants, row.outputs, bytes)
    }
    return true
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func writeNarrow(
    _ output: OutputStage, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>
  ) {
    var constants = output.instructions(from: channels.lowerBound)
    if output.rounding.isTwice {
      octet_vector_requantize_twice(&constants, sums, stride, channels.count, target)
    } else {
      octet_vector_requantize(&constants, sums, stride, channels.count, target)
    }
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func keepLargest(_ sums: UnsafeMutablePointer<Int32>, channels: Int) {
    octet_vector_largest(sums, channels)
  }
}
