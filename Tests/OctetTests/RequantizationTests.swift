import Octet
import Testing

/// Both ways of rounding, against their definitions taken step by step.
@Suite struct RequantizationTests {
  /// The nearest multiple of `unit`, in units; half goes up.
  private static func halfUp(_ value: Int, _ unit: Int) -> Int {
    let below = value / unit * unit > value ? value / unit - 1 : value / unit
    let rest = value - below * unit
    return rest >= unit - rest ? below + 1 : below
  }

  private static func halfAway(_ value: Int, _ unit: Int) -> Int {
    value < 0 ? -halfUp(-value, unit) : halfUp(value, unit)
  }

  private static func requantize(_ sum: Int, _ multiplier: Int, _ shift: Int, _ rounding: Rounding) -> Int {
    Int(
      Requantization.requantize(
        Int32(sum), multiplier: Int32(multiplier), shift: UInt8(shift), rounding))
  }

  /// Compares a sum and its neighbours; gives how many of them the two ways round apart.
  private static func compare(_ sum: Int, _ multiplier: Int, _ shift: Int) -> Int {
    var apart = 0
    for value in sum - 1...sum + 1 where abs(value) <= Int(Int32.max) {
      let product = value * multiplier
      let once = Self.requantize(value, multiplier, shift, .halfUp)
      let twice = Self.requantize(value, multiplier, shift, .halfUpThenAway)
      let expectedOnce = halfUp(product, 1 << shift)
      let expectedTwice = halfAway(halfUp(product, 1 << 31), 1 << (shift - 31))
      if once != expectedOnce || twice != expectedTwice {
        Issue.record("\(value) * \(multiplier) / 2^\(shift): \(once), \(twice)")
      }
      if once != twice { apart += 1 }
    }
    return apart
  }

  private static let multipliers = [
    1 << 30, 1 << 30 + 1, 3 << 29 - 1, 3 << 29, 3 << 29 + 1, Int(Int32.max) - 1, Int(Int32.max),
  ]

  @Test
  func `small sums, extreme sums and random ones, with every shift`() {
    var random = RepeatingGenerator(state: 3)
    for shift in 33...62 {
      let drawn = (0..<30).map { _ in Int.random(in: 1 << 30...Int(Int32.max), using: &random) }
      for multiplier in Self.multipliers + drawn {
        for sum in [-3, 0, 3, Int(Int32.max), -Int(Int32.max)] { _ = Self.compare(sum, multiplier, shift) }
        for bits in 2...31 {
          let sum = Int.random(in: -(1 << bits)..<1 << bits, using: &random)
          _ = Self.compare(sum, multiplier, shift)
        }
      }
    }
  }

  @Test
  func `ties of the second rounding, of either sign`() {
    var random = RepeatingGenerator(state: 4)
    var apart = 0
    for shift in 33...62 {
      for _ in 0..<3000 {
        let multiplier = Int.random(in: 1 << 30...Int(Int32.max), using: &random)
        // An odd number of halves, after the first rounding.
        let most = 1 << (62 - shift)
        let halves = 2 * Int.random(in: -most..<most, using: &random) + 1
        let rounded = halves << (shift - 32)
        let sum = Int((Double(rounded) * 0x1p31 / Double(multiplier)).rounded())
        apart += Self.compare(sum, multiplier, shift)
      }
    }
    // Without ties, or without a second rounding, there would be none or few.
    #expect(apart > 10_000)
  }

  @Test
  func `-1 with the smallest multiplier, whose product rounds to 0`() {
    for shift in 33...62 {
      #expect(Self.requantize(-1, 1 << 30, shift, .halfUpThenAway) == 0)
      #expect(Self.requantize(1, 1 << 30, shift, .halfUpThenAway) == 0)
    }
    // The product is half of 2^33 exactly: away from zero, where one rounding goes up.
    #expect(Self.requantize(-4, 1 << 30, 33, .halfUpThenAway) == -1)
    #expect(Self.requantize(-4, 1 << 30, 33, .halfUp) == 0)
    #expect(Self.requantize(4, 1 << 30, 33, .halfUpThenAway) == 1)
    #expect(Self.requantize(4, 1 << 30, 33, .halfUp) == 1)
  }
}
