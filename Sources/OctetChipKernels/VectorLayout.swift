import Octet
import OctetChipInstructions

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
    if octet_rounding_of(&constants) == Int32(octet_twice_above) {
      octet_vector_multiply_row_twice_above(values, row.count, row.weights, &constants, row.outputs, bytes)
    } else if output.rounding.isTwice {
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
    let first = channels.lowerBound
    var constants = octet_some_output(
      bias: output.bias + first, multipliers: output.multipliers + first, shifts: output.shifts + first,
      zero_point: output.zeroPoint, minimum: output.minimum, maximum: output.maximum)
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
