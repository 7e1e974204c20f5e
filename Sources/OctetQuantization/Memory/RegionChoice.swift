import Octet

/// Which rings and accumulators lie in the first of two regions of memory, the fast one, and where each has its place.
///
/// What is read and written most often for its bytes goes there first, as long as it fits; then parts change places as
/// long as that brings more accesses to the fast region.
struct RegionChoice {
  /// Offsets through both regions.
  let starts: [Int]
  /// Where the second region starts; 0 where the first holds everything.
  let secondStart: Int
  /// Accesses of an image in the first region, and all.
  let fastAccesses: Int
  let allAccesses: Int

  /// Nil where what is left does not fit the slow region, or nothing fits the fast one.
  ///
  /// - Parameters:
  ///   - accesses: bytes that an image reads and writes in each part.
  ///   - shares: whether parts that are in use at different times may have bytes in common.
  init?(_ parts: [MemoryLives.Part], accesses: [Int], shares: Bool, fast: Int, slow: Int) {
    let all = Set(parts.indices.filter { parts[$0].bytes > 0 })
    func packing(_ chosen: Set<Int>, _ limit: Int) -> ArenaPacking? {
      // What lies elsewhere takes nothing here.
      let here = parts.indices.map {
        chosen.contains($0) ? parts[$0] : MemoryLives.Part(bytes: 0, life: parts[$0].life)
      }
      // Behind the last part nothing has to be aligned.
      func fits(_ packing: ArenaPacking) -> Bool {
        here.indices.allSatisfy { packing.starts[$0] + here[$0].bytes <= limit }
      }
      let apart = ArenaPacking(sideBySide: here, order: Array(parts.indices))
      if fits(apart) { return apart }
      guard shares else { return nil }
      // Many choices are tried, so each of them shortly.
      let packing =
        chosen == all
        ? ArenaPacking(sharing: here, bound: limit) : ArenaPacking(sharing: here, bound: limit, attempts: 40)
      return fits(packing) ? packing : nil
    }
    allAccesses = all.reduce(0) { $0 + accesses[$1] }
    // The second region, if there is one, starts at a multiple of 4.
    func inFast(_ chosen: Set<Int>) -> ArenaPacking? { packing(chosen, chosen == all ? fast : fast / 4 * 4) }
    let chosen = Self.chosen(parts, accesses, all) { inFast($0) != nil }
    guard !chosen.isEmpty, let first = inFast(chosen),
      let second = packing(all.subtracting(chosen), slow)
    else { return nil }
    fastAccesses = chosen.reduce(0) { $0 + accesses[$1] }
    let boundary = (first.arenaBytes + 3) / 4 * 4
    starts = parts.indices.map { index in
      if chosen.contains(index) { return first.starts[index] }
      return parts[index].bytes > 0 ? boundary + second.starts[index] : 0
    }
    secondStart = chosen.count == all.count ? 0 : boundary
  }

  private static func chosen(
    _ parts: [MemoryLives.Part], _ accesses: [Int], _ all: Set<Int>, fits: (Set<Int>) -> Bool
  ) -> Set<Int> {
    if fits(all) { return all }
    let order = all.sorted { one, other in
      let (own, others) = (accesses[one] * parts[other].room, accesses[other] * parts[one].room)
      return own > others || (own == others && one < other)
    }
    var chosen: Set<Int> = []
    var isDone = false
    while !isDone {
      isDone = true
      for part in order where !chosen.contains(part) && fits(chosen.union([part])) { chosen.insert(part) }
      search: for part in order where !chosen.contains(part) {
        for other in order.reversed()
        where chosen.contains(other) && accesses[other] < accesses[part] {
          let next = chosen.subtracting([other]).union([part])
          guard fits(next) else { continue }
          chosen = next
          isDone = false
          break search
        }
      }
    }
    return chosen
  }
}
