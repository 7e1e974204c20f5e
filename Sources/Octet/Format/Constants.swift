/// Where the parts of a layer's constants lie, as offsets in the file.
struct Constants {
  /// Bias, for weighted layers.
  let offset: UInt32
  /// Output channels, or pairs.
  let count: UInt32
  let multipliers: UInt32
  let shifts: UInt32
  /// The table behind a weighted layer; meaningless without one.
  let table: UInt32
  /// Where bias, pairs and table end and zero bytes follow.
  let parametersEnd: UInt32
  let weights: UInt32
  /// Where weights or pairs end.
  let end: UInt32

  /// For a shape whose sizes the loader has found to fit; what is computed before that is not used.
  init(_ shape: LayerShape, offset: UInt32) {
    self.offset = offset
    if shape.layer.kind.hasWeights {
      count = UInt32(shape.output.channels)
      multipliers = offset &+ 4 &* count
      shifts = multipliers &+ 4 &* count
      table = shifts &+ count
      parametersEnd = table &+ (shape.layer.hasTable ? FileFormat.tableBytes : 0)
      weights = offset &+ Self.parametersBytes(count, hasTable: shape.layer.hasTable)
      end = weights &+ (shape.weightsPerOutput ?? 0) &* count
    } else {
      count = Self.pairCount(shape)
      multipliers = offset
      shifts = multipliers &+ 4 &* count
      table = offset
      parametersEnd = shifts &+ count
      weights = parametersEnd
      end = parametersEnd
    }
  }

  /// Bias, multipliers, shifts and table of so many output channels, up to a multiple of 16.
  static func parametersBytes(_ channels: UInt32, hasTable: Bool) -> UInt32 {
    (channels &* 9 &+ (hasTable ? FileFormat.tableBytes : 0) &+ 15) & ~15
  }

  /// Pairs of a layer that averages: one, or one for each count of cells.
  static func pairCount(_ shape: LayerShape) -> UInt32 {
    shape.layer.kind == .averagePooling && shape.isCut
      ? UInt32(shape.layer.windowHeight) &* UInt32(shape.layer.windowWidth) : 1
  }
}
