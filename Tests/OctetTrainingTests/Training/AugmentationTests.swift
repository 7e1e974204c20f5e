import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

@Suite struct AugmentationTests {
  private let shape = ImageShape(height: 20, width: 24, channels: 1)

  private func blob() -> [UInt8] {
    (0..<20 * 24).map { index in
      let (row, column) = (index / 24 - 10, index % 24 - 12)
      return UInt8(max(0, 255 - 18 * (row * row + column * column)))
    }
  }

  private func load(_ augmentation: Augmentation, _ pixels: [UInt8], seed: UInt64 = 1, epoch: Int = 1)
    -> [Float]
  {
    let images = LabeledItems(shape: shape, pixels: pixels, labels: [0], classNames: ["0"])
    let loader = BatchLoader(images, augmentation: augmentation, seed: seed, workers: Workers(count: 1))
    let input = Tensor(shape: shape, capacity: 1)
    loader.load([0][...], epoch: epoch, into: input)
    return input.values(1)
  }

  @Test func `none scales the bytes`() {
    let pixels = blob()
    #expect(load(Augmentation(), pixels) == pixels.map { Float($0) * (1 / 255) })
  }

  @Test(arguments: [
    "shift=3", "rotate=30", "scale=0.2", "shear=0.3", "elastic=3", "shift=1,rotate=5,elastic=2",
  ])
  func `moves the ink and keeps it`(text: String) throws {
    let augmentation = try #require(Augmentation(text))
    let plain = load(Augmentation(), blob())
    var seen: Set<[Float]> = []
    for epoch in 1...20 {
      let changed = load(augmentation, blob(), epoch: epoch)
      seen.insert(changed)
      #expect(changed.allSatisfy { (0...1).contains($0) })
      // A round blob in the middle stays visible under all of these; only elastic changes its area by much.
      let ratio = changed.reduce(0, +) / plain.reduce(0, +)
      #expect((text.contains("elastic") ? 0.4...2.5 : 0.6...1.6).contains(ratio), "\(ratio)")
    }
    #expect(seen.count == 20)
    #expect(load(augmentation, blob(), epoch: 3) == load(augmentation, blob(), epoch: 3))
  }

  @Test func `shifts as far as it says`() throws {
    let augmentation = try #require(Augmentation("shift=4"))
    var furthest: Float = 0
    for epoch in 1...200 {
      let changed = load(augmentation, blob(), epoch: epoch)
      let total = changed.reduce(0, +)
      let column = changed.indices.reduce(Float(0)) { $0 + Float($1 % 24) * changed[$1] } / total - 12
      #expect(abs(column) < 4.01)
      furthest = max(furthest, abs(column))
    }
    #expect(furthest > 3.5)
  }

  @Test(arguments: [
    "", "shift", "shift=", "shift=x", "shift=-1", "shift=nan", "spin=1", "scale=2", "shift=1,", "shift=1=2",
  ])
  func `nonsense is refused`(text: String) {
    #expect(Augmentation(text) == nil)
  }
}

/// Changes for photographs, each against what it should do to known pixels.
@Suite struct PhotographAugmentationTests {
  private let shape = ImageShape(height: 6, width: 5, channels: 3)
  private var pixels: [UInt8] { (0..<90).map { UInt8(($0 * 37 + 11) % 256) } }

  private func changed(_ text: String, seed: UInt64 = 1) throws -> [Float] {
    let augmentation = try #require(Augmentation(text))
    #expect(augmentation.text == text)
    var random = RandomStream(seed: seed, purpose: .augmentation)
    var target = [Float](repeating: -1, count: 90)
    augmentation.apply(pixels, shape: shape, random: &random, into: &target)
    return target
  }

  private func unit(_ row: Int, _ column: Int, _ channel: Int) -> Float {
    guard (0..<6).contains(row), (0..<5).contains(column) else { return 0 }
    return Float(pixels[(row * 5 + column) * 3 + channel]) / 255
  }

  private func image(_ value: (Int, Int, Int) -> Float) -> [Float] {
    (0..<90).map { value($0 / 15, $0 / 3 % 5, $0 % 3) }
  }

  @Test func `flip turns left and right around`() throws {
    #expect(try changed("flip=1") == image { unit($0, 4 - $1, $2) })
    let plain = image(unit)
    let found = try (0..<200).map { try changed("flip=0.25", seed: $0) }
    let share = Double(found.count { $0 != plain }) / 200
    #expect(share > 0.15 && share < 0.35)
  }

  @Test func `crop moves by whole pixels, each way equally often`() throws {
    var moves: [[Int]: Int] = [:]
    for seed in 0..<900 as Range<UInt64> {
      let found = try changed("crop=1", seed: seed)
      for down in -1...1 {
        for right in -1...1 where found == image({ unit($0 - down, $1 - right, $2) }) {
          moves[[down, right], default: 0] += 1
        }
      }
    }
    #expect(moves.count == 9 && moves.values.reduce(0, +) == 900)
    #expect(moves.values.allSatisfy { $0 > 60 && $0 < 145 })
  }

  @Test func `brightness, contrast and saturation keep what they promise`() throws {
    func gray(_ image: [Float], _ pixel: Int) -> Float {
      0.299 * image[3 * pixel] + 0.587 * image[3 * pixel + 1] + 0.114 * image[3 * pixel + 2]
    }
    let plain = image(unit)
    var factors: [Float] = []
    for seed in 0..<100 as Range<UInt64> {
      let bright = try changed("brightness=0.5", seed: seed)
      // One pixel that is never clipped tells the factor.
      let place = plain.firstIndex { $0 > 0.2 && $0 < 0.6 } ?? 0
      let factor = bright[place] / plain[place]
      factors.append(factor)
      for (new, old) in zip(bright, plain) { #expect(abs(new - min(old * factor, 1)) < 1e-5) }
      let colored = try changed("saturation=0.5", seed: seed)
      for pixel in 0..<30 where (0..<3).allSatisfy({ (0.001..<0.999).contains(colored[3 * pixel + $0]) }) {
        #expect(abs(gray(colored, pixel) - gray(plain, pixel)) < 1e-5)
      }
      let contrasted = try changed("contrast=0.2", seed: seed)
      #expect(contrasted != plain && contrasted.allSatisfy { (0...1).contains($0) })
    }
    #expect((factors.min() ?? 0) < 0.6 && (factors.max() ?? 0) > 1.4)
    #expect(factors.allSatisfy { $0 >= 0.5 && $0 <= 1.5 })
  }

  @Test func `cutout fills a square with the mean`() throws {
    let plain = image(unit)
    var sizes: Set<Int> = []
    for seed in 0..<100 as Range<UInt64> {
      let found = try changed("cutout=3", seed: seed)
      let holes = (0..<30).filter { pixel in
        (0..<3).contains { found[3 * pixel + $0] != plain[3 * pixel + $0] }
      }
      sizes.insert(holes.count)
      for pixel in holes {
        for channel in 0..<3 {
          let mean = stride(from: channel, to: 90, by: 3).reduce(Float(0)) { $0 + plain[$1] } / 30
          #expect(abs(found[3 * pixel + channel] - mean) < 1e-5)
        }
      }
    }
    // Whole squares, and parts at edges and corners.
    #expect(sizes.isSubset(of: [4, 6, 9]) && sizes.contains(9) && sizes.contains(4))
  }

  @Test func `mixup mixes neighbours of a batch`() throws {
    let items = LabeledItems(
      shape: ImageShape(flat: 2), pixels: (0..<20).map { UInt8($0 * 10) },
      labels: [UInt8](repeating: 0, count: 10),
      classNames: ["a"])
    let loader = BatchLoader(
      items, augmentation: try #require(Augmentation("mixup=0.5")), seed: 3, workers: Workers(count: 2))
    let batch = [7, 2, 9, 4][...]
    let input = Tensor(shape: items.shape, capacity: 4)
    loader.load(batch, epoch: 1, into: input)
    var shares: [Float] = []
    for place in 0..<4 {
      let partner = try #require(loader.partner(ofPlace: place, in: batch, epoch: 1))
      #expect(partner.item == batch[(place + 1) % 4])
      shares.append(partner.share)
      for index in 0..<2 {
        let own = Float(items.pixels[batch[place] * 2 + index]) / 255
        let other = Float(items.pixels[partner.item * 2 + index]) / 255
        #expect(abs(input.image(place)[index] - partner.share * own - (1 - partner.share) * other) < 1e-6)
      }
    }
    #expect(Set(shares).count == 4 && shares.allSatisfy { $0 >= 0.5 && $0 <= 1 })
  }

  /// The larger of x and 1 - x for x of Beta(0.5, 0.5), whose distribution function is an arc sine.
  @Test func `shares have their distribution`() throws {
    let augmentation = try #require(Augmentation("mixup=0.5"))
    var random = RandomStream.test(4)
    let shares = (0..<4000).map { _ in augmentation.mixingShare(&random) }.sorted()
    for (place, expected) in [(1000, Float(0.69134)), (2000, 0.85355), (3000, 0.96194)] {
      #expect(abs(shares[place] - expected) < 0.015)
    }
  }

  @Test(arguments: ["flip=2", "crop=1.5", "cutout=-1", "mixup=2", "hue=1", "flip"])
  func `others are refused`(text: String) {
    #expect(Augmentation(text) == nil)
  }
}
