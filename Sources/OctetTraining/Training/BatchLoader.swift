import OctetData
import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Brings images into a network's input: bytes become floats from 0 to 1, changed at random where that is asked for.
package struct BatchLoader {
  private let images: LabeledImages
  private let augmentation: Augmentation
  private let seed: UInt64
  private let workers: Workers

  package init(
    _ images: LabeledImages, augmentation: Augmentation = Augmentation(), seed: UInt64 = 0, workers: Workers
  ) {
    self.images = images
    self.augmentation = augmentation
    self.seed = seed
    self.workers = workers
  }

  /// Writes the images at `indices` to the first places of `input`.
  package func load(_ indices: ArraySlice<Int>, epoch: Int, into input: Tensor) {
    let count = images.shape.count
    images.pixels.withUnsafeBufferPointer { pixels in
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
