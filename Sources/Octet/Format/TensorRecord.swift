/// One tensor as the file describes it: its shape, and the ring in the arena that holds a few of its rows. A view of
/// the record's bytes.
package struct TensorRecord: Sendable {
  let bytes: ModelBytes

  @inline(__always)
  package init(_ bytes: ModelBytes) { self.bytes = bytes }

  /// Where the fields are, in bytes from the start of the record.
  package enum Field {
    @inline(__always) package static var ringOffset: UInt32 { 0 }
    @inline(__always) package static var ringRows: UInt32 { 4 }
    @inline(__always) package static var height: UInt32 { 6 }
    @inline(__always) package static var width: UInt32 { 8 }
    @inline(__always) package static var channels: UInt32 { 10 }
    @inline(__always) package static var borderAbove: UInt32 { 12 }
    @inline(__always) package static var borderBelow: UInt32 { 14 }
    @inline(__always) package static var borderLeft: UInt32 { 16 }
    @inline(__always) package static var borderRight: UInt32 { 18 }
    @inline(__always) package static var zeroPoint: UInt32 { 20 }
    @inline(__always) package static var elementBytes: UInt32 { 21 }
    /// Nothing yet: the region of a ring follows from its place.
    @inline(__always) static var region: UInt32 { 22 }
    @inline(__always) package static var flags: UInt32 { 23 }
    @inline(__always) package static var scaleBits: UInt32 { 24 }
  }

  /// Bits of the flags.
  package enum Flag {
    /// The ring may have bytes that other rings have before or after it.
    @inline(__always) package static var shares: UInt8 { 1 }
    /// Of the input: the caller may hold it, so its ring is a region of its own.
    @inline(__always) package static var held: UInt8 { 2 }
  }

  /// Whether the ring is only the tensor's from its first row on, until nobody reads any of its rows anymore.
  @inline(__always)
  package var shares: Bool { IncludedKinds.sharing && bytes.byte(Field.flags) & Flag.shares != 0 }

  /// Whether the caller may hold the tensor, which is the input: all its rows, and nobody writes to it.
  @inline(__always)
  package var isHeld: Bool { IncludedKinds.regions && bytes.byte(Field.flags) & Flag.held != 0 }

  /// The first byte of the ring in the arena.
  @inline(__always)
  package var ringOffset: UInt32 { bytes.word(Field.ringOffset) }
  @inline(__always)
  package var ringRows: UInt16 { bytes.half(Field.ringRows) }
  @inline(__always)
  package var height: UInt16 { bytes.half(Field.height) }
  @inline(__always)
  package var width: UInt16 { bytes.half(Field.width) }
  @inline(__always)
  package var channels: UInt16 { bytes.half(Field.channels) }
  @inline(__always)
  package var borderAbove: UInt16 { bytes.half(Field.borderAbove) }
  @inline(__always)
  package var borderBelow: UInt16 { bytes.half(Field.borderBelow) }
  @inline(__always)
  package var borderLeft: UInt16 { bytes.half(Field.borderLeft) }
  @inline(__always)
  package var borderRight: UInt16 { bytes.half(Field.borderRight) }
  @inline(__always)
  package var zeroPoint: Int8 { Int8(bitPattern: bytes.byte(Field.zeroPoint)) }
  @inline(__always)
  package var elementBytes: UInt8 { bytes.byte(Field.elementBytes) }
  /// The bits of a float, for people and tools; the runtime does not compute with it.
  @inline(__always)
  package var scaleBits: UInt32 { bytes.word(Field.scaleBits) }

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
  package var allRows: UInt16 { borderAbove &+ height &+ borderBelow }
  /// Whether cells above, left or right of the real ones have to be filled when the first row comes: those of other
  /// rings are filled once.
  @inline(__always)
  var isFilledAnew: Bool { shares && borderAbove | borderLeft | borderRight != 0 }
  /// The first row below the real ones.
  var firstRowBelow: UInt16 { borderAbove &+ height }
}
