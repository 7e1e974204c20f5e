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
  /// There is nothing to prepare.
  public init() {}
  /// Does nothing.
  @inline(__always) public mutating func willRun(layer: Int) {}
  /// Does nothing.
  @inline(__always) public mutating func didFold(layer: Int) {}
  /// Does nothing.
  @inline(__always) public mutating func didRun(layer: Int, row: RawSpan) {}
}

/// A check sum of every layer's output, as docs/NUMERICS.md defines it.
public struct LayerChecksums: RunObserver {
  #if hasFeature(Embedded)
    private var checksums = PerTensor<Checksum>(repeating: Checksum())
  #else
    private var checksums: [Checksum] = []
  #endif

  /// Before the first row of an image; one for each image.
  public init() {}
  /// The check sum of a layer's output so far.
  public subscript(_ layer: Int) -> UInt32 {
    #if !hasFeature(Embedded)
      guard layer < checksums.count else { return Checksum().value }
    #endif
    return checksums[layer].value
  }
  /// Does nothing.
  public mutating func willRun(layer: Int) {}
  /// Does nothing.
  public mutating func didFold(layer: Int) {}
  /// Takes the row in.
  public mutating func didRun(layer: Int, row: RawSpan) {
    #if !hasFeature(Embedded)
      while checksums.count <= layer { checksums.append(Checksum()) }
    #endif
    checksums[layer].add(row)
  }
}
