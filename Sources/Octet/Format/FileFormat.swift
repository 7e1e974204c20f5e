/// The numbers of the file format, one place for all; docs/FORMAT.md explains them.
package enum FileFormat {
  /// "OCT8" as a little-endian number.
  package static let magic: UInt32 = 0x3854_434F
  package static let version: UInt16 = 1
  package static let headerBytes: UInt32 = 48
  package static let tensorBytes: UInt32 = 24
  package static let layerBytes: UInt32 = 40
  package static let tableBytes: UInt32 = 256
  package static let constantsAlignment: UInt32 = 16
  package static let arenaAlignment: UInt32 = 4

  // Where the header's fields are.
  static let versionOffset: UInt32 = 4
  static let headerBytesOffset: UInt32 = 6
  static let length: UInt32 = 8
  static let checksum: UInt32 = 12
  static let arenaBytes: UInt32 = 16
  static let layerCount: UInt32 = 20
  static let classCount: UInt32 = 22
  static let labelsBytes: UInt32 = 24
  static let head: UInt32 = 26
  static let pictureForm: UInt32 = 27
  static let probabilityStep: UInt32 = 28
  static let headerReserved: UInt32 = 32

  /// The check sum covers everything from here to the end.
  package static let checksumStart: UInt32 = 16
}

/// What a file may ask for. A file beyond a limit is rejected, whatever the machine could hold.
package enum Limit {
  package static let layers: UInt16 = 63
  package static let tensors = 64
  package static let extent: UInt16 = 4_096
  package static let classes: UInt16 = 256
  package static let fileBytes: UInt32 = 1 << 30
  package static let arenaBytes: UInt32 = 1 << 28
  /// So that 256 * 255 * cells fits an int32.
  package static let averagedCells: UInt32 = 32_767
  /// The largest |weight * activation|: 128 * 128, though the writer keeps weights at 127.
  package static let product: UInt32 = 16_384
  package static let multipliers: ClosedRange<Int32> = 1 << 30...Int32.max
  package static let shifts: ClosedRange<UInt8> = 33...62
  package static let inputMultiplier: UInt32 = 1 << 21
  package static let inputShifts: ClosedRange<UInt32> = 1...30
}
