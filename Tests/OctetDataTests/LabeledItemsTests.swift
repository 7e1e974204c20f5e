import Octet
import OctetData
import OctetNetwork
import Testing

/// Values and targets of each kind: parts of them, what a float network sees, and what the runtime is fed.
@Suite struct LabeledItemsTests {
  private let scale = InputScale(scale: 0.5, zeroPoint: 10)

  @Test func `parts of every kind keep values and targets together`() {
    let kinds: [(ItemValues, ItemTargets)] = [
      (.bytes([1, 2, 3, 4, 5, 6]), .none),
      (.integers([1, 2, 3, 4, 5, 6], scale), .numbers([7, 8, 9], shape: [1])),
      (.floats([1, 2, 3, 4, 5, 6]), .labels([0, 1, 1, 1, 0, 0], names: ["a", "b"])),
      (.floats([1, 2, 3, 4, 5, 6]), .classes([300, 0, 1], names: (0..<301).map(String.init))),
    ]
    for (values, targets) in kinds {
      let items = LabeledItems(shape: ImageShape(flat: 2), values: values, targets: targets)
      let chosen = items.selecting([2, 0])
      let cut = items.prefix(2)
      #expect(items.count == 3 && chosen.count == 2 && cut.count == 2)
      switch (chosen.values, cut.values) {
      case (.bytes(let one), .bytes(let other)): #expect(one == [5, 6, 1, 2] && other == [1, 2, 3, 4])
      case (.integers(let one, let found), .integers(let other, _)):
        #expect(one == [5, 6, 1, 2] && other == [1, 2, 3, 4] && found == scale)
      case (.floats(let one), .floats(let other)): #expect(one == [5, 6, 1, 2] && other == [1, 2, 3, 4])
      default: Issue.record("another kind")
      }
      switch (chosen.targets, cut.targets) {
      case (.none, .none): break
      case (.numbers(let one, _), .numbers(let other, _)): #expect(one == [9, 7] && other == [7, 8])
      case (.labels(let one, _), .labels(let other, _)):
        #expect(one == [0, 0, 0, 1] && other == [0, 1, 1, 1])
      case (.classes(let one, _), .classes(let other, _)): #expect(one == [1, 300] && other == [300, 0])
      default: Issue.record("another kind")
      }
    }
  }

  @Test func `a float network sees what the values stand for`() {
    #expect(ItemValues.bytes([0, 51, 255]).units(0..<3) == [0, 0.2, 1])
    #expect(ItemValues.integers([-128, 10, 127], scale).units(0..<3) == [-69, 0, 58.5])
    #expect(ItemValues.floats([-4, 1e9]).units(1..<2) == [1e9])
  }

  @Test func `the runtime is fed the input's integers`() {
    // A byte is the integer plus 128.
    #expect(ItemValues.bytes([0, 51, 255]).fed(to: scale) == [0, 51, 255])
    #expect(ItemValues.integers([-128, 0, 127], nil).fed(to: scale) == [0, 128, 255])
    #expect(ItemValues.integers([-128, 0, 127], scale).fed(to: scale) == [0, 128, 255])
    // Twice the scale and another zero point: 2 * (q - 3) + 10, at most 127.
    let other = InputScale(scale: 1, zeroPoint: 3)
    #expect(ItemValues.integers([3, 4, 100, -128], other).fed(to: scale) == [138, 140, 255, 0])
    // Halves go away from zero, and what is beyond the integers to their ends.
    #expect(
      ItemValues.floats([0, 0.25, -0.25, 0.24, 58.5, 1e38, -1e38]).fed(to: scale)
        == [138, 139, 137, 138, 255, 255, 0])
  }

  @Test func `an order of axes is undone`() {
    // Two items of 1 x 2 with 2 channels, stored channels first.
    #expect(
      ItemValues.bytes([1, 2, 3, 4, 5, 6, 7, 8]).reordered(by: [0, 2, 1, 3])
        == .bytes([1, 3, 2, 4, 5, 7, 6, 8]))
  }

  @Test func `random items follow from their seed`() {
    let shape = ImageShape(height: 3, width: 2, channels: 1)
    let pixels = RandomItems(.pixels, shape: shape, seed: 1).dataSet
    #expect(pixels.train.count == 1000 && pixels.test?.count == 1000 && pixels.train.targets == .none)
    #expect(Set(pixels.train.pixels) == Set(0...255) && pixels.train.pixels != pixels.test?.pixels)
    #expect(RandomItems(.pixels, shape: shape, seed: 1).dataSet.train.pixels == pixels.train.pixels)
    #expect(RandomItems(.pixels, shape: shape, seed: 2).dataSet.train.pixels != pixels.train.pixels)
    guard case .floats(let floats) = RandomItems(.features, shape: shape, seed: 1).dataSet.train.values else {
      Issue.record("features are floats")
      return
    }
    let mean = floats.reduce(0, +) / Float(floats.count)
    let variance = floats.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(floats.count)
    #expect(abs(mean) < 0.05 && abs(variance - 1) < 0.05)
    // Two thirds within one standard deviation, as in a normal distribution and not in an even one.
    let near = Float(floats.count { abs($0) < 1 }) / Float(floats.count)
    #expect(abs(near - 0.683) < 0.02)
    guard
      case .integers(let integers, let found) = RandomItems(.integers(scale), shape: shape, seed: 1)
        .dataSet.train.values
    else {
      Issue.record("integers")
      return
    }
    #expect(found == scale && Set(integers) == Set(-128...127))
  }
}
