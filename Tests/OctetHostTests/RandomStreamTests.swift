import OctetHost
import Testing

@Suite struct RandomStreamTests {
  @Test func `same name gives the same numbers`() {
    var first = RandomStream(seed: 7, purpose: .order, 3)
    var second = RandomStream(seed: 7, purpose: .order, 3)
    for _ in 0..<100 { #expect(first.next() == second.next()) }
  }

  @Test func `every part of the name matters`() {
    var names = [
      RandomStream(seed: 7, purpose: .order, 1, 2),
      RandomStream(seed: 7, purpose: .order, 2, 1),
      RandomStream(seed: 7, purpose: .order, 1),
      RandomStream(seed: 8, purpose: .order, 1, 2),
      RandomStream(seed: 7, purpose: .dropout, 1, 2),
    ]
    let firstNumbers = names.indices.map { names[$0].next() }
    #expect(Set(firstNumbers).count == names.count)
  }

  @Test func `units fill the range evenly`() {
    var stream = RandomStream(seed: 1, purpose: .testing)
    var buckets = [Int](repeating: 0, count: 10)
    for _ in 0..<100_000 {
      let value = stream.nextUnit()
      #expect(value >= 0 && value < 1)
      buckets[Int(value * 10)] += 1
    }
    // Ten thousand each, standard deviation 95: six of them is one run in a billion, and the seed is fixed.
    for bucket in buckets { #expect(abs(bucket - 10_000) < 570) }
  }
}
