/// One tensor as the file describes it: its shape, and the ring in the arena that holds a few of its rows.
package struct TensorRecord: Sendable {
  package let ringOffset: UInt32
  package let ringRows: UInt16
  package let height: UInt16
  package let width: UInt16
  package let channels: UInt16
  package let borderAbove: UInt8
  package let borderBelow: UInt8
  package let borderLeft: UInt8
  package let borderRight: UInt8
  package let zeroPoint: Int8
  package let elementBytes: UInt8
  /// The bits of a float, for people and tools; the runtime does not compute with it.
  package let scaleBits: UInt32

  @inline(__always) init(_ bytes: ModelBytes, at offset: UInt32) {
    ringOffset = bytes.word(offset)
    ringRows = bytes.half(offset &+ 4)
    height = bytes.half(offset &+ 6)
    width = bytes.half(offset &+ 8)
    channels = bytes.half(offset &+ 10)
    borderAbove = bytes.byte(offset &+ 12)
    borderBelow = bytes.byte(offset &+ 13)
    borderLeft = bytes.byte(offset &+ 14)
    borderRight = bytes.byte(offset &+ 15)
    zeroPoint = Int8(bitPattern: bytes.byte(offset &+ 16))
    elementBytes = bytes.byte(offset &+ 17)
    scaleBits = bytes.word(offset &+ 20)
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
  /// Rows with the border above and below.
  package var allRows: UInt16 { UInt16(borderAbove) &+ height &+ UInt16(borderBelow) }
  /// The first row below the real ones.
  var firstRowBelow: UInt16 { UInt16(borderAbove) &+ height }
}
