#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Counts that differ a thousandfold, side by side.
enum LogScale {
  /// From 0 for no count to 1 for `most`; a count of one can still be seen.
  static func share(_ count: Int, of most: Int) -> Double {
    guard count > 0, most > 0 else { return 0 }
    return log2(Double(count) + 1) / log2(Double(most) + 1)
  }
}
