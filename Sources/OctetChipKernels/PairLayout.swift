import Octet
import OctetChipInstructions

/// Pairs of 16 bits, for chips with DSP instructions: Cortex-M4, M7, M33, M55.
public enum PairLayout: PatchLayout {
  /// Weights of four bits are taken apart in other pairs.
  public typealias HalfBytes = PairHalfLayout

  /// There is one.
  @inline(__always)
  public static var takesHalfBytes: Bool { true }
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
  public static func windows(width: Int) -> Int { max(octet_next_windows(width), 4) }

  /// See `PatchLayout`.
  @inline(__always)
  public static func convolve(_ row: ConvolutionRow, patch: UnsafeMutableRawPointer) -> Bool {
    guard row.output.isNarrow && row.output.isUnlimited && !row.output.rounding.isAway else { return false }
    var instructions = row.instructions()
    let words = patch.assumingMemoryBound(to: UInt32.self)
    if octet_rounding_of(&instructions.output) == Int32(octet_twice_above) {
      octet_pair_convolve_twice_above(&instructions, words)
    } else if row.output.rounding.isTwice {
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
