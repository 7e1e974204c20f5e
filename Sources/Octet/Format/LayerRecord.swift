/// One layer as the file describes it. It writes tensor `index + 1`.
public struct LayerRecord: Sendable {
  public let kind: LayerKind
  public let hasTable: Bool
  public let input: UInt16
  /// The second value of an addition; equal to `input` for other kinds.
  public let secondInput: UInt16
  public let windowHeight: UInt8
  public let windowWidth: UInt8
  public let strideDown: UInt8
  public let strideAcross: UInt8
  public let reachAbove: UInt8
  public let reachLeft: UInt8
  public let poolHeight: UInt8
  public let poolWidth: UInt8
  public let minimum: Int16
  public let maximum: Int16
  public let constantsOffset: UInt32
  public let constantsBytes: UInt32
  public let accumulatorsOffset: UInt32
  public let addMultiplierA: UInt32
  public let addMultiplierB: UInt32
  public let addShift: UInt8

  /// Nil when the kind is none that this reader knows.
  @inline(__always) init?(_ bytes: ModelBytes, at offset: UInt32) {
    guard let kind = LayerKind(rawValue: bytes.byte(offset)) else { return nil }
    self.kind = kind
    hasTable = bytes.byte(offset + 1) != 0
    input = bytes.half(offset + 2)
    secondInput = kind == .add ? bytes.half(offset + 4) : input
    windowHeight = bytes.byte(offset + 6)
    windowWidth = bytes.byte(offset + 7)
    strideDown = bytes.byte(offset + 8)
    strideAcross = bytes.byte(offset + 9)
    reachAbove = bytes.byte(offset + 10)
    reachLeft = bytes.byte(offset + 11)
    poolHeight = bytes.byte(offset + 12)
    poolWidth = bytes.byte(offset + 13)
    minimum = Int16(bitPattern: bytes.half(offset + 14))
    maximum = Int16(bitPattern: bytes.half(offset + 16))
    constantsOffset = bytes.word(offset + 20)
    constantsBytes = bytes.word(offset + 24)
    accumulatorsOffset = bytes.word(offset + 28)
    let third = bytes.word(offset + 32)
    addMultiplierA = third & 0xFF_FFFF
    addShift = UInt8(truncatingIfNeeded: third &>> 24)
    addMultiplierB = bytes.word(offset + 36)
  }

  /// Rows of the input from one output row to the next.
  public var rowStep: Int { Int(strideDown) &* Int(poolHeight) }
  /// Rows of the input under one output row.
  public var rowSpan: Int { (Int(poolHeight) &- 1) &* Int(strideDown) &+ Int(windowHeight) }
  public var columnStep: Int { Int(strideAcross) &* Int(poolWidth) }
  public var columnSpan: Int { (Int(poolWidth) &- 1) &* Int(strideAcross) &+ Int(windowWidth) }
}
