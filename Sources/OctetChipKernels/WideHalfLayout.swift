import Octet
import OctetChipInstructions

/// As `WideLayout`, for weights of four bits: two to a byte, each output's from a byte of their own.
public enum WideHalfLayout: PatchLayout {
  /// Four.
  public static var valueBytes: Int { WideLayout.valueBytes }
  /// One by one.
  public static var group: Int { WideLayout.group }
  /// Any.
  public static var rowGroup: Int { WideLayout.rowGroup }

  /// Two to a byte.
  @inline(__always)
  public static func weightBytes(_ depth: Int) -> Int { (depth &+ 1) / 2 }

  /// See `PatchLayout`.
  @inline(__always)
  public static func gather(
    _ patch: UnsafeMutableRawPointer, index: Int, windows: UnsafePointer<UnsafePointer<Int8>?>, count: Int
  ) { WideLayout.gather(patch, index: index, windows: windows, count: count) }

  /// See `PatchLayout`.
  @inline(__always)
  public static func multiply(
    _ patch: UnsafeRawPointer, weights: UnsafePointer<Int8>, depth: Int, channels: Int,
    end: UnsafePointer<Int8>,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_wide_multiply_halves(
      patch.assumingMemoryBound(to: Int32.self),
      UnsafeRawPointer(weights).assumingMemoryBound(to: UInt8.self),
      depth, channels, sums)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func widen(_ row: UnsafeMutableRawPointer, values: UnsafePointer<Int8>, count: Int) {
    WideLayout.widen(row, values: values, count: count)
  }

  /// See `PatchLayout`.
  @inline(__always)
  public static func fold(
    _ row: UnsafeRawPointer, count: Int, weights: UnsafePointer<Int8>, stride: Int, outputs: Int,
    sums: UnsafeMutablePointer<Int32>
  ) {
    octet_wide_fold_halves(
      row.assumingMemoryBound(to: Int32.self), count,
      UnsafeRawPointer(weights).assumingMemoryBound(to: UInt8.self), stride, outputs, sums)
  }
}
