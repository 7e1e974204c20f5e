/// Where the parts of a layer's constants lie, as offsets in the file.
package struct Constants {
  /// Bias, for weighted layers.
  package let offset: UInt32
  /// Output channels, or pairs.
  package let count: UInt32
  package let multipliers: UInt32
  package let shifts: UInt32
  /// The table behind a weighted layer; meaningless without one.
  package let table: UInt32
  /// Where bias, pairs and table end and zero bytes follow.
  let parametersEnd: UInt32
  package let weights: UInt32

  /// For a shape whose sizes the loader has found to fit; what is computed before that is not used.
  package init(_ shape: LayerShape, offset: UInt32) {
    self.offset = offset
    if shape.layer.kind.hasWeights {
      count = UInt32(shape.output.channels)
      multipliers = offset &+ 4 &* count
      shifts = multipliers &+ 4 &* count
      table = shifts &+ count
      parametersEnd = table &+ (shape.layer.hasTable ? FileFormat.tableBytes : 0)
      weights = offset &+ Self.parametersBytes(count, hasTable: shape.layer.hasTable)
    } else {
      count = Self.pairCount(shape)
      multipliers = offset
      shifts = multipliers &+ 4 &* count
      table = offset
      parametersEnd = shifts &+ count
      weights = parametersEnd
    }
  }

  /// Where weights or pairs end.
  package func end(_ shape: LayerShape) -> UInt32 {
    shape.layer.kind.hasWeights ? weights &+ shape.weightBytes : weights
  }

  /// The length of the section that the shapes imply; nil when it fits no file.
  static func bytes(_ shape: LayerShape) -> UInt32? {
    let traits = shape.layer.kind.traits
    if traits.contains(.weights) {
      let channels = UInt32(shape.output.channels)
      var size = CheckedSize(shape.weightsPerOutput).times(channels)
      if IncludedKinds.packedWeights, size.value != nil { size = CheckedSize(shape.weightBytes) }
      guard let weights = size.paddedTo16().value else { return nil }
      // 65,535 * 9 + 256 + 15: no overflow.
      return CheckedSize(parametersBytes(channels, hasTable: shape.layer.hasTable)).plus(weights).value
    }
    if traits.contains(.means), shape.layer.rounding == .awayFromZero { return 0 }
    if traits.contains(.means) { return (pairCount(shape) &* 5 &+ 15) & ~15 }
    if traits.contains(.secondInput) {
      // A tensor has at most 2^28 bytes.
      return (FileFormat.inputFactorsBytes &+ operandValues(shape) &+ 15) & ~15
    }
    if traits.contains(.arrangement) { return LayerKind.Arrangement.constantsBytes }
    if traits.contains(.resampling) { return SampledPlaces.bytes(shape.output) }
    if traits.contains(.softmax) { return LayerKind.Softmax.constantsBytes }
    return traits.contains(.lookup) ? FileFormat.tableBytes : 0
  }

  /// Constants in place of the second input.
  static func operandValues(_ shape: LayerShape) -> UInt32 {
    switch shape.layer.operand {
    case .tensor: 0
    case .channelConstants: UInt32(shape.output.channels)
    case .constants: UInt32(truncatingIfNeeded: shape.output.rowValues) &* UInt32(shape.output.height)
    }
  }

  /// Bias, multipliers, shifts and table of so many output channels, up to a multiple of 16.
  private static func parametersBytes(_ channels: UInt32, hasTable: Bool) -> UInt32 {
    (channels &* 9 &+ (hasTable ? FileFormat.tableBytes : 0) &+ 15) & ~15
  }

  /// Pairs of a layer that averages: one, or one for each count of cells.
  private static func pairCount(_ shape: LayerShape) -> UInt32 {
    shape.layer.kind.traits.contains(.window) && shape.isCut ? shape.averagedCells : 1
  }
}

/// How a layer brings two inputs to the scale of its output: a multiplier and a shift for each input and for the sum.
/// Where the layer rounds once, the inputs have no shift, and the sum no multiplier.
package struct InputFactors {
  package let first: UInt32
  package let second: UInt32
  package let output: UInt32
  package let firstShift: UInt8
  package let secondShift: UInt8
  package let outputShift: UInt8
  /// The zero point of constants in place of the second input.
  package let operandZeroPoint: UInt8

  package init(_ model: ModelRecords, _ layer: LayerRecord) {
    let offset = layer.constantsOffset
    first = model.bytes.word(offset)
    second = model.bytes.word(offset &+ 4)
    output = model.bytes.word(offset &+ 8)
    firstShift = model.bytes.byte(offset &+ 12)
    secondShift = model.bytes.byte(offset &+ 13)
    outputShift = model.bytes.byte(offset &+ 14)
    operandZeroPoint = model.bytes.byte(offset &+ 15)
  }
}
