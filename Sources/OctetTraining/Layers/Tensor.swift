/// Room for the values of several images, all of one shape: `capacity x shape.count` floats.
package final class Tensor {
  package let shape: ImageShape
  package let capacity: Int

  /// Aligned to 64 bytes, freed with the tensor. Only layers and kernels touch it, each within `capacity` images.
  package let base: UnsafeMutablePointer<Float>

  package init(shape: ImageShape, capacity: Int) {
    self.shape = shape
    self.capacity = capacity
    base = allocateFloats(shape.count * capacity)
  }

  deinit { base.deallocate() }

  package func image(_ index: Int) -> UnsafeMutablePointer<Float> { base + index * shape.count }

  /// The values of the first `count` images.
  package func values(_ count: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: base, count: count * shape.count))
  }
}

/// Zeroed floats that start on a cache line.
func allocateFloats(_ count: Int) -> UnsafeMutablePointer<Float> {
  let room = max(count, 1)
  let raw = UnsafeMutableRawPointer.allocate(byteCount: room * MemoryLayout<Float>.stride, alignment: 64)
  let floats = raw.bindMemory(to: Float.self, capacity: room)
  floats.initialize(repeating: 0, count: room)
  return floats
}
