/// What the row of a layer is computed from besides its step: the file's records and constants, and the arena.
///
/// Safe because the loader has proved that every ring and all accumulators lie inside the arena and apart, and that no
/// row is read after it was overwritten.
package struct RunContext {
  package let model: ModelRecords
  package let memory: RunMemory

  @inline(__always)
  package init(_ model: ModelRecords, _ memory: RunMemory) {
    self.model = model
    self.memory = memory
  }

  @inline(__always)
  func rows(_ source: RowSource) -> RingRows {
    RingRows(
      slots: UnsafePointer(memory.place(source.slots).assumingMemoryBound(to: Int8.self)),
      rowBytes: source.rowBytes, slotCount: source.slotCount, first: source.first)
  }

  @inline(__always)
  func accumulators(_ layer: LayerRecord) -> UnsafeMutablePointer<Int32> {
    memory.place(Int(layer.accumulatorsOffset)).assumingMemoryBound(to: Int32.self)
  }

  /// Every cell of every ring becomes the zero point, so that what lies left and right of rows is right for good. An
  /// int16 ring has zero point 0 in both bytes.
  package func fillRings() {
    for index in 0...model.layerCount {
      let tensor = model.tensor(index)
      if memory.isHeld(Int(tensor.ringOffset)) { continue }
      memory.place(Int(tensor.ringOffset)).initializeMemory(
        as: Int8.self, repeating: tensor.zeroPoint, count: tensor.ringBytes)
    }
  }
}

/// Some rows of a tensor that follow one another, as pointers.
public struct RingRows {
  /// The first cell of slot 0, moved to where the first window starts.
  package let slots: UnsafePointer<Int8>
  package let rowBytes: Int
  package let slotCount: Int
  /// The slot of row 0.
  package let first: Int

  /// Row `index`, from 0: its cells side by side, the channels of each together.
  @inline(__always)
  public subscript(_ index: Int) -> UnsafePointer<Int8> {
    let slot = first &+ index
    return slots + (slot >= slotCount ? slot &- slotCount : slot) &* rowBytes
  }
}
