/// The rules for the constants of layers.
extension ModelRecords {
  /// The section of one layer: where it lies, how long it is, and what is in it. Gives where it ends.
  func checkConstants(
    _ shape: LayerShape, at offset: UInt32, expected: UInt32
  ) throws(ModelError) -> UInt32 {
    let layer = shape.layer
    let traits = layer.kind.traits
    let place = offset &+ LayerRecord.Field.constantsOffset
    let size = offset &+ LayerRecord.Field.constantsBytes
    guard let length = Constants.bytes(shape) else {
      throw ModelError(.constantsBytes, offset: size, value: layer.constantsBytes)
    }
    try require(layer.constantsBytes == length, .constantsBytes, at: size, layer.constantsBytes)
    let cells = traits.contains(.means) ? shape.averagedCells : 0
    try require(
      cells <= Limit.averagedCells, .averagedCells, at: offset &+ LayerRecord.Field.windowHeight, cells)
    if length == 0 {
      try require(layer.constantsOffset == 0, .constantsPlace, at: place, layer.constantsOffset)
      return expected
    }
    try require(
      layer.constantsOffset == expected && length <= byteCount &- expected, .constantsPlace, at: place,
      layer.constantsOffset)
    // A table has nothing to check.
    guard !traits.contains(.lookup) else { return expected &+ length }
    if traits.contains(.secondInput) {
      try checkFactors(InputFactors(self, layer), shape, at: offset)
      let values = Constants.operandValues(shape)
      try checkZero(from: expected &+ FileFormat.inputFactorsBytes &+ values, to: expected &+ length)
      return expected &+ length
    }
    if traits.contains(.arrangement) {
      try require(
        ArrangedOrder(shape.constants).fits(shape.input, shape.output), .arrangement, at: expected, 0)
      try checkZero(from: expected &+ LayerKind.Arrangement.usedBytes, to: expected &+ length)
      return expected &+ length
    }
    if traits.contains(.resampling) {
      let places = SampledPlaces(shape)
      try require(places.fit, .resampling, at: expected, 0)
      try checkZero(from: expected &+ places.numbersBytes, to: expected &+ length)
      return expected &+ length
    }
    if traits.contains(.softmax) {
      let multiplier = bytes.word(expected)
      try require(
        multiplier &>> 30 == 1 && bytes.byte(expected &+ 4) <= 31, .softmax, at: expected, multiplier)
      try checkZero(from: expected &+ 5, to: expected &+ length)
      return expected &+ length
    }
    let section = Constants(shape, offset: expected)
    if traits.contains(.weights) {
      try checkBias(section, shape)
      if IncludedKinds.packedWeights, layer.weightEncoding != .int8 { try checkPacked(section, shape) }
      try checkZero(from: section.parametersEnd, to: section.weights)
    }
    let isCoarse = try checkPairs(section.multipliers, section.shifts, count: section.count)
    try require(
      isCoarse == layer.isCoarse, .coarse, at: offset &+ LayerRecord.Field.flags,
      UInt32(bytes.byte(offset &+ LayerRecord.Field.flags)))
    try checkZero(from: section.end(shape), to: expected &+ length)
    return expected &+ length
  }

  /// `|bias| + 16,384 * weights <= 2^31 - 1` for every output: no order of summation can overflow. Weights with a zero
  /// point count 32,640 each.
  private func checkBias(_ section: Constants, _ shape: LayerShape) throws(ModelError) {
    let perOutput = shape.weightsPerOutput
    let product = shape.layer.weightZeroPoint == 0 ? Limit.product : Limit.offsetProduct
    try require(perOutput <= UInt32(Int32.max) / product, .bias, at: section.offset, perOutput)
    let room = UInt32(Int32.max) &- perOutput &* product
    for index in 0..<section.count {
      let place = section.offset &+ 4 &* index
      let bias = Int32(bitPattern: bytes.word(place))
      try require(bias.magnitude <= room, .bias, at: place, UInt32(bitPattern: bias))
    }
  }

  /// Every byte of weights of fewer than 8 bits.
  private func checkPacked(_ section: Constants, _ shape: LayerShape) throws(ModelError) {
    let encoding = shape.layer.weightEncoding
    let perByte = encoding.perByte
    var place = section.weights
    for _ in 0..<shape.weightLines {
      var left = shape.weightsPerLine
      while left > 0 {
        let byte = UInt32(bytes.byte(place))
        try require(
          PackedLine.isValid(byte, encoding, used: min(left, perByte)), .packedWeights, at: place, byte)
        place &+= 1
        left &-= min(left, perByte)
      }
    }
  }

  /// Whether a shift is so small that a result may not fit 32 bits before it is clamped.
  private func checkPairs(
    _ multipliers: UInt32, _ shifts: UInt32, count: UInt32
  ) throws(ModelError) -> Bool {
    var isCoarse = false
    for index in 0..<count {
      let multiplier = bytes.word(multipliers &+ 4 &* index)
      try require(
        multiplier == 0 || Limit.multipliers.contains(Int32(bitPattern: multiplier)), .multiplier,
        at: multipliers &+ 4 &* index, multiplier)
      let shift = bytes.byte(shifts &+ index)
      try require(Limit.shifts.contains(shift), .shift, at: shifts &+ index, UInt32(shift))
      isCoarse = isCoarse || shift < Limit.coarseShift
    }
    return isCoarse
  }

  private func checkFactors(
    _ factors: InputFactors, _ shape: LayerShape, at offset: UInt32
  ) throws(ModelError) {
    let start = shape.layer.constantsOffset
    let hasConstants = shape.layer.operand != .tensor
    try require(
      hasConstants || factors.operandZeroPoint == 0, .reserved, at: start &+ 15,
      UInt32(factors.operandZeroPoint))
    if shape.layer.kind.traits.contains(.product) {
      for place in 0..<UInt32(2) {
        try require(
          bytes.word(start &+ 4 &* place) == 0, .inputMultiplier, at: start &+ 4 &* place,
          bytes.word(start &+ 4 &* place))
        try require(
          bytes.byte(start &+ 12 &+ place) == 0, .inputShift, at: start &+ 12 &+ place,
          UInt32(bytes.byte(start &+ 12 &+ place)))
      }
      let isCoarse = try checkPairs(start &+ 8, start &+ 14, count: 1)
      try require(
        isCoarse == shape.layer.isCoarse, .coarse, at: offset &+ LayerRecord.Field.flags,
        UInt32(bytes.byte(offset &+ LayerRecord.Field.flags)))
      return
    }
    let isTwice = shape.layer.rounding == .halfUpThenAway
    if shape.layer.kind.traits.contains(.squares) {
      // A square has up to 30 bits, so that only the high half of its product leaves room for one more.
      let rounding = offset &+ LayerRecord.Field.rounding
      try require(isTwice, .rounding, at: rounding, UInt32(bytes.byte(rounding)))
      try require(
        factors.outputShift >= Limit.coarseShift, .inputShift, at: start &+ 14, UInt32(factors.outputShift))
    }
    // Rounded twice, an input is multiplied by at most a half, so that their sum stays below 2^28.
    func most(_ shift: UInt8) -> UInt32 {
      isTwice ? (shift > 31 ? UInt32(Int32.max) : 1 << 30) : Limit.inputMultiplier
    }
    let shifts = isTwice ? Limit.roundedInputShifts : Limit.inputShifts
    try require(factors.first <= most(factors.firstShift), .inputMultiplier, at: start, factors.first)
    try require(factors.second <= most(factors.secondShift), .inputMultiplier, at: start &+ 4, factors.second)
    try require(
      factors.output <= (isTwice ? UInt32(Int32.max) : 0), .inputMultiplier, at: start &+ 8, factors.output)
    func check(_ shift: UInt8, _ isUsed: Bool, _ place: UInt32) throws(ModelError) {
      try require(
        isUsed ? shifts.contains(shift) : shift == 0, .inputShift, at: start &+ place, UInt32(shift))
    }
    try check(factors.firstShift, isTwice, 12)
    try check(factors.secondShift, isTwice, 13)
    try check(factors.outputShift, true, 14)
  }

  func checkZero(from start: UInt32, to end: UInt32) throws(ModelError) {
    for offset in start..<end {
      try require(bytes.byte(offset) == 0, .reserved, at: offset, UInt32(bytes.byte(offset)))
    }
  }
}
