/// Some rows of a tensor that follow one another, in the slots of its ring.
///
/// Safe because the loader has proved that the ring lies in the arena and that these rows have not been overwritten.
public struct RingRows {
  /// The first real pixel of slot 0, moved left or right to where the window starts.
  package let slots: UnsafePointer<Int8>
  package let rowBytes: Int
  package let slotCount: Int
  /// The slot of row 0.
  package let first: Int

  /// Row `index`, below `slotCount`.
  @inline(__always)
  package subscript(_ index: Int) -> UnsafePointer<Int8> {
    let slot = first &+ index
    return slots + (slot >= slotCount ? slot &- slotCount : slot) &* rowBytes
  }
}
