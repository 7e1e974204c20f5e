/// One layer as the file describes it; it writes tensor `index + 1`. A view of the record's bytes.
package struct LayerRecord: Sendable {
  let bytes: ModelBytes
  package let kind: LayerKind

  /// Nil when the kind is none that this program can run.
  @inline(__always)
  package init?(_ bytes: ModelBytes) {
    guard let kind = LayerKind(rawValue: bytes.byte(Field.kind)), kind.isIncluded else { return nil }
    self.bytes = bytes
    self.kind = kind
  }

  /// Where the fields are, in bytes from the start of the record.
  package enum Field {
    @inline(__always) package static var kind: UInt32 { 0 }
    @inline(__always) package static var flags: UInt32 { 1 }
    @inline(__always) package static var rounding: UInt32 { 2 }
    @inline(__always) package static var weightEncoding: UInt32 { 3 }
    @inline(__always) package static var input: UInt32 { 4 }
    @inline(__always) package static var secondInput: UInt32 { 6 }
    @inline(__always) package static var windowHeight: UInt32 { 8 }
    @inline(__always) package static var windowWidth: UInt32 { 10 }
    @inline(__always) package static var reachAbove: UInt32 { 12 }
    @inline(__always) package static var reachLeft: UInt32 { 14 }
    @inline(__always) package static var strideDown: UInt32 { 16 }
    @inline(__always) package static var strideAcross: UInt32 { 17 }
    @inline(__always) package static var dilationDown: UInt32 { 18 }
    @inline(__always) package static var dilationAcross: UInt32 { 19 }
    @inline(__always) package static var poolHeight: UInt32 { 20 }
    @inline(__always) package static var poolWidth: UInt32 { 21 }
    @inline(__always) package static var inputCount: UInt32 { 22 }
    @inline(__always) package static var weightZeroPoint: UInt32 { 23 }
    @inline(__always) package static var minimum: UInt32 { 24 }
    @inline(__always) package static var maximum: UInt32 { 26 }
    @inline(__always) package static var groups: UInt32 { 28 }
    /// The memory region of the accumulators, and a byte that is 0.
    @inline(__always) package static var region: UInt32 { 30 }
    @inline(__always) package static var constantsOffset: UInt32 { 32 }
    @inline(__always) package static var constantsBytes: UInt32 { 36 }
    @inline(__always) package static var accumulatorsOffset: UInt32 { 40 }
  }

  /// Bits of the flags.
  package enum Flag {
    /// 256 values follow the clamp, one for each value.
    @inline(__always) package static var table: UInt8 { 1 }
    /// The layer waits until its whole input is there.
    @inline(__always) package static var waits: UInt8 { 2 }
    /// A shift is below 33, so that a result may not fit 32 bits before it is clamped.
    @inline(__always) package static var coarse: UInt8 { 4 }
    /// In place of the second input there is a constant for each channel.
    @inline(__always) package static var channelConstants: UInt8 { 8 }
    /// In place of the second input there is a constant for each value.
    @inline(__always) package static var constants: UInt8 { 16 }
    /// Either.
    @inline(__always) static var eitherConstants: UInt8 { channelConstants | constants }
  }

  @inline(__always)
  package var hasTable: Bool { bytes.byte(Field.flags) & Flag.table != 0 }
  /// Whether none of its rows is made before all rows of its inputs are there, so that what made them is no longer
  /// needed then.
  @inline(__always)
  package var waits: Bool { IncludedKinds.sharing && bytes.byte(Field.flags) & Flag.waits != 0 }
  @inline(__always)
  package var isCoarse: Bool { IncludedKinds.coarseShifts && bytes.byte(Field.flags) & Flag.coarse != 0 }
  @inline(__always)
  package var rounding: Rounding {
    switch bytes.byte(Field.rounding) {
    case Rounding.halfUpThenAway.rawValue where IncludedKinds.roundingTwice: .halfUpThenAway
    case Rounding.awayFromZero.rawValue where IncludedKinds.roundingAway: .awayFromZero
    default: .halfUp
    }
  }
  @inline(__always)
  package var input: UInt16 { bytes.half(Field.input) }
  /// The second tensor that the layer reads; equal to `input` where there is none.
  @inline(__always)
  package var secondInput: UInt16 {
    kind.traits.contains(.secondInput) && operand == .tensor ? bytes.half(Field.secondInput) : input
  }
  /// What a kind of two inputs has as its second one.
  package enum Operand: UInt8 {
    case tensor, channelConstants, constants
  }
  @inline(__always)
  package var operand: Operand {
    guard IncludedKinds.unevenJoins else { return .tensor }
    let flags = bytes.byte(Field.flags)
    if flags & Flag.channelConstants != 0 { return .channelConstants }
    return flags & Flag.constants != 0 ? .constants : .tensor
  }
  @inline(__always)
  package var windowHeight: UInt16 { bytes.half(Field.windowHeight) }
  @inline(__always)
  package var windowWidth: UInt16 { bytes.half(Field.windowWidth) }
  @inline(__always)
  package var reachAbove: UInt16 { bytes.half(Field.reachAbove) }
  @inline(__always)
  package var reachLeft: UInt16 { bytes.half(Field.reachLeft) }
  @inline(__always)
  package var strideDown: UInt8 { bytes.byte(Field.strideDown) }
  @inline(__always)
  package var strideAcross: UInt8 { bytes.byte(Field.strideAcross) }
  @inline(__always)
  package var poolHeight: UInt8 { bytes.byte(Field.poolHeight) }
  @inline(__always)
  package var poolWidth: UInt8 { bytes.byte(Field.poolWidth) }
  /// What is taken from each weight.
  @inline(__always)
  package var weightZeroPoint: Int8 {
    IncludedKinds.weightZeroPoints ? Int8(bitPattern: bytes.byte(Field.weightZeroPoint)) : 0
  }
  /// How the weights are stored.
  @inline(__always)
  package var weightEncoding: WeightEncoding {
    guard IncludedKinds.packedWeights else { return .int8 }
    switch bytes.byte(Field.weightEncoding) {
    case WeightEncoding.int4.rawValue where IncludedKinds.int4Weights: return .int4
    case WeightEncoding.ternary.rawValue where IncludedKinds.ternaryWeights: return .ternary
    default: return .int8
    }
  }
  @inline(__always)
  package var minimum: Int16 { Int16(bitPattern: bytes.half(Field.minimum)) }
  @inline(__always)
  package var maximum: Int16 { Int16(bitPattern: bytes.half(Field.maximum)) }
  @inline(__always)
  package var constantsOffset: UInt32 { bytes.word(Field.constantsOffset) }
  @inline(__always)
  package var constantsBytes: UInt32 { bytes.word(Field.constantsBytes) }
  @inline(__always)
  package var accumulatorsOffset: UInt32 { bytes.word(Field.accumulatorsOffset) }

  /// Rows of the input from one output row to the next.
  package var rowStep: Int { Int(strideDown) &* Int(poolHeight) }
  /// Rows of the input under one output row.
  package var rowSpan: Int { (Int(poolHeight) &- 1) &* Int(strideDown) &+ Int(windowHeight) }
  package var columnStep: Int { Int(strideAcross) &* Int(poolWidth) }
  package var columnSpan: Int { (Int(poolWidth) &- 1) &* Int(strideAcross) &+ Int(windowWidth) }
}
