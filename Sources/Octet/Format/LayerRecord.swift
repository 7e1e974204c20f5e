/// One layer as the file describes it. It writes tensor `index + 1`.
package struct LayerRecord: Sendable {
  package let kind: LayerKind
  package let hasTable: Bool
  package let input: UInt16
  /// The second value of an addition; equal to `input` for other kinds.
  package let secondInput: UInt16
  package let windowHeight: UInt8
  package let windowWidth: UInt8
  package let strideDown: UInt8
  package let strideAcross: UInt8
  package let reachAbove: UInt8
  package let reachLeft: UInt8
  package let poolHeight: UInt8
  package let poolWidth: UInt8
  package let minimum: Int16
  package let maximum: Int16
  /// Whether products are rounded twice, as TensorFlow Lite's convolutions do.
  package let roundsTwice: Bool
  package let constantsOffset: UInt32
  package let constantsBytes: UInt32
  package let accumulatorsOffset: UInt32
  package let addMultiplierA: UInt32
  package let addMultiplierB: UInt32
  package let addShift: UInt8

  /// Nil when the kind is none that this reader knows.
  @inline(__always) init?(_ bytes: ModelBytes, at offset: UInt32) {
    guard let kind = LayerKind(rawValue: bytes.byte(offset)) else { return nil }
    self.kind = kind
    hasTable = bytes.byte(offset &+ 1) != 0
    input = bytes.half(offset &+ 2)
    secondInput = kind == .add ? bytes.half(offset &+ 4) : input
    windowHeight = bytes.byte(offset &+ 6)
    windowWidth = bytes.byte(offset &+ 7)
    strideDown = bytes.byte(offset &+ 8)
    strideAcross = bytes.byte(offset &+ 9)
    reachAbove = bytes.byte(offset &+ 10)
    reachLeft = bytes.byte(offset &+ 11)
    poolHeight = bytes.byte(offset &+ 12)
    poolWidth = bytes.byte(offset &+ 13)
    minimum = Int16(bitPattern: bytes.half(offset &+ 14))
    maximum = Int16(bitPattern: bytes.half(offset &+ 16))
    roundsTwice = bytes.byte(offset &+ 18) != 0
    constantsOffset = bytes.word(offset &+ 20)
    constantsBytes = bytes.word(offset &+ 24)
    accumulatorsOffset = bytes.word(offset &+ 28)
    let third = bytes.word(offset &+ 32)
    addMultiplierA = third & 0xFF_FFFF
    addShift = UInt8(truncatingIfNeeded: third &>> 24)
    addMultiplierB = bytes.word(offset &+ 36)
  }

  /// Rows of the input from one output row to the next.
  package var rowStep: Int { Int(strideDown) &* Int(poolHeight) }
  /// Rows of the input under one output row.
  package var rowSpan: Int { (Int(poolHeight) &- 1) &* Int(strideDown) &+ Int(windowHeight) }
  package var columnStep: Int { Int(strideAcross) &* Int(poolWidth) }
  package var columnSpan: Int { (Int(poolWidth) &- 1) &* Int(strideAcross) &+ Int(windowWidth) }
}
