/// One layer as the file describes it. It writes tensor `index + 1`.
package struct LayerRecord: Sendable {
  package var kind: LayerKind
  package var hasTable: Bool
  package var input: UInt16
  /// The second value of an addition; equal to `input` for other kinds.
  package var secondInput: UInt16
  package var windowHeight: UInt8
  package var windowWidth: UInt8
  package var strideDown: UInt8
  package var strideAcross: UInt8
  package var reachAbove: UInt8
  package var reachLeft: UInt8
  package var poolHeight: UInt8
  package var poolWidth: UInt8
  package var minimum: Int16
  package var maximum: Int16
  package var rounding: Rounding
  package var constantsOffset: UInt32
  package var constantsBytes: UInt32
  package var accumulatorsOffset: UInt32
  package var addMultiplierA: UInt32
  package var addMultiplierB: UInt32
  package var addShift: UInt8

  /// Where the fields are, in bytes from the start of the record.
  enum Field {
    static var kind: UInt32 { 0 }
    static var hasTable: UInt32 { 1 }
    static var input: UInt32 { 2 }
    static var secondInput: UInt32 { 4 }
    static var windowHeight: UInt32 { 6 }
    static var windowWidth: UInt32 { 7 }
    static var strideDown: UInt32 { 8 }
    static var strideAcross: UInt32 { 9 }
    static var reachAbove: UInt32 { 10 }
    static var reachLeft: UInt32 { 11 }
    static var poolHeight: UInt32 { 12 }
    static var poolWidth: UInt32 { 13 }
    static var minimum: UInt32 { 14 }
    static var maximum: UInt32 { 16 }
    static var rounding: UInt32 { 18 }
    static var reserved: UInt32 { 19 }
    static var constantsOffset: UInt32 { 20 }
    static var constantsBytes: UInt32 { 24 }
    static var accumulatorsOffset: UInt32 { 28 }
    static var addMultiplierA: UInt32 { 32 }
    static var addShift: UInt32 { 35 }
    static var addMultiplierB: UInt32 { 36 }
  }

  /// Nil when the kind is none that this reader knows.
  @inline(__always) init?(_ bytes: ModelBytes, at offset: UInt32) {
    guard let kind = LayerKind(rawValue: bytes.byte(offset &+ Field.kind)) else { return nil }
    self.kind = kind
    hasTable = bytes.byte(offset &+ Field.hasTable) != 0
    input = bytes.half(offset &+ Field.input)
    secondInput = kind.traits.contains(.secondInput) ? bytes.half(offset &+ Field.secondInput) : input
    windowHeight = bytes.byte(offset &+ Field.windowHeight)
    windowWidth = bytes.byte(offset &+ Field.windowWidth)
    strideDown = bytes.byte(offset &+ Field.strideDown)
    strideAcross = bytes.byte(offset &+ Field.strideAcross)
    reachAbove = bytes.byte(offset &+ Field.reachAbove)
    reachLeft = bytes.byte(offset &+ Field.reachLeft)
    poolHeight = bytes.byte(offset &+ Field.poolHeight)
    poolWidth = bytes.byte(offset &+ Field.poolWidth)
    minimum = Int16(bitPattern: bytes.half(offset &+ Field.minimum))
    maximum = Int16(bitPattern: bytes.half(offset &+ Field.maximum))
    rounding = bytes.byte(offset &+ Field.rounding) == 0 ? .halfUp : .halfUpThenAway
    constantsOffset = bytes.word(offset &+ Field.constantsOffset)
    constantsBytes = bytes.word(offset &+ Field.constantsBytes)
    accumulatorsOffset = bytes.word(offset &+ Field.accumulatorsOffset)
    let third = bytes.word(offset &+ Field.addMultiplierA)
    addMultiplierA = third & 0xFF_FFFF
    addShift = UInt8(truncatingIfNeeded: third &>> 24)
    addMultiplierB = bytes.word(offset &+ Field.addMultiplierB)
  }

  /// Rows of the input from one output row to the next.
  package var rowStep: Int { Int(strideDown) &* Int(poolHeight) }
  /// Rows of the input under one output row.
  package var rowSpan: Int { (Int(poolHeight) &- 1) &* Int(strideDown) &+ Int(windowHeight) }
  package var columnStep: Int { Int(strideAcross) &* Int(poolWidth) }
  package var columnSpan: Int { (Int(poolWidth) &- 1) &* Int(strideAcross) &+ Int(windowWidth) }
}
