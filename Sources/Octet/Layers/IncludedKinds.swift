/// The kinds of layer that a program can run: all, unless it is built with OCTET_CHOSEN_KINDS and a flag for each kind
/// that its model has, as firmware-sim/build does. What only other kinds need is then not compiled, and a file with one
/// of them is refused as one with an unknown kind.
enum IncludedKinds {
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_DENSE
    @inline(__always) static var dense: Bool { false }
  #else
    @inline(__always) static var dense: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_CONVOLUTION
    @inline(__always) static var convolution: Bool { false }
  #else
    @inline(__always) static var convolution: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_DEPTHWISE_CONVOLUTION
    @inline(__always) static var depthwiseConvolution: Bool { false }
  #else
    @inline(__always) static var depthwiseConvolution: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_MAXIMUM_POOLING
    @inline(__always) static var maximumPooling: Bool { false }
  #else
    @inline(__always) static var maximumPooling: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_AVERAGE_POOLING
    @inline(__always) static var averagePooling: Bool { false }
  #else
    @inline(__always) static var averagePooling: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_GLOBAL_AVERAGE_POOLING
    @inline(__always) static var globalAveragePooling: Bool { false }
  #else
    @inline(__always) static var globalAveragePooling: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_ADD
    @inline(__always) static var add: Bool { false }
  #else
    @inline(__always) static var add: Bool { true }
  #endif
  #if OCTET_CHOSEN_KINDS && !OCTET_KIND_TABLE
    @inline(__always) static var table: Bool { false }
  #else
    @inline(__always) static var table: Bool { true }
  #endif

  /// What at least one of them has.
  @inline(__always)
  static var allTraits: LayerTraits {
    (dense ? LayerKind.Dense.traits : .none)
      | (convolution ? LayerKind.Convolution.traits : .none)
      | (depthwiseConvolution ? LayerKind.DepthwiseConvolution.traits : .none)
      | (maximumPooling ? LayerKind.MaximumPooling.traits : .none)
      | (averagePooling ? LayerKind.AveragePooling.traits : .none)
      | (globalAveragePooling ? LayerKind.GlobalAveragePooling.traits : .none)
      | (add ? LayerKind.Add.traits : .none)
      | (table ? LayerKind.Table.traits : .none)
  }

  /// What each of them has.
  @inline(__always)
  static var commonTraits: LayerTraits {
    (dense ? LayerKind.Dense.traits : .every)
      & (convolution ? LayerKind.Convolution.traits : .every)
      & (depthwiseConvolution ? LayerKind.DepthwiseConvolution.traits : .every)
      & (maximumPooling ? LayerKind.MaximumPooling.traits : .every)
      & (averagePooling ? LayerKind.AveragePooling.traits : .every)
      & (globalAveragePooling ? LayerKind.GlobalAveragePooling.traits : .every)
      & (add ? LayerKind.Add.traits : .every)
      & (table ? LayerKind.Table.traits : .every)
  }
}
