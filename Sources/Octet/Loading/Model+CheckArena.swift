extension Model {
  /// Accumulators lie where they are needed, nothing overlaps, and the arena ends where its last part does.
  func checkArena() throws(ModelError) {
    let arena = UInt32(truncatingIfNeeded: arenaBytes)
    var last: UInt32 = 0
    for index in 0..<layerCount {
      let offset = layerOffset(index) &+ 28
      let layer = layer(index)
      let length = accumulatorsBytes(index)
      if length == 0 {
        try require(layer.accumulatorsOffset == 0, .accumulators, at: offset, layer.accumulatorsOffset)
      } else {
        try require(
          layer.accumulatorsOffset % FileFormat.arenaAlignment == 0 && length <= arena
            && layer.accumulatorsOffset <= arena &- length,
          .accumulators, at: offset, layer.accumulatorsOffset)
      }
    }
    for part in 0..<partCount {
      let own = arenaPart(part)
      last = max(last, own.end)
      for other in 0..<part {
        let before = arenaPart(other)
        let isApart = own.start >= before.end || before.start >= own.end
        try require(
          isApart || own.start == own.end || before.start == before.end, .overlap, at: 16, own.start)
      }
    }
    try require(last == arena, .arenaEnd, at: 16, arena)
  }

  /// Bytes of the accumulators of a layer; four for each output channel, 0 where it needs none.
  @inline(__always)
  func accumulatorsBytes(_ index: Int) -> UInt32 {
    let layer = layer(index)
    let needsThem =
      layer.kind == .globalAveragePooling || (layer.kind == .dense && tensor(Int(layer.input)).height > 1)
    // At most 65,535 channels.
    return needsThem ? 4 &* UInt32(tensor(index &+ 1).channels) : 0
  }

  /// Every ring, then every layer's accumulators, which may be empty.
  private var partCount: Int { layerCount &+ 1 &+ layerCount }

  /// Where a part of the arena starts and ends; both lie inside it by now.
  private func arenaPart(_ index: Int) -> (start: UInt32, end: UInt32) {
    if index <= layerCount {
      let tensor = tensor(index)
      return (tensor.ringOffset, tensor.ringOffset &+ UInt32(truncatingIfNeeded: tensor.ringBytes))
    }
    let layer = index &- layerCount &- 1
    let start = self.layer(layer).accumulatorsOffset
    return (start, start &+ accumulatorsBytes(layer))
  }
}
