/// The rules for tensors by themselves, for what lies where in the arena, and for the order of rows.
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
      try check(region == 0, .secondRegion, TensorRecord.Field.region, region)
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
    }
  }

  /// Accumulators lie where they are needed, nothing overlaps, and the arena ends where its last part does.
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
      for other in 0..<part {
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
  private var partCount: Int { layerCount &+ 1 &+ layerCount }

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

  /// Walks through the order of rows without computing: no row may be overwritten while a reader needs it.
  ///
  /// Each step makes a row appear, for which all layers are looked at, so the product of both bounds what this takes.
  func checkRowOrder() throws(ModelError) {
    var rows: UInt32 = 0
    // At most 1,025 * 12,288.
    for index in 0...layerCount { rows &+= UInt32(tensor(index).allRows) }
    let steps = CheckedSize(rows).times(UInt32(truncatingIfNeeded: layerCount)).value ?? .max
    try require(steps <= Limit.walk, .walk, at: FileFormat.layerCount, rows)
    var order = RowOrder(self)
    try order.forEachRow(self) { index, order throws(ModelError) in try checkRow(&order, of: index) }
    for index in 1...layerCount {
      try require(
        order.rows(index) == tensor(index).allRows, .unfinished, at: Self.tensorOffset(index),
        UInt32(order.rows(index)))
    }
  }

  /// Whether the next row of a tensor may take its slot.
  private func checkRow(_ order: inout RowOrder, of index: Int) throws(ModelError) {
    let row = order.rows(index)
    let slots = tensor(index).ringRows
    guard row >= slots else { return }
    let overwritten = row &- slots
    for reader in 0..<layerCount {
      let layer = layer(reader)
      guard Int(layer.input) == index || Int(layer.secondInput) == index else { continue }
      try require(
        order.firstRowRead(self, layer: reader, tensor: index) > overwritten, .ringTooSmall,
        at: Self.tensorOffset(index) &+ TensorRecord.Field.ringRows, UInt32(slots))
    }
  }
}
