import OctetHost
import OctetNetwork

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

/// Numbers of a layer that training learns or keeps, with their gradient.
package final class Parameter {
  /// "conv-1.weight"
  package let name: String
  package let shape: [Int]
  package let count: Int
  package let isTrained: Bool
  /// Whether it is one of those that training would move, but stays as it is.
  package let isFrozen: Bool
  /// Whether a decay of weights makes it smaller.
  package let decays: Bool

  /// Aligned to 64 bytes, freed with the parameter.
  package let values: UnsafeMutablePointer<Float>
  package let gradient: UnsafeMutablePointer<Float>

  package init(
    layer: String, _ description: ParameterDescription, isFrozen: Bool = false, random: inout RandomStream
  ) {
    self.isFrozen = isFrozen
    decays = description.name == "weight"
    name = "\(layer).\(description.name)"
    shape = description.shape
    count = description.count
    isTrained = description.isTrained
    values = allocateFloats(count)
    gradient = allocateFloats(isTrained ? count : 0)
    switch description.start {
    case .constant(let value):
      values.update(repeating: value, count: count)
    case .uniform(let fanIn, let fanOut):
      let limit = (6 / Float(fanIn + fanOut)).squareRoot()
      for index in 0..<count { values[index] = random.nextFloat(in: -limit..<limit) }
    }
  }

  deinit {
    values.deallocate()
    gradient.deallocate()
  }

  package var array: [Float] {
    get { Array(UnsafeBufferPointer(start: values, count: count)) }
    set {
      precondition(newValue.count == count, "\(name) has \(count) values")
      newValue.withUnsafeBufferPointer { source in
        if let start = source.baseAddress { values.update(from: start, count: count) }
      }
    }
  }
}
