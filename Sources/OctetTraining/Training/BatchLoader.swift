import OctetData
import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Brings items into a network's input: bytes become floats from 0 to 1, changed at random where that is asked for.
///
/// What is random follows from the seed, the epoch and the item alone, so it does not matter how a batch is cut into
/// passes, or on how many cores it is loaded.
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

  /// An item that is mixed into another one.
  package struct Partner {
    package let item: Int
    /// Of the item itself, at least a half.
    package let share: Float
  }

  /// Who is mixed into the item at a place of a batch: the one behind it, and into the last one the first.
  package func partner(ofPlace place: Int, in batch: ArraySlice<Int>, epoch: Int) -> Partner? {
    guard augmentation.mixup > 0, batch.count > 1 else { return nil }
    let next = place + 1 < batch.endIndex ? place + 1 : batch.startIndex
    var random = RandomStream(seed: seed, purpose: .mixing, UInt64(epoch), UInt64(batch[place]))
    return Partner(item: batch[next], share: augmentation.mixingShare(&random))
  }

  /// Writes the images at `indices` to the first places of `input`.
  ///
  /// - Parameter batch: that they are a part of; nil for one of their own.
  package func load(
    _ indices: ArraySlice<Int>, of batch: ArraySlice<Int>? = nil, epoch: Int, into input: Tensor
  ) {
    let batch = batch ?? indices
    let count = images.shape.count
    workers.forEachPiece(of: indices.count, size: 16) { places, worker in
      for place in places {
        let index = indices.startIndex + place
        let target = input.image(place)
        load(indices[index], epoch: epoch, into: target)
        if let partner = partner(ofPlace: index, in: batch, epoch: epoch) {
          let other = workers.scratch(worker: worker, count: count)
          load(partner.item, epoch: epoch, into: other)
          octet_mix(target, other, partner.share, count)
        }
      }
    }
  }

  private func load(_ index: Int, epoch: Int, into target: UnsafeMutablePointer<Float>) {
    let count = images.shape.count
    switch images.values {
    case .bytes(let pixels):
      pixels.withUnsafeBufferPointer { pixels in
        guard let base = pixels.baseAddress else { return }
        let source = base + index * count
        if augmentation.leavesPixels {
          octet_bytes_to_units(target, source, count)
        } else {
          var random = RandomStream(seed: seed, purpose: .augmentation, UInt64(epoch), UInt64(index))
          augmentation.apply(source, shape: images.shape, random: &random, into: target)
        }
      }
    case .floats(let numbers):
      numbers.withUnsafeBufferPointer { numbers in
        if let base = numbers.baseAddress { target.update(from: base + index * count, count: count) }
      }
    case .integers:
      let numbers = images.values.units(index * count..<(index + 1) * count)
      numbers.withUnsafeBufferPointer { numbers in
        if let base = numbers.baseAddress { target.update(from: base, count: numbers.count) }
      }
    }
  }
}
