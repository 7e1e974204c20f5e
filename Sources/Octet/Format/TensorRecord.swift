/// One tensor as the file describes it: its shape, and the ring in the arena that holds a few of its rows.
public struct TensorRecord: Sendable {
  public let ringOffset: UInt32
  public let ringRows: UInt16
  public let height: UInt16
  public let width: UInt16
  public let channels: UInt16
  public let borderAbove: UInt8
  public let borderBelow: UInt8
  public let borderLeft: UInt8
  public let borderRight: UInt8
  public let zeroPoint: Int8
  public let elementBytes: UInt8
  /// The bits of a float, for people and tools; the runtime does not compute with it.
  public let scaleBits: UInt32

  @inline(__always) init(_ bytes: ModelBytes, at offset: UInt32) {
    ringOffset = bytes.word(offset)
    ringRows = bytes.half(offset + 4)
    height = bytes.half(offset + 6)
    width = bytes.half(offset + 8)
    channels = bytes.half(offset + 10)
    borderAbove = bytes.byte(offset + 12)
    borderBelow = bytes.byte(offset + 13)
    borderLeft = bytes.byte(offset + 14)
    borderRight = bytes.byte(offset + 15)
    zeroPoint = Int8(bitPattern: bytes.byte(offset + 16))
    elementBytes = bytes.byte(offset + 17)
    scaleBits = bytes.word(offset + 20)
  }

  // The loader has checked that none of these products overflows before anything else uses them.

  /// Bytes of one pixel.
  public var pixelBytes: Int { Int(channels) &* Int(elementBytes) }
  /// Bytes of one row in the ring, border included.
  public var rowBytes: Int {
    (Int(borderLeft) &+ Int(width) &+ Int(borderRight)) &* pixelBytes
  }
  /// Bytes of the ring.
  public var ringBytes: Int { Int(ringRows) &* rowBytes }
  /// Values of one row, without border.
  public var rowValues: Int { Int(width) &* Int(channels) }
  /// Rows with the border above and below.
  public var allRows: UInt16 { UInt16(borderAbove) &+ height &+ UInt16(borderBelow) }
  /// The first row below the real ones.
  var firstRowBelow: UInt16 { UInt16(borderAbove) &+ height }
}
