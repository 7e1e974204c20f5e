import Octet
import OctetHost
import TestSupport
import Testing

/// Files whose memory plan was changed at random: refused, or computed with the bits of the plain reference.
@Suite struct MemorySharingTests {
  /// Where things lie in a file, read by docs/FORMAT.md.
  private struct Plan {
    var file: [UInt8]
    let layers: Int

    init(_ file: [UInt8]) {
      self.file = file
      layers = Int(file[24]) | Int(file[25]) << 8
    }

    func tensor(_ index: Int) -> Int { 64 + 28 * index }
    func layer(_ index: Int) -> Int { 64 + 28 * (layers + 1) + 44 * index }

    private func half(_ place: Int) -> Int { Int(file[place]) | Int(file[place + 1]) << 8 }
    func word(_ place: Int) -> Int { half(place) | half(place + 2) << 16 }

    private func ringBytes(_ index: Int) -> Int {
      let at = tensor(index)
      return half(at + 4) * (half(at + 16) + half(at + 8) + half(at + 18)) * half(at + 10)
        * Int(file[at + 21])
    }

    private func accumulatorBytes(_ index: Int) -> Int {
      let (at, kind) = (layer(index), file[layer(index)])
      let isDense = kind == LayerKind.dense.rawValue && half(tensor(half(at + 4)) + 6) > 1
      return isDense || kind == LayerKind.globalAveragePooling.rawValue ? 4 * half(tensor(index + 1) + 10) : 0
    }

    /// Each place where a ring or accumulators start.
    var places: [Int] {
      (0...layers).map { tensor($0) }
        + (0..<layers).filter { accumulatorBytes($0) > 0 }.map { layer($0) + 40 }
    }

    /// Whether the caller may hold the input.
    var isHeld: Bool { file[tensor(0) + 23] & 2 != 0 }

    /// All rows of the input, behind all else; or its first row where it was, with what it takes to be fed.
    mutating func holdInput(_ holds: Bool) {
      file[tensor(0) + 23] = holds ? 2 : 0
      guard holds else { return }
      let rows = half(tensor(0) + 6) + half(tensor(0) + 12) + half(tensor(0) + 14)
      file.put16(UInt16(rows), at: tensor(0) + 4)
      file.put32(0, at: tensor(0))
      mend()
      file.put32(UInt32((word(16) + 3) / 4 * 4), at: tensor(0))
    }

    /// The arena ends where its last part does.
    mutating func mend() {
      let rings = (0...layers).map { word(tensor($0)) + ringBytes($0) }
      let sums = (0..<layers).map {
        accumulatorBytes($0) > 0 ? word(layer($0) + 40) + accumulatorBytes($0) : 0
      }
      file.put32(UInt32((rings + sums).max() ?? 0), at: 16)
      file = file.mended()
    }
  }

  private static func change(_ plan: inout Plan, _ random: inout RandomStream) {
    let layer = Int.random(in: 0..<plan.layers, using: &random)
    switch Int.random(in: 0..<11, using: &random) {
    case 8: plan.holdInput(!plan.isHeld)
    case 9:
      // A second region from where a part starts, or near it.
      guard let place = plan.places.randomElement(using: &random) else { return }
      plan.file.put32(UInt32(max(plan.word(place) + 4 * Int.random(in: -1...1, using: &random), 0)), at: 20)
    case 10: plan.file[plan.tensor(Int.random(in: 0..<2, using: &random)) + 23] ^= 2
    case 0: plan.file[plan.layer(layer) + 1] ^= 2
    case 1: plan.file[plan.tensor(layer + 1) + 23] ^= 1
    case 2: plan.file[plan.tensor(layer) + 4] &+= 1
    case 3: plan.file[plan.tensor(layer) + 4] &-= 1
    case 4, 5:
      // To where something else is.
      guard let one = plan.places.randomElement(using: &random),
        let other = plan.places.randomElement(using: &random)
      else { return }
      plan.file.put32(UInt32(plan.word(other)), at: one)
    default:
      guard let place = plan.places.randomElement(using: &random) else { return }
      let moved = plan.word(place) + 4 * Int.random(in: -8...8, using: &random)
      plan.file.put32(UInt32(max(moved, 0)), at: place)
    }
  }

  @Test func `another plan is refused or computes the same`() throws {
    var random = RandomStream(seed: 18, purpose: .testing)
    var (accepted, refused) = (0, [ModelRule: Int]())
    for seed in 0..<400 as Range<UInt64> {
      let drawn = RandomModel(seed: 7_300_000 + seed)
      let bytes = drawn.bytes
      for _ in 0..<25 {
        var plan = Plan(bytes)
        for _ in 0..<Int.random(in: 1...3, using: &random) { Self.change(&plan, &random) }
        plan.mend()
        do throws(ModelError) {
          _ = try Model(copying: plan.file)
        } catch {
          refused[error.rule, default: 0] += 1
          continue
        }
        accepted += 1
        try StreamingTests.compare(drawn, file: plan.file, seed: seed)
      }
    }
    #expect(accepted > 500, "\(accepted)")
    for rule in [ModelRule.overlap, .ringTooSmall, .waits, .early, .heldInput, .secondRegion] {
      #expect(refused[rule, default: 0] > 5, "\(rule): \(refused)")
    }
  }
}
