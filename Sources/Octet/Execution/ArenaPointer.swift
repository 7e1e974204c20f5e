/// The start of an arena, and where the parts of a model lie in it.
///
/// Safe because the loader has proved that every ring and all accumulators lie inside the arena and apart.
struct ArenaPointer {
  let start: UnsafeMutableRawPointer

  /// Slot `slot` of a ring, at its first real pixel.
  @inline(__always)
  func slot(_ tensor: TensorRecord, _ slot: Int) -> UnsafeMutableRawPointer {
    start + (Int(tensor.ringOffset) &+ slot &* tensor.rowBytes &+ Int(tensor.borderLeft) &* tensor.pixelBytes)
  }

  /// The slot of row `row`, border rows counted.
  @inline(__always)
  func row(_ tensor: TensorRecord, _ row: UInt16) -> UnsafeMutableRawPointer {
    slot(tensor, Int(row % tensor.ringRows))
  }

  /// Rows from `first` on, border rows counted, moved across by `columns` pixels.
  @inline(__always)
  func rows(_ tensor: TensorRecord, from first: Int, columns: Int) -> RingRows {
    RingRows(
      slots: UnsafePointer(slot(tensor, 0).assumingMemoryBound(to: Int8.self)) + columns
        &* Int(tensor.channels),
      rowBytes: tensor.rowBytes, slotCount: Int(tensor.ringRows), first: first % Int(tensor.ringRows))
  }

  @inline(__always)
  func accumulators(_ layer: LayerRecord) -> UnsafeMutablePointer<Int32> {
    (start + Int(layer.accumulatorsOffset)).assumingMemoryBound(to: Int32.self)
  }

  /// Every cell becomes the zero point, so the borders are right for good. An int16 ring has zero point 0 in both bytes.
  func fillRing(_ tensor: TensorRecord) {
    (start + Int(tensor.ringOffset)).initializeMemory(
      as: Int8.self, repeating: tensor.zeroPoint, count: tensor.ringBytes)
  }

  /// The rows above become border again where later rows took their slots; what lies left and right is never written.
  func restoreBorder(_ tensor: TensorRecord) {
    for slot in 0..<Int(tensor.borderAbove) {
      self.slot(tensor, slot).initializeMemory(
        as: Int8.self, repeating: tensor.zeroPoint, count: Int(tensor.width) &* tensor.pixelBytes)
    }
  }

  /// The bias of a dense layer, or zero for a mean.
  func startAccumulators(_ model: Model, layer index: Int) {
    guard model.accumulatorsBytes(index) > 0 else { return }
    let layer = model.layer(index)
    let count = Int(model.tensor(index &+ 1).channels)
    let accumulators = accumulators(layer)
    if layer.kind == .dense {
      let bias = model.bytes.pointer(layer.constantsOffset).assumingMemoryBound(to: Int32.self)
      for channel in 0..<count { accumulators[channel] = bias[channel] }
    } else {
      for channel in 0..<count { accumulators[channel] = 0 }
    }
  }
}
