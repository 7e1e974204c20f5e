import Octet
import OctetNetwork

/// How much memory a model may take to run.
public enum MemoryGoal: Hashable, Sendable {
  /// All rows stream, and nothing shares memory, unless that saves a tenth of it or more.
  case usual
  /// As little as is found.
  case smallest
  /// The plan of the fewest instructions among those that fit so many bytes.
  case bytes(Int)
  /// Two regions of memory of so many bytes: what is read and written most often lies in the first, which is faster.
  case regions(fast: Int, slow: Int)
}

/// Where every ring of rows and every accumulator lies in the one arena, and how large the arena must be.
///
/// A ring has as many rows as are ever needed at once, found by going through the order of rows.
package struct MemoryPlan: Hashable, Sendable {
  package struct Ring: Hashable, Sendable {
    package let start: Int
    package let rows: Int
    package let bytes: Int
    /// Whether other rings or accumulators have some of its bytes before or after.
    package let shares: Bool
  }

  /// One for each tensor.
  package let rings: [Ring]
  /// For each layer the bytes of its int32 accumulators, if it has any.
  package let accumulators: [Range<Int>?]
  /// Layers that wait for their whole input.
  package let waiting: Set<Int>
  /// Bytes besides an input that the caller holds.
  package let arenaBytes: Int
  /// Whether the caller may hold the input, whose ring is then behind all else.
  package let holdsInput: Bool
  /// The most bytes that are in use at once with these layers waiting: no arena for them can be smaller.
  package let bound: Int
  /// Where the second region of memory starts; 0 without one.
  package let secondStart: Int
  /// The share of all accesses that go to the first region; nil where no regions were asked for, or they are too small.
  package let fastShare: Double?

  /// Bytes of the largest ring or accumulators.
  package var largestPart: Int {
    let rings = rings.dropFirst(holdsInput ? 1 : 0).map(\.bytes)
    return (rings + accumulators.compactMap { $0?.count }).max() ?? 0
  }

  /// Bytes of the smallest ring or accumulators.
  package var smallestPart: Int {
    let rings = rings.dropFirst(holdsInput ? 1 : 0).map(\.bytes)
    return (rings + accumulators.compactMap { $0?.count }).min() ?? 0
  }

  /// Bytes with an input that the caller may hold.
  package var allBytes: Int { holdsInput ? rings[0].start + rings[0].bytes : arenaBytes }

  /// - Parameters:
  ///   - outputs: tensors that are still wanted when the last row has gone through.
  ///   - goal: how much memory it may take.
  ///   - holdsInput: whether the caller may hold the input.
  ///   - waiting: layers that wait for their whole input; nil to search for them.
  init(_ records: RecordDraft, outputs: [Int], goal: MemoryGoal, holdsInput: Bool, waiting: Set<Int>?) {
    var search = WaitSearch(records, outputs: outputs, holdsInput: holdsInput)
    guard let streamed = search.lives([]) else {
      preconditionFailure("rows that wait for nothing but windows all appear")
    }
    let plain = MemoryPlan(streamed, records, holdsInput, waiting: [], shares: false)
    if let waiting {
      self = MemoryPlan(
        search.lives(waiting) ?? streamed, records, holdsInput, waiting: waiting, shares: true)
      return
    }
    switch goal {
    case .usual:
      let smallest = Self.smallest(&search, plain, streamed, records, holdsInput)
      self = smallest.arenaBytes * 10 <= plain.arenaBytes * 9 ? smallest : plain
    case .smallest: self = Self.smallest(&search, plain, streamed, records, holdsInput)
    case .bytes(let most):
      if plain.arenaBytes <= most {
        self = plain
        return
      }
      // Sharing fills borders anew, and waiting lets more rings share.
      let shared = MemoryPlan(streamed, records, holdsInput, waiting: [], shares: true)
      self =
        shared.isQuicklyChecked && shared.arenaBytes <= most
        ? shared : Self.waitingLittle(most, &search, plain, streamed, records, holdsInput)
    case .regions(let fast, let slow):
      self = Self.inRegions((fast, slow), &search, streamed, records, holdsInput)
    }
  }

  /// The plan that fits so many bytes where the fewest layers wait: of those that wait in the smallest plan, which is
  /// given if it does not fit either, one after another is left out where the rest still fits.
  private static func waitingLittle(
    _ most: Int, _ search: inout WaitSearch, _ plain: MemoryPlan, _ streamed: MemoryLives,
    _ records: RecordDraft, _ holdsInput: Bool
  ) -> MemoryPlan {
    var best = smallest(&search, plain, streamed, records, holdsInput)
    guard best.arenaBytes <= most else { return best }
    for layer in best.waiting.sorted() {
      let waiting = best.waiting.subtracting([layer])
      guard let lives = search.lives(waiting) else { continue }
      let plan = MemoryPlan(lives, records, holdsInput, waiting: waiting, shares: true)
      if plan.isQuicklyChecked, plan.arenaBytes <= most { best = plan }
    }
    return best
  }

  /// The plan with most accesses in the fast region, and of equal ones the fastest: streaming, sharing, or with layers
  /// that wait.
  private static func inRegions(
    _ limits: (fast: Int, slow: Int), _ search: inout WaitSearch, _ streamed: MemoryLives,
    _ records: RecordDraft, _ holdsInput: Bool
  ) -> MemoryPlan {
    var best = MemoryPlan(streamed, records, holdsInput, waiting: [], shares: false, limits)
    // Nothing is faster than all of it in the fast region.
    if best.fastShare != nil, best.secondStart == 0 { return best }
    let waiting = search.best()
    let others: [(MemoryLives, Set<Int>)] = [(streamed, []), (search.lives(waiting) ?? streamed, waiting)]
    for (lives, waiting) in others {
      let plan = MemoryPlan(lives, records, holdsInput, waiting: waiting, shares: true, limits)
      // Where none fits, the smallest is the one to tell of.
      let isBetter =
        plan.fastShare.map { $0 > best.fastShare ?? -1 }
        ?? (best.fastShare == nil && plan.arenaBytes < best.arenaBytes)
      if plan.isQuicklyChecked, isBetter { best = plan }
    }
    return best
  }

  /// Never larger than `plain`, where all rows stream and nothing shares memory.
  private static func smallest(
    _ search: inout WaitSearch, _ plain: MemoryPlan, _ streamed: MemoryLives, _ records: RecordDraft,
    _ holdsInput: Bool
  ) -> MemoryPlan {
    let waiting = search.best()
    let lives = search.lives(waiting) ?? streamed
    let plan = MemoryPlan(lives, records, holdsInput, waiting: waiting, shares: true)
    return plan.isQuicklyChecked && plan.arenaBytes <= plain.arenaBytes ? plan : plain
  }

  /// Whether the loader accepts as much sharing: it looks at all layers for each pair that shares bytes.
  private var isQuicklyChecked: Bool {
    let places = rings.map { $0.start..<$0.start + $0.bytes } + accumulators.compactMap { $0 }
    let pairs = places.indices.reduce(0) { sum, index in
      sum + places.count { $0.overlaps(places[index]) } - 1
    }
    return pairs * accumulators.count <= Int(Limit.walk)
  }

  private init(
    _ lives: MemoryLives, _ records: RecordDraft, _ holdsInput: Bool, waiting: Set<Int>, shares: Bool,
    _ limits: (fast: Int, slow: Int)? = nil
  ) {
    let parts = lives.parts
    let rings = records.layerCount + 1
    // Accumulators come before the ring that they are for.
    let order = (0..<rings).flatMap { $0 == 0 ? [0] : [rings + $0 - 1, $0] }
    let packing =
      shares
      ? ArenaPacking(sharing: parts, bound: lives.bound) : ArenaPacking(sideBySide: parts, order: order)
    let regions = limits.flatMap {
      RegionChoice(
        parts, accesses: MemoryAccesses(records).parts, shares: shares, fast: $0.fast, slow: $0.slow)
    }
    let starts = regions?.starts ?? packing.starts
    secondStart = regions?.secondStart ?? 0
    fastShare = regions.map { Double($0.fastAccesses) / Double(max($0.allAccesses, 1)) }
    var places = parts.indices.map { starts[$0]..<starts[$0] + parts[$0].bytes }
    arenaBytes = places.map(\.upperBound).max() ?? 0
    if holdsInput {
      // Behind all else, for callers that feed rows in place of holding them.
      let start = (arenaBytes + 3) / 4 * 4
      places[0] = start..<start + lives.rows[0] * records.tensor(0).rowBytes
    }
    self.holdsInput = holdsInput
    self.rings = (0..<rings).map { index in
      let hasOthers = places.indices.contains { $0 != index && places[$0].overlaps(places[index]) }
      return Ring(
        start: places[index].lowerBound, rows: lives.rows[index], bytes: places[index].count,
        shares: hasOthers)
    }
    accumulators = places[rings...].map { $0.isEmpty ? nil : $0 }
    self.waiting = waiting
    bound = min(lives.bound, arenaBytes)
  }
}

extension QuantizedModel {
  /// For a model of at most 1,024 layers.
  package var memoryPlan: MemoryPlan {
    MemoryPlan(
      records, outputs: outputs.map(\.tensor), goal: memoryGoal, holdsInput: holdsInput, waiting: waiting)
  }

  /// The plan where all rows stream and nothing shares memory, which takes no search.
  package var streamingPlan: MemoryPlan {
    MemoryPlan(
      records, outputs: outputs.map(\.tensor), goal: .bytes(.max), holdsInput: holdsInput, waiting: nil)
  }

  /// The least bytes in use at once that the search for layers that wait finds.
  ///
  /// - Parameter triesAll: whether it tries every choice, rather than those that are likely to be good.
  package func leastMemory(triesAll: Bool) -> Int? {
    var search = WaitSearch(records, outputs: outputs.map(\.tensor), holdsInput: holdsInput)
    let waiting = triesAll ? search.bestOfAll() : search.bestFound()
    return search.lives(waiting)?.bound
  }
}
