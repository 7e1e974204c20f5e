import Octet
import OctetChipInstructions

/// As `PairLayout`, for weights of four bits: two to a byte, each output's from a byte of their own.
public enum PairHalfLayout: PatchLayout {
  /// Two.
  public static var valueBytes: Int { PairLayout.valueBytes }
  /// A word of weights.
  public static var group: Int { 8 }
  /// Pairs are made from eights.
  public static var rowGroup: Int { 8 }
  /// See `PatchLayout`.
  @inline(__always)
  public static var roundsAway: Bool { PairLayout.roundsAway }

  /// Two to a byte.
  @inline(__always)
  public static func weightBytes(_ depth: Int) -> Int { (depth &+ 1) / 2 }

  /// See `PatchLayout`.
  @inline(__always)
  public static func gather(
    _ patch: UnsafeMutableRawPointer, index: Int, windows: UnsafePointer<UnsafePointer<Int8>?>, count: Int
  ) {
    octet_pair_gather_eights(patch.assumingMemoryBound(to: UInt32.self), index, windows, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func multiply(
    _ patch: UnsafeRawPointer, weights: UnsafePointer<Int8>, depth: Int, channels: Int,
    end: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_pair_multiply_halves(
      patch.assumingMemoryBound(to: UInt32.self), weights, depth, channels, end, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func widen(_ row: UnsafeMutableRawPointer, values: UnsafePointer<Int8>, count: Int) {
    octet_pair_widen_eights(row.assumingMemoryBound(to: UInt32.self), values, count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func fold(
    _ row: UnsafeRawPointer, count: Int, weights: UnsafePointer<Int8>, stride: Int, outputs: Int,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_pair_fold_halves(row.assumingMemoryBound(to: UInt32.self), count, weights, stride, outputs, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func writeNarrow(
    _ output: OutputStage, _ sums: UnsafePointer<Int32>, stride: Int, channels: Range<Int>,
    to target: UnsafeMutablePointer<Int8>
  ) { PairLayout.writeNarrow(output, sums, stride: stride, channels: channels, to: target) }
}
