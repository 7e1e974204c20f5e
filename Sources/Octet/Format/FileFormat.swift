/// The numbers of the file format, one place for all; docs/FORMAT.md explains them.
package enum FileFormat {
  /// "OCT8" as a little-endian number.
  package static let magic: UInt32 = 0x3854_434F
  package static let version: UInt16 = 2
  package static let headerBytes: UInt32 = 64
  package static let tensorBytes: UInt32 = 28
  package static let layerBytes: UInt32 = 44
  package static let outputBytes: UInt32 = 16
  package static let tableBytes: UInt32 = 256
  /// What a layer of two inputs has instead of parameters.
  package static let inputFactorsBytes: UInt32 = 16
  /// A factor and an offset for each channel of the input.
  package static let pixelMapBytes: UInt32 = 8
  package static let constantsAlignment: UInt32 = 16
  package static let arenaAlignment: UInt32 = 4

  // Where the header's fields are. What tools read as well is computed, so that it takes no bytes of a chip's program.
  static let versionOffset: UInt32 = 4
  static let headerBytesOffset: UInt32 = 6
  @inline(__always) package static var length: UInt32 { 8 }
  @inline(__always) package static var checksum: UInt32 { 12 }
  @inline(__always) package static var arenaBytes: UInt32 { 16 }
  package static let secondRegion: UInt32 = 20
  @inline(__always) package static var layerCount: UInt32 { 24 }
  static let outputCount: UInt32 = 26
  static let namesBytes: UInt32 = 28
  static let inputKind: UInt32 = 32
  static let fit: UInt32 = 33
  static let inversion: UInt32 = 34
  static let channelOrder: UInt32 = 35
  static let pixelMap: UInt32 = 36
  package static let layerNames: UInt32 = 37
  static let headerReserved: UInt32 = 38

  /// The check sum covers everything from here to the end.
  package static let checksumStart: UInt32 = 16
}

/// What a file may ask for. A file beyond a limit is rejected, whatever the machine could hold.
package enum Limit {
  #if !hasFeature(Embedded) || OCTET_MANY_LAYERS
    package static let layers: UInt16 = 1_024
  #else
    /// Chips keep a few bytes for each tensor that their program has room for: 64 unless it is built for more.
    package static let layers: UInt16 = 63
  #endif
  package static let outputs: UInt16 = 16
  package static let extent: UInt16 = 4_096
  package static let fileBytes: UInt32 = 1 << 30
  package static let arenaBytes: UInt32 = 1 << 28
  /// Rows of all tensors times layers, which the walk through the order of rows takes steps in proportion to.
  package static let walk: UInt32 = 1 << 27
  /// So that 256 * 255 * cells fits an int32.
  package static let averagedCells: UInt32 = 32_767
  /// The largest |weight * activation|: 128 * 128.
  package static let product: UInt32 = 16_384
  /// The same where weights have a zero point, and so lie in -255 to 255: 128 * 255.
  package static let offsetProduct: UInt32 = 32_640
  /// Besides 0, with which the result is always 0.
  package static let multipliers: ClosedRange<Int32> = 1 << 29...Int32.max
  package static let shifts: ClosedRange<UInt8> = 27...62
  /// Below this one a result may not fit 32 bits before it is clamped.
  package static let coarseShift: UInt8 = 33
  package static let inputMultiplier: UInt32 = 1 << 21
  package static let inputShifts: ClosedRange<UInt8> = 1...30
  /// Where the inputs' products and that of their sum are rounded twice.
  package static let roundedInputShifts: ClosedRange<UInt8> = 31...62
  /// Of a pixel's factor and offset, so that their sum fits 32 bits.
  package static let pixelFactor: UInt32 = 1 << 22
  package static let pixelOffset: UInt32 = 1 << 30
}
