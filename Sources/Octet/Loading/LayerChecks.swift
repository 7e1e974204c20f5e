/// The rules for each layer by itself. Those for its constants are in ConstantChecks.swift.
extension ModelRecords {
  /// Each layer against the tensors that it joins, and its constants; and what all of them take for an image, before
  /// checks that themselves take time as the shapes grow.
  func checkLayers(
    _ header: Header, constants first: UInt32, workLimit: UInt64
  ) throws(ModelError) {
    var constants = first
    var work = tensor(0).bytesMoved
    for index in 0..<layerCount {
      let offset = layerOffset(index)
      guard let layer = uncheckedLayer(index) else {
        throw ModelError(.layerKind, offset: offset, value: UInt32(bytes.byte(offset)))
      }
      try checkFields(layer, index: index, at: offset)
      let shape = LayerShape(
        layer, input: tensor(Int(layer.input)), output: tensor(index &+ 1),
        constants: self.constants(index, layer))
      try shape.checkWindow(at: offset)
      try shape.checkOutput(at: Self.tensorOffset(index &+ 1))
      try checkOperands(shape, at: offset)
      constants = try checkConstants(shape, at: offset, expected: constants)
      work &+= shape.totalWork
    }
    // The value has 32 bits, so it is how often 2^32 goes into the operations.
    try require(work <= workLimit, .work, at: 0, UInt32(truncatingIfNeeded: work &>> 32))
    try require(constants == byteCount, .length, at: FileFormat.length, byteCount)
    try checkBorders()
  }

  /// Flags, inputs and reserved bytes.
  private func checkFields(_ layer: LayerRecord, index: Int, at start: UInt32) throws(ModelError) {
    let traits = layer.kind.traits
    func byte(_ field: UInt32) -> UInt32 { UInt32(bytes.byte(start &+ field)) }
    func check(_ holds: Bool, _ rule: ModelRule, _ field: UInt32, _ value: UInt32) throws(ModelError) {
      try require(holds, rule, at: start &+ field, value)
    }
    try checkUnsupported(layer, at: start)
    let flags = byte(LayerRecord.Field.flags)
    try check(
      !layer.hasTable || traits.contains(.weights), .tableFlag, LayerRecord.Field.flags, flags)
    try check(Int(layer.input) <= index, .layerInput, LayerRecord.Field.input, UInt32(layer.input))
    let element = tensor(Int(layer.input)).elementBytes
    try check(element == 1, .elementBytes, LayerRecord.Field.input, UInt32(element))
    let second = bytes.half(start &+ LayerRecord.Field.secondInput)
    let hasSecond = traits.contains(.secondInput) && layer.operand == .tensor
    try check(
      hasSecond ? Int(second) <= index : second == 0, .layerInput, LayerRecord.Field.secondInput,
      UInt32(second))
    try check(
      byte(LayerRecord.Field.inputCount) == (hasSecond ? 2 : 1), .inputCount, LayerRecord.Field.inputCount,
      byte(LayerRecord.Field.inputCount))
    let rounding = byte(LayerRecord.Field.rounding)
    let hasPairs = traits.contains(.weights) || traits.contains(.means)
    let fits =
      switch Rounding(rawValue: UInt8(truncatingIfNeeded: rounding)) {
      case .halfUp: true
      case .halfUpThenAway:
        IncludedKinds.roundingTwice
          && (hasPairs || traits.contains(.factorsOfInputs) || traits.contains(.product))
      case .awayFromZero: IncludedKinds.roundingAway && hasPairs
      case nil: false
      }
    try check(fits, .rounding, LayerRecord.Field.rounding, rounding)
  }

  /// What the format has room for and this program does not compute yet: each is refused by its name.
  private func checkUnsupported(_ layer: LayerRecord, at start: UInt32) throws(ModelError) {
    func check(_ holds: Bool, _ rule: ModelRule, _ field: UInt32) throws(ModelError) {
      try require(holds, rule, at: start &+ field, UInt32(bytes.byte(start &+ field)))
    }
    let flags = bytes.byte(start &+ LayerRecord.Field.flags)
    let traits = layer.kind.traits
    try check(
      flags & LayerRecord.Flag.waits == 0 || (IncludedKinds.sharing && !traits.contains(.wholeInput)), .waits,
      LayerRecord.Field.flags)
    let hasShifts =
      traits.contains(.weights) || (traits.contains(.means) && !layer.rounding.isAway)
      || traits.contains(.product)
    let takesConstants =
      IncludedKinds.unevenJoins && traits.contains(.secondInput) && !traits.contains(.concatenation)
    let known =
      LayerRecord.Flag.table | LayerRecord.Flag.waits | (hasShifts ? LayerRecord.Flag.coarse : 0)
      | (takesConstants ? LayerRecord.Flag.eitherConstants : 0)
    try check(
      flags & ~known == 0 && flags & LayerRecord.Flag.eitherConstants != LayerRecord.Flag.eitherConstants,
      .reserved, LayerRecord.Field.flags)
    // Read as int8 where the program lacks the encoding, so that only 0 is that.
    let encoding = bytes.byte(start &+ LayerRecord.Field.weightEncoding)
    try check(
      encoding == 0
        || (IncludedKinds.packedWeights && traits.contains(.weights) && layer.weightZeroPoint == 0
          && encoding == layer.weightEncoding.rawValue),
      .weightEncoding, LayerRecord.Field.weightEncoding)
    try check(
      bytes.half(start &+ LayerRecord.Field.dilationDown) == 0x0101, .dilation, LayerRecord.Field.dilationDown
    )
    try check(
      bytes.byte(start &+ LayerRecord.Field.weightZeroPoint) == 0
        || (IncludedKinds.weightZeroPoints && traits.contains(.weights)), .weightZeroPoint,
      LayerRecord.Field.weightZeroPoint)
    try check(bytes.half(start &+ LayerRecord.Field.groups) == 1, .groups, LayerRecord.Field.groups)
    try check(bytes.half(start &+ LayerRecord.Field.region) == 0, .secondRegion, LayerRecord.Field.region)
  }

  /// The clamp, the types, and what pooling and addition ask of the tensors.
  private func checkOperands(_ shape: LayerShape, at offset: UInt32) throws(ModelError) {
    let layer = shape.layer
    let traits = layer.kind.traits
    let isWide = shape.output.elementBytes == 2
    try require(
      !isWide || (traits.contains(.wideOutput) && !layer.hasTable), .logitsType, at: offset,
      UInt32(layer.kind.rawValue))
    let lowest: Int16 = isWide ? .min : -128
    let highest: Int16 = isWide ? .max : 127
    let clamp = offset &+ LayerRecord.Field.minimum
    let minimum = UInt32(bitPattern: Int32(layer.minimum))
    try require(
      traits.contains(.clamp) || (layer.minimum == 0 && layer.maximum == 0), .clamp, at: clamp, minimum)
    try require(
      layer.minimum <= layer.maximum && layer.minimum >= lowest && layer.maximum <= highest, .clamp,
      at: clamp, minimum)
    try require(
      !(traits.contains(.keepsZeroPoint) || (traits.contains(.means) && layer.rounding == .awayFromZero))
        || shape.input.zeroPoint == shape.output.zeroPoint, .zeroPoint,
      at: offset, UInt32(bitPattern: Int32(shape.output.zeroPoint)))
    if traits.contains(.secondInput) {
      try require(
        shape.takes(tensor(Int(layer.secondInput))), .secondInputShape,
        at: offset &+ LayerRecord.Field.secondInput, UInt32(layer.secondInput))
    }
    try require(
      !traits.contains(.softmax)
        || (shape.input.channels <= LayerKind.Softmax.mostChannels && shape.output.zeroPoint == -128),
      .softmax, at: offset, UInt32(shape.input.channels))
  }

  /// A border without a convolution that reads it would be memory that nothing uses.
  private func checkBorders() throws(ModelError) {
    for index in 0...layerCount {
      let tensor = tensor(index)
      let border = tensor.borderAbove | tensor.borderBelow | tensor.borderLeft | tensor.borderRight
      guard border != 0 else { continue }
      var isRead = false
      for reader in 0..<layerCount where firstInput(reader) == index {
        if layer(reader).kind.traits.contains(.border) { isRead = true }
      }
      try require(
        isRead, .border, at: Self.tensorOffset(index) &+ TensorRecord.Field.borderAbove, UInt32(border))
    }
  }
}

// Windows and shapes.
extension LayerShape {
  fileprivate func checkWindow(at offset: UInt32) throws(ModelError) {
    let traits = layer.kind.traits
    let hasWindow = traits.contains(.window)
    let window = offset &+ LayerRecord.Field.windowHeight
    let reach = offset &+ LayerRecord.Field.reachAbove
    let isOne = layer.windowHeight == 1 && layer.windowWidth == 1
    try require(
      layer.windowHeight >= 1 && layer.windowWidth >= 1 && (hasWindow || isOne)
        && layer.windowHeight <= Limit.extent && layer.windowWidth <= Limit.extent,
      .window, at: window, UInt32(layer.windowHeight))
    let hasUnitStride = layer.strideDown == 1 && layer.strideAcross == 1
    try require(
      layer.strideDown >= 1 && layer.strideAcross >= 1 && (hasWindow || hasUnitStride), .stride,
      at: offset &+ LayerRecord.Field.strideDown, UInt32(layer.strideDown))
    try require(
      hasWindow || (layer.reachAbove == 0 && layer.reachLeft == 0), .reach, at: reach,
      UInt32(layer.reachAbove))
    let hasNoPool = layer.poolHeight == 1 && layer.poolWidth == 1
    try require(
      layer.poolHeight >= 1 && layer.poolWidth >= 1 && (traits.contains(.fusedPool) || hasNoPool), .fusedPool,
      at: offset &+ LayerRecord.Field.poolHeight, UInt32(layer.poolHeight))
    guard hasWindow else { return }
    // All terms are below 2^29, so nothing overflows.
    let last = Int(output.height) &- 1
    if traits.contains(.border) {
      // Every cell under the window lies on the input or on its border.
      try require(
        layer.reachAbove <= input.borderAbove && layer.reachLeft <= input.borderLeft, .reach, at: reach,
        UInt32(layer.reachAbove))
      try require(
        endRow(under: last) <= Int(input.height) &+ Int(input.borderBelow)
          && endColumn <= Int(input.width) &+ Int(input.borderRight),
        .window, at: window, UInt32(layer.windowHeight))
    } else {
      // Cut windows: the first and the last one must still cover a cell, then so do those between.
      try require(
        layer.reachAbove < layer.windowHeight && layer.reachLeft < layer.windowWidth, .reach, at: reach,
        UInt32(layer.reachAbove))
      try require(
        last &* layer.rowStep &- Int(layer.reachAbove) < Int(input.height)
          && endColumn &- layer.columnSpan < Int(input.width),
        .window, at: window, UInt32(layer.windowHeight))
    }
  }

  /// The output's height, width and channels, where the kind fixes them.
  fileprivate func checkOutput(at offset: UInt32) throws(ModelError) {
    let traits = layer.kind.traits
    var fits = true
    if traits.contains(.wholeInput) {
      fits = output.height == 1 && output.width == 1
    } else if traits.contains(.concatenation) || traits.contains(.arrangement) || traits.contains(.resampling)
    {
      // These follow from the second input, or from the constants.
    } else if !traits.contains(.window) {
      fits = output.height == input.height && output.width == input.width
    }
    if traits.contains(.keepsChannels) {
      fits = fits && output.channels == input.channels
    } else if traits.contains(.channelwise) {
      fits = fits && output.channels % input.channels == 0
    }
    try require(
      fits, .outputShape, at: offset &+ TensorRecord.Field.height, UInt32(output.height))
  }

  /// Whether `second` can be the second input.
  fileprivate func takes(_ second: TensorRecord) -> Bool {
    if layer.operand != .tensor { return true }
    let rows = second.height == output.height
    let columns = second.width == output.width
    let channels = second.channels == output.channels
    guard layer.kind.traits.contains(.concatenation) else {
      let isCell = IncludedKinds.unevenJoins && second.height == 1 && second.width == 1
      return channels && (isCell || (rows && columns))
    }
    func add(_ one: UInt16, _ other: UInt16, _ sum: UInt16) -> Bool {
      UInt32(one) &+ UInt32(other) == UInt32(sum)
    }
    // Along one axis they add up to the output, along the others all three are the same.
    let ownRows = input.height == output.height
    let ownColumns = input.width == output.width
    let ownChannels = input.channels == output.channels
    if rows && ownRows && columns && ownColumns {
      return add(input.channels, second.channels, output.channels)
    }
    if rows && ownRows && channels && ownChannels { return add(input.width, second.width, output.width) }
    return columns && ownColumns && channels && ownChannels
      && add(input.height, second.height, output.height)
  }
}
