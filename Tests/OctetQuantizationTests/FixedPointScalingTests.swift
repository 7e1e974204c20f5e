import OctetHost
import OctetQuantization
import Testing

/// The pairs of multiplier and shift, against arithmetic on whole numbers.
struct FixedPointScalingTests {
  @Test func `every pair is the nearest there is`() throws {
    var random = RandomStream(seed: 1, purpose: .testing)
    for _ in 0..<100_000 {
      let exponent = Int.random(in: -32...3, using: &random)
      // 2^52 to 2^53, the digits of a double.
      let digits = UInt64.random(in: 1 << 52..<1 << 53, using: &random)
      let factor = Double(digits) * Double(sign: .plus, exponent: exponent - 52, significand: 1)
      let pair = try #require(FixedPointScaling(factor))
      // factor * 2^shift = digits * 2^(exponent - 52 + shift), in 128 bits.
      let places = 52 - exponent - Int(pair.shift)
      #expect(places >= 0)
      let scaled = Int128(digits)
      let unit = Int128(1) << places
      let error = Int128(pair.multiplier) * unit - scaled
      #expect(abs(error) * 2 <= unit)
      #expect(pair.multiplier >= 1 << 30 && FixedPointScaling.shifts.contains(Int(pair.shift)))
    }
  }

  @Test func `means of bytes round half up`() {
    func expect(_ sum: Int, of cells: Int) {
      #expect(
        FixedPointScaling(meanOf: cells).scaled(256 * sum) == (sum + cells / 2) / cells, "\(sum) of \(cells)")
    }
    for cells in 1...64 { for sum in 0...255 * cells { expect(sum, of: cells) } }
    // Around every tie, for counts of all sizes.
    for cells in [65, 99, 128, 255, 1_000, 4_095, 12_544, 32_766, 32_767] {
      for whole in 0..<255 {
        for near in -1...1 { expect(whole * cells + (cells + 1) / 2 + near, of: cells) }
      }
      expect(255 * cells, of: cells)
    }
  }

  /// TensorFlow Lite's MEAN divides the multiplier of the ratio and cuts off; a pair holds what is below 16 then.
  @Test func `means by ratios that are no pair themselves`() throws {
    for ratio in [0.3, 15.99, 16, 18.435, 201.3, 1_000.7, 16_383] {
      for cells in [1, 2, 3, 16, 63, 64, 1_000, 20_000] {
        let digits = Int((ratio.significand * 0x1p30).rounded(.toNearestOrAwayFromZero))
        let places = Int.bitWidth - 1 - cells.leadingZeroBitCount
        let shift = 30 - Int(ratio.exponent) + places
        guard let pair = FixedPointScaling(liteMean: ratio, cells: cells) else {
          // A sum is shifted up first, which leaves 32 bits or makes the factor 16 or more.
          #expect(shift < 27 || 255 * cells << (31 - shift) >= 1 << 31, "\(ratio), \(cells)")
          continue
        }
        #expect(Int(pair.multiplier) == digits << places / cells && Int(pair.shift) == shift)
      }
    }
    #expect(FixedPointScaling(liteMean: 0x1p24, cells: 32_767) == nil)
    #expect(FixedPointScaling(liteMean: .infinity, cells: 4) == nil)
    #expect(try #require(FixedPointScaling(liteMean: 201.3, cells: 256)).shift == 31)
  }

  @Test func `the ends`() throws {
    let largest = try #require(FixedPointScaling(16 - 0x1p-27))
    #expect(largest.multiplier == .max && largest.shift == 27)
    // Nearer to 16 than to the largest pair.
    #expect(FixedPointScaling((16.0).nextDown) == nil)
    #expect(FixedPointScaling(16) == nil)
    let smallest = try #require(FixedPointScaling(0x1p-32))
    #expect(smallest.multiplier == 1 << 30 && smallest.shift == 62)
    // Nothing comes to half a step.
    for tiny in [(0x1p-32).nextDown, 0x1p-62, .leastNonzeroMagnitude, 0] {
      #expect(FixedPointScaling(tiny)?.multiplier == 0)
    }
    // Rounds up to the next power of two.
    let carried = try #require(FixedPointScaling((0x1p-10).nextDown))
    #expect(carried.multiplier == 1 << 30 && carried.shift == 40)
    for wrong in [-0.1, .infinity, .nan, 17] { #expect(FixedPointScaling(wrong) == nil) }
  }
}
