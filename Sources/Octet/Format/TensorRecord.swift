/// One tensor as the file describes it: its shape, and the ring in the arena that holds a few of its rows.
package struct TensorRecord: Sendable {
  package var ringOffset: UInt32
  package var ringRows: UInt16
  package var height: UInt16
  package var width: UInt16
  package var channels: UInt16
  package var borderAbove: UInt8
  package var borderBelow: UInt8
  package var borderLeft: UInt8
  package var borderRight: UInt8
  package var zeroPoint: Int8
  package var elementBytes: UInt8
  /// The bits of a float, for people and tools; the runtime does not compute with it.
  package var scaleBits: UInt32

  /// Where the fields are, in bytes from the start of the record.
  enum Field {
    static var ringOffset: UInt32 { 0 }
    static var ringRows: UInt32 { 4 }
    static var height: UInt32 { 6 }
    static var width: UInt32 { 8 }
    static var channels: UInt32 { 10 }
    static var borderAbove: UInt32 { 12 }
    static var borderBelow: UInt32 { 13 }
    static var borderLeft: UInt32 { 14 }
    static var borderRight: UInt32 { 15 }
    static var zeroPoint: UInt32 { 16 }
    static var elementBytes: UInt32 { 17 }
    static var reserved: UInt32 { 18 }
    static var scaleBits: UInt32 { 20 }
  }

  @inline(__always) init(_ bytes: ModelBytes, at offset: UInt32) {
    ringOffset = bytes.word(offset &+ Field.ringOffset)
    ringRows = bytes.half(offset &+ Field.ringRows)
    height = bytes.half(offset &+ Field.height)
    width = bytes.half(offset &+ Field.width)
    channels = bytes.half(offset &+ Field.channels)
    borderAbove = bytes.byte(offset &+ Field.borderAbove)
    borderBelow = bytes.byte(offset &+ Field.borderBelow)
    borderLeft = bytes.byte(offset &+ Field.borderLeft)
    borderRight = bytes.byte(offset &+ Field.borderRight)
    zeroPoint = Int8(bitPattern: bytes.byte(offset &+ Field.zeroPoint))
    elementBytes = bytes.byte(offset &+ Field.elementBytes)
    scaleBits = bytes.word(offset &+ Field.scaleBits)
  }

  // The loader has checked that none of these products overflows before anything else uses them.

  /// Bytes of one pixel.
  package var pixelBytes: Int { Int(channels) &* Int(elementBytes) }
  /// Bytes of one row in the ring, border included.
  package var rowBytes: Int {
    (Int(borderLeft) &+ Int(width) &+ Int(borderRight)) &* pixelBytes
  }
  /// Bytes of the ring.
  package var ringBytes: Int { Int(ringRows) &* rowBytes }
  /// Values of one row, without border.
  package var rowValues: Int { Int(width) &* Int(channels) }
  /// From the start of the arena to the first real cell of slot `slot`.
  @inline(__always)
  package func slotOffset(_ slot: Int) -> Int {
    Int(ringOffset) &+ slot &* rowBytes &+ Int(borderLeft) &* pixelBytes
  }
  /// The same for the slot of row `row`, border rows counted.
  @inline(__always)
  package func rowOffset(_ row: Int) -> Int { slotOffset(row % Int(ringRows)) }
  /// Rows with the border above and below.
  package var allRows: UInt16 { UInt16(borderAbove) &+ height &+ UInt16(borderBelow) }
  /// The first row below the real ones.
  var firstRowBelow: UInt16 { UInt16(borderAbove) &+ height }
}
