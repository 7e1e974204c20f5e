extension Model {
  /// Each tensor by itself: extents, size, type, scale, and a ring inside the arena.
  func checkTensors(_ header: Header) throws(ModelError) {
    for index in 0...layerCount {
      let offset = Self.tensorOffset(index)
      let tensor = tensor(index)
      let isLast = index == layerCount
      try require(
        tensor.height >= 1 && tensor.height <= Limit.extent, .extent, at: offset &+ 6, UInt32(tensor.height))
      try require(
        tensor.width >= 1 && tensor.width <= Limit.extent, .extent, at: offset &+ 8, UInt32(tensor.width))
      try require(tensor.channels >= 1, .channels, at: offset &+ 10, 0)
      let element = tensor.elementBytes
      try require(
        element == 1 || (element == 2 && isLast), .elementBytes, at: offset &+ 17, UInt32(element))
      try require(
        element == 1 || tensor.zeroPoint == 0, .zeroPoint, at: offset &+ 16,
        UInt32(bitPattern: Int32(tensor.zeroPoint)))
      try require(
        bytes.half(offset &+ 18) == 0, .reserved, at: offset &+ 18, UInt32(bytes.half(offset &+ 18)))
      // A float's bits: sign 0, not zero, exponent not all ones.
      try require(
        tensor.scaleBits > 0 && tensor.scaleBits < 0x7F80_0000, .scale, at: offset &+ 20, tensor.scaleBits)

      try require(
        tensor.ringRows >= 1 && tensor.ringRows >= UInt16(tensor.borderAbove)
          && tensor.ringRows <= tensor.allRows, .ringRows,
        at: offset &+ 4, UInt32(tensor.ringRows))
      // Extents are at most 4096 + 510, so the sum is small; each product is checked.
      let width = UInt32(tensor.borderLeft) &+ UInt32(tensor.width) &+ UInt32(tensor.borderRight)
      let row = CheckedSize(width).times(UInt32(tensor.channels)).times(UInt32(element))
      guard let whole = row.times(UInt32(tensor.allRows)).value, whole <= Limit.arenaBytes else {
        throw ModelError(.tensorBytes, offset: offset &+ 6, value: UInt32(tensor.channels))
      }
      // The ring is no larger than the whole tensor, so this does not overflow.
      let ring = UInt32(truncatingIfNeeded: tensor.ringBytes)
      try require(
        tensor.ringOffset % FileFormat.arenaAlignment == 0 && ring <= header.arenaBytes
          && tensor.ringOffset <= header.arenaBytes &- ring,
        .ringPlace, at: offset, tensor.ringOffset)
    }
    let logits = logits
    let isOneOutput = logits.channels == 1 && classCount == 2 && head != .softmax
    try require(
      logits.height == 1 && logits.width == 1 && (Int(logits.channels) == classCount || isOneOutput),
      .logitsShape, at: Self.tensorOffset(layerCount) &+ 6, UInt32(logits.channels))
  }
}
