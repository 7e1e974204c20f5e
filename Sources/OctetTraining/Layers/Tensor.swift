import OctetHost

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
