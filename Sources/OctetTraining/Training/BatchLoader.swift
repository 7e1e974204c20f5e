import OctetData
import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Brings items into a network's input: bytes become floats from 0 to 1, changed at random where that is asked for.
package struct BatchLoader {
  private let images: LabeledItems
  private let augmentation: Augmentation
  private let seed: UInt64
  private let workers: Workers

  package init(
    _ images: LabeledItems, augmentation: Augmentation = Augmentation(), seed: UInt64 = 0, workers: Workers
  ) {
    self.images = images
    self.augmentation = augmentation
    self.seed = seed
    self.workers = workers
  }

  /// Writes the images at `indices` to the first places of `input`.
  package func load(_ indices: ArraySlice<Int>, epoch: Int, into input: Tensor) {
    switch images.values {
    case .bytes(let pixels): load(pixels, indices, epoch: epoch, into: input)
    case .floats(let numbers):
      numbers.withUnsafeBufferPointer { numbers in
        guard let base = numbers.baseAddress else { return }
        let count = images.shape.count
        for (place, index) in indices.enumerated() {
          input.image(place).update(from: base + index * count, count: count)
        }
      }
    case .integers:
      for (place, index) in indices.enumerated() {
        let numbers = images.values.units(index * images.shape.count..<(index + 1) * images.shape.count)
        numbers.withUnsafeBufferPointer { numbers in
          if let base = numbers.baseAddress { input.image(place).update(from: base, count: numbers.count) }
        }
      }
    }
  }

  private func load(_ pixels: [UInt8], _ indices: ArraySlice<Int>, epoch: Int, into input: Tensor) {
    let count = images.shape.count
    pixels.withUnsafeBufferPointer { pixels in
      guard let base = pixels.baseAddress else { return }
      workers.forEachPiece(of: indices.count, size: 16) { places, _ in
        for place in places {
          let index = indices[indices.startIndex + place]
          let source = base + index * count
          let target = input.image(place)
          if augmentation.isNone {
            octet_bytes_to_units(target, source, count)
          } else {
            var random = RandomStream(seed: seed, purpose: .augmentation, UInt64(epoch), UInt64(index))
            augmentation.apply(source, shape: images.shape, random: &random, into: target)
          }
        }
      }
    }
  }
}
