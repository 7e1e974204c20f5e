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
  package let arenaBytes: Int
  /// The most bytes that are in use at once with these layers waiting: no arena for them can be smaller.
  package let bound: Int

  /// - Parameters:
  ///   - outputs: tensors that are still wanted when the last row has gone through.
  ///   - waiting: layers that wait for their whole input; nil to search for them.
  init(_ records: RecordDraft, outputs: [Int], goal: MemoryGoal, waiting: Set<Int>?) {
    var search = WaitSearch(records, outputs: outputs)
    guard let streamed = search.lives([]) else {
      preconditionFailure("rows that wait for nothing but windows all appear")
    }
    let plain = MemoryPlan(streamed, records, waiting: [], shares: false)
    if let waiting {
      self = MemoryPlan(search.lives(waiting) ?? streamed, records, waiting: waiting, shares: true)
      return
    }
    switch goal {
    case .usual:
      let smallest = Self.smallest(&search, streamed, records)
      self = smallest.arenaBytes * 10 <= plain.arenaBytes * 9 ? smallest : plain
    case .smallest: self = Self.smallest(&search, streamed, records)
    case .bytes(let most):
      if plain.arenaBytes <= most {
        self = plain
        return
      }
      // Sharing fills borders anew, and waiting lets more rings share.
      let shared = MemoryPlan(streamed, records, waiting: [], shares: true)
      self = shared.arenaBytes <= most ? shared : Self.smallest(&search, streamed, records)
    }
  }

  private static func smallest(
    _ search: inout WaitSearch, _ streamed: MemoryLives, _ records: RecordDraft
  ) -> MemoryPlan {
    let waiting = search.best()
    let plan = MemoryPlan(search.lives(waiting) ?? streamed, records, waiting: waiting, shares: true)
    return plan.isQuicklyChecked ? plan : MemoryPlan(streamed, records, waiting: [], shares: false)
  }

  /// Whether the loader accepts as much sharing: it looks at all layers for each pair that shares bytes.
  private var isQuicklyChecked: Bool {
    let places = rings.map { $0.start..<$0.start + $0.bytes } + accumulators.compactMap { $0 }
    let pairs = places.indices.reduce(0) { sum, index in
      sum + places.count { $0.overlaps(places[index]) } - 1
    }
    return pairs * accumulators.count <= Int(Limit.walk)
  }

  private init(_ lives: MemoryLives, _ records: RecordDraft, waiting: Set<Int>, shares: Bool) {
    let parts = lives.parts
    let rings = records.layerCount + 1
    // Accumulators come before the ring that they are for.
    let order = (0..<rings).flatMap { $0 == 0 ? [0] : [rings + $0 - 1, $0] }
    let packing =
      shares
      ? ArenaPacking(sharing: parts, bound: lives.bound) : ArenaPacking(sideBySide: parts, order: order)
    let places = parts.indices.map { packing.starts[$0]..<packing.starts[$0] + parts[$0].bytes }
    self.rings = (0..<rings).map { index in
      let hasOthers = places.indices.contains { $0 != index && places[$0].overlaps(places[index]) }
      return Ring(
        start: places[index].lowerBound, rows: lives.rows[index], bytes: places[index].count,
        shares: hasOthers)
    }
    accumulators = places[rings...].map { $0.isEmpty ? nil : $0 }
    self.waiting = waiting
    arenaBytes = places.map(\.upperBound).max() ?? 0
    bound = min(lives.bound, arenaBytes)
  }
}

extension QuantizedModel {
  /// For a model of at most 1,024 layers.
  package var memoryPlan: MemoryPlan {
    MemoryPlan(records, outputs: outputs.map(\.tensor), goal: memoryGoal, waiting: waiting)
  }

  /// The least bytes in use at once that the search for layers that wait finds.
  ///
  /// - Parameter triesAll: whether it tries every choice, rather than those that are likely to be good.
  package func leastMemory(triesAll: Bool) -> Int? {
    var search = WaitSearch(records, outputs: outputs.map(\.tensor))
    let waiting = triesAll ? search.bestOfAll() : search.bestFound()
    return search.lives(waiting)?.bound
  }
}
