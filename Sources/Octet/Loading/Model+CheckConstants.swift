extension Model {
  /// The section of one layer: where it lies, how long it is, and what is in it. Gives where it ends.
  func checkConstants(_ shape: LayerShape, at offset: UInt32, expected: UInt32) throws(ModelError) -> UInt32 {
    let layer = shape.layer
    guard let length = constantsBytes(shape) else {
      throw ModelError(.constantsBytes, offset: offset &+ 24, value: layer.constantsBytes)
    }
    try require(layer.constantsBytes == length, .constantsBytes, at: offset &+ 24, layer.constantsBytes)
    if length == 0 {
      try require(layer.constantsOffset == 0, .constantsPlace, at: offset &+ 20, layer.constantsOffset)
      return expected
    }
    try require(
      layer.constantsOffset == expected && bytes.holds(expected, length), .constantsPlace, at: offset &+ 20,
      layer.constantsOffset)
    let section = Constants(shape, offset: expected)
    switch layer.kind {
    case .dense, .convolution, .depthwiseConvolution:
      try checkBias(section, shape)
      try checkPairs(section.multipliers, section.shifts, count: section.count)
      try checkZero(from: section.parametersEnd, to: section.weights)
      try checkZero(from: section.end, to: expected &+ length)
    case .averagePooling, .globalAveragePooling:
      let cells =
        layer.kind == .averagePooling
        ? UInt32(layer.windowHeight) &* UInt32(layer.windowWidth)
        : UInt32(shape.input.height) &* UInt32(shape.input.width)
      try require(cells <= Limit.averagedCells, .averagedCells, at: offset &+ 6, cells)
      try checkPairs(section.multipliers, section.shifts, count: section.count)
      try checkZero(from: section.end, to: expected &+ length)
    case .maximumPooling, .add, .table: break
    }
    return expected &+ length
  }

  /// The length that the shapes imply; nil when it fits no file.
  private func constantsBytes(_ shape: LayerShape) -> UInt32? {
    let channels = UInt32(shape.output.channels)
    switch shape.layer.kind {
    case .dense, .convolution, .depthwiseConvolution:
      guard let perOutput = shape.weightsPerOutput,
        // 65,535 * 9 + 256 + 15: no overflow.
        let weights = CheckedSize(perOutput).times(channels).paddedTo16().value
      else { return nil }
      return CheckedSize(Constants.parametersBytes(channels, hasTable: shape.layer.hasTable)).plus(weights)
        .value
    case .averagePooling, .globalAveragePooling:
      return (Constants.pairCount(shape) &* 5 &+ 15) & ~15
    case .table: return FileFormat.tableBytes
    case .maximumPooling, .add: return 0
    }
  }

  /// `|bias| + 16,384 * weights <= 2^31 - 1` for every output: no order of summation can overflow.
  private func checkBias(_ section: Constants, _ shape: LayerShape) throws(ModelError) {
    guard let perOutput = shape.weightsPerOutput, perOutput <= UInt32(Int32.max) / Limit.product else {
      throw ModelError(.bias, offset: section.offset, value: shape.weightsPerOutput ?? .max)
    }
    let room = UInt32(Int32.max) &- perOutput &* Limit.product
    for index in 0..<section.count {
      let place = section.offset &+ 4 &* index
      let bias = Int32(bitPattern: bytes.word(place))
      try require(bias.magnitude <= room, .bias, at: place, UInt32(bitPattern: bias))
    }
  }

  private func checkPairs(_ multipliers: UInt32, _ shifts: UInt32, count: UInt32) throws(ModelError) {
    for index in 0..<count {
      let multiplier = bytes.word(multipliers &+ 4 &* index)
      try require(
        Limit.multipliers.contains(Int32(bitPattern: multiplier)), .multiplier, at: multipliers &+ 4 &* index,
        multiplier)
      let shift = bytes.byte(shifts &+ index)
      try require(Limit.shifts.contains(shift), .shift, at: shifts &+ index, UInt32(shift))
    }
  }

  private func checkZero(from start: UInt32, to end: UInt32) throws(ModelError) {
    for offset in start..<end {
      try require(bytes.byte(offset) == 0, .reserved, at: offset, UInt32(bytes.byte(offset)))
    }
  }
}
