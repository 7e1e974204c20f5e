/// The rules for tensors by themselves, and for what lies where in the arena.
extension ModelRecords {
  /// Each tensor by itself: extents, size, type, scale, and a ring inside the arena.
  func checkTensors(_ header: Header) throws(ModelError) {
    for index in 0...layerCount {
      let start = Self.tensorOffset(index)
      let tensor = tensor(index)
      func check(_ holds: Bool, _ rule: ModelRule, _ field: UInt32, _ value: UInt32) throws(ModelError) {
        try require(holds, rule, at: start &+ field, value)
      }
      try check(
        tensor.height >= 1 && tensor.height <= Limit.extent, .extent, TensorRecord.Field.height,
        UInt32(tensor.height))
      try check(
        tensor.width >= 1 && tensor.width <= Limit.extent, .extent, TensorRecord.Field.width,
        UInt32(tensor.width))
      try check(tensor.channels >= 1, .channels, TensorRecord.Field.channels, 0)
      let element = tensor.elementBytes
      try check(
        element == 1 || element == 2, .elementBytes, TensorRecord.Field.elementBytes,
        UInt32(element))
      try check(
        element == 1 || tensor.zeroPoint == 0, .zeroPoint, TensorRecord.Field.zeroPoint,
        UInt32(bitPattern: Int32(tensor.zeroPoint)))
      let region = UInt32(bytes.half(start &+ TensorRecord.Field.region))
      if IncludedKinds.sharing || IncludedKinds.regions {
        try check(region & 0xFF == 0, .secondRegion, TensorRecord.Field.region, region)
        let known =
          (IncludedKinds.sharing ? TensorRecord.Flag.shares : 0)
          | (IncludedKinds.regions && index == 0 ? TensorRecord.Flag.held : 0)
        try check(region >> 8 & ~UInt32(known) == 0, .shares, TensorRecord.Field.flags, region)
      } else {
        try check(region == 0, .secondRegion, TensorRecord.Field.region, region)
      }
      // A float's bits: sign 0, not zero, exponent not all ones.
      try check(
        tensor.scaleBits > 0 && tensor.scaleBits < 0x7F80_0000, .scale, TensorRecord.Field.scaleBits,
        tensor.scaleBits)
      try check(
        max(max(tensor.borderAbove, tensor.borderBelow), max(tensor.borderLeft, tensor.borderRight))
          <= Limit.extent,
        .border, TensorRecord.Field.borderAbove, UInt32(tensor.borderAbove))
      try check(
        tensor.ringRows >= 1 && tensor.ringRows >= tensor.borderAbove
          && tensor.ringRows <= tensor.allRows, .ringRows, TensorRecord.Field.ringRows,
        UInt32(tensor.ringRows))
      // Extents are at most 3 * 4,096, so the sum is small; each product is checked.
      let width = UInt32(tensor.borderLeft) &+ UInt32(tensor.width) &+ UInt32(tensor.borderRight)
      let row = CheckedSize(width).times(UInt32(tensor.channels)).times(UInt32(element))
      guard let whole = row.times(UInt32(tensor.allRows)).value, whole <= Limit.arenaBytes else {
        throw ModelError(
          .tensorBytes, offset: start &+ TensorRecord.Field.height, value: UInt32(tensor.channels))
      }
      // The ring is no larger than the whole tensor, so this does not overflow.
      let ring = UInt32(truncatingIfNeeded: tensor.ringBytes)
      try check(
        tensor.ringOffset % FileFormat.arenaAlignment == 0 && ring <= header.arenaBytes
          && tensor.ringOffset <= header.arenaBytes &- ring,
        .ringPlace, TensorRecord.Field.ringOffset, tensor.ringOffset)
      // All rows, so that none is overwritten, and behind all else, so that an arena can do without.
      try check(
        !tensor.isHeld
          || (!tensor.shares && tensor.ringRows == tensor.allRows
            && tensor.ringOffset &+ ring == header.arenaBytes),
        .heldInput, TensorRecord.Field.flags, UInt32(tensor.ringRows))
    }
  }

  /// Accumulators lie where they are needed, what is always in use overlaps nothing, and the arena ends where its last
  /// part does.
  func checkArena(_ header: Header) throws(ModelError) {
    let arena = header.arenaBytes
    var last: UInt32 = 0
    for index in 0..<layerCount {
      let shape = shape(index)
      let offset = shape.layer.accumulatorsOffset
      let length = shape.accumulatorsBytes
      let fits =
        length == 0
        ? offset == 0
        : offset % FileFormat.arenaAlignment == 0 && length <= arena && offset <= arena &- length
      try require(fits, .accumulators, at: layerOffset(index) &+ LayerRecord.Field.accumulatorsOffset, offset)
    }
    for part in 0..<partCount {
      let own = arenaPart(part)
      last = max(last, own.end)
      if IncludedKinds.regions {
        let second = bytes.word(FileFormat.secondRegion)
        try require(
          own.end <= second || own.start >= second, .secondRegion, at: FileFormat.secondRegion, own.start)
      }
      for other in 0..<part {
        // When these are in use is seen later.
        if IncludedKinds.sharing, mayShare(part), mayShare(other) { continue }
        let before = arenaPart(other)
        let isApart = own.start >= before.end || before.start >= own.end
        try require(
          isApart || own.start == own.end || before.start == before.end, .overlap, at: FileFormat.arenaBytes,
          own.start)
      }
    }
    try require(last == arena, .arenaEnd, at: FileFormat.arenaBytes, arena)
  }

  /// Every ring, then every layer's accumulators, which may be empty.
  var partCount: Int { layerCount &+ 1 &+ layerCount }

  /// Whether other parts may have bytes of this one before or after it.
  private func mayShare(_ part: Int) -> Bool { part > layerCount || tensor(part).shares }

  /// Whether two parts have a byte in common.
  func overlaps(_ part: Int, _ other: Int) -> Bool {
    let (one, two) = (arenaPart(part), arenaPart(other))
    return one.start < two.end && two.start < one.end && one.start < one.end && two.start < two.end
  }

  /// Where a part of the arena starts and ends; both lie inside it by now.
  private func arenaPart(_ index: Int) -> (start: UInt32, end: UInt32) {
    if index <= layerCount {
      let tensor = tensor(index)
      return (tensor.ringOffset, tensor.ringOffset &+ UInt32(truncatingIfNeeded: tensor.ringBytes))
    }
    let shape = shape(index &- layerCount &- 1)
    let start = shape.layer.accumulatorsOffset
    return (start, start &+ shape.accumulatorsBytes)
  }
}
