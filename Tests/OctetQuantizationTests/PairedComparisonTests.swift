import OctetQuantization
import Testing

/// The figures of a comparison, against ones worked out by hand.
struct PairedComparisonTests {
  private func comparison(lost: Int, gained: Int, others: Int) -> PairedComparison {
    // Truth is class 0 throughout; `others` are right both times.
    let lostPairs = [Int](repeating: 0, count: lost)
    let gainedPairs = [Int](repeating: 1, count: gained)
    let same = [Int](repeating: 0, count: others)
    return PairedComparison(
      labels: [UInt16](repeating: 0, count: lost + gained + others), float: lostPairs + gainedPairs + same,
      quantized: lostPairs.map { _ in 1 } + gainedPairs.map { _ in 0 } + same, classNames: ["a", "b"])
  }

  @Test func `McNemar's exact test`() {
    // Twelve pairs split 10 to 2: 2 (1 + 12 + 66) / 4096.
    #expect(abs(comparison(lost: 10, gained: 2, others: 88).pValue - 158.0 / 4096) < 1e-12)
    #expect(abs(comparison(lost: 2, gained: 10, others: 88).pValue - 158.0 / 4096) < 1e-12)
    #expect(comparison(lost: 3, gained: 3, others: 4).pValue == 1)
    #expect(comparison(lost: 0, gained: 0, others: 9).pValue == 1)
    // A thousand to none: 2^-999, no underflow on the way.
    let extreme = comparison(lost: 1000, gained: 0, others: 0).pValue
    #expect(extreme > 0 && abs(extreme / 0x1p-999 - 1) < 1e-9)
  }

  @Test func `the interval lies around the loss and is never a point`() {
    let even = comparison(lost: 0, gained: 0, others: 9998)
    #expect(even.lossPoints == 0)
    // 1.96 sqrt(2 / 10,000 / 10,000), in points.
    #expect(abs(even.interval.upperBound - 0.0277180764) < 1e-8)
    #expect(even.interval.lowerBound == -even.interval.upperBound)
    let worse = comparison(lost: 30, gained: 5, others: 9965)
    #expect(abs(worse.lossPoints - 0.25) < 1e-12)
    #expect(worse.interval.contains(worse.lossPoints) && worse.interval.lowerBound > 0)
  }

  @Test func `counts, by class too`() {
    let found = PairedComparison(
      labels: [0, 0, 1, 1, 1], float: [0, 1, 1, 0, 2], quantized: [0, 0, 0, 0, 0],
      classNames: ["a", "b", "c"])
    #expect(found.images == 5 && found.floatCorrect == 2 && found.correct == 2)
    #expect(found.lost == 1 && found.gained == 1 && found.changed == 3)
    #expect(found.classes.map(\.images) == [2, 3, 0])
    #expect(found.classes.map(\.correct) == [2, 0, 0])
    #expect(found.classes.map(\.changed) == [1, 2, 0])
  }
}
