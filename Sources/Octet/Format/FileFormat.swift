/// The numbers of the file format, one place for all; docs/FORMAT.md explains them.
public enum FileFormat {
  /// "OCT8" as a little-endian number.
  public static let magic: UInt32 = 0x3854_434F
  public static let version: UInt16 = 1
  public static let headerBytes: UInt32 = 48
  public static let tensorBytes: UInt32 = 24
  public static let layerBytes: UInt32 = 40
  public static let tableBytes: UInt32 = 256
  public static let constantsAlignment: UInt32 = 16
  public static let arenaAlignment: UInt32 = 4

  /// The check sum covers everything from here to the end.
  public static let checksumStart: UInt32 = 16
}

/// What a file may ask for. A file beyond a limit is rejected, whatever the machine could hold.
public enum Limit {
  public static let layers: UInt16 = 63
  public static let tensors = 64
  public static let extent: UInt16 = 4_096
  public static let classes: UInt16 = 256
  public static let fileBytes: UInt32 = 1 << 30
  public static let arenaBytes: UInt32 = 1 << 28
  /// So that 256 * 255 * cells fits an int32.
  public static let averagedCells: UInt32 = 32_767
  /// The largest |weight * activation|: 128 * 128, though the writer keeps weights at 127.
  public static let product: UInt32 = 16_384
  public static let multipliers: ClosedRange<Int32> = 1 << 30...Int32.max
  public static let shifts: ClosedRange<UInt8> = 33...62
  public static let addMultiplier: UInt32 = 1 << 21
  public static let addShifts: ClosedRange<UInt32> = 1...30
}
