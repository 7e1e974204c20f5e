/// Looks on while a session computes: for check sums, times and the like. The one that does nothing costs nothing.
public protocol RunObserver {
  /// Before a layer computes a row, or folds one in.
  mutating func willRun(layer: Int)
  /// After a layer has folded a row into its accumulators.
  mutating func didFold(layer: Int)
  /// After a layer has made a row; `row` holds its values without the border.
  mutating func didRun(layer: Int, row: RawSpan)
}

/// Looks at nothing.
public struct NoObserver: RunObserver {
  public init() {}
  @inline(__always) public mutating func willRun(layer: Int) {}
  @inline(__always) public mutating func didFold(layer: Int) {}
  @inline(__always) public mutating func didRun(layer: Int, row: RawSpan) {}
}

/// A check sum of every layer's output, as docs/NUMERICS.md defines it.
public struct LayerChecksums: RunObserver {
  private var checksums = InlineArray<64, Checksum>(repeating: Checksum())

  public init() {}
  public subscript(_ layer: Int) -> UInt32 { checksums[layer].value }
  public mutating func willRun(layer: Int) {}
  public mutating func didFold(layer: Int) {}
  public mutating func didRun(layer: Int, row: RawSpan) { checksums[layer].add(row) }
}
