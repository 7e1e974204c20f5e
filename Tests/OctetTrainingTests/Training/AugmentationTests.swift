import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
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
