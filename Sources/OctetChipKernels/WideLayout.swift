import Octet
import OctetChipInstructions

/// Numbers of 32 bits, for chips without: Cortex-M0, RISC-V.
public enum WideLayout: PatchLayout {
  /// Weights of four bits are taken apart as they are read.
  public typealias HalfBytes = WideHalfLayout

  /// There is.
  @inline(__always)
  public static var takesHalfBytes: Bool { true }

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
    public static func windows(width: Int) -> Int { max(octet_next_windows(width), 4) }

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
