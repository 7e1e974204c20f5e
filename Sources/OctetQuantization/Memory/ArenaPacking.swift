import OctetHost

/// Places in an arena for parts that are in use at different times.
///
/// To find the smallest arena is hard in general. Parts are placed one after another, each as low as those allow that
/// are in use with it, in several orders; the best is taken. It is the smallest where it reaches the bound of
/// `MemoryLives`, as it nearly always does.
struct ArenaPacking {
  /// The first byte of each part.
  private(set) var starts: [Int]
  private(set) var arenaBytes: Int

  /// Orders that are tried by chance where those by size and time miss the bound.
  private static let attempts = 400

  /// Parts side by side, so that each can be in use all the time.
  init(sideBySide parts: [MemoryLives.Part], order: [Int]) {
    starts = [Int](repeating: 0, count: parts.count)
    var end = 0
    for part in order where parts[part].bytes > 0 {
      starts[part] = end
      end += parts[part].room
    }
    arenaBytes = end
  }

  /// - Parameters:
  ///   - bound: the most bytes that are in use at once, or as many as are good enough.
  ///   - attempts: orders that are tried by chance.
  init(sharing parts: [MemoryLives.Part], bound: Int, attempts: Int = attempts) {
    let all = parts.indices.filter { parts[$0].bytes > 0 }
    func length(_ index: Int) -> Int { parts[index].life.count }
    func sorted(_ isBefore: (Int, Int) -> Bool) -> [Int] {
      all.sorted { isBefore($0, $1) || (!isBefore($1, $0) && $0 < $1) }
    }
    let orders = [
      sorted { parts[$0].bytes > parts[$1].bytes }, sorted { length($0) > length($1) },
      sorted { parts[$0].bytes * length($0) > parts[$1].bytes * length($1) },
      sorted { parts[$0].life.lowerBound < parts[$1].life.lowerBound },
    ]
    var best = Self.placed(parts, orders[0])
    for order in orders.dropFirst() where best.arenaBytes > bound {
      let other = Self.placed(parts, order)
      if other.arenaBytes < best.arenaBytes { best = other }
    }
    // Two parts change places at a time; what is no worse is kept.
    var (order, arena) = (orders[0], Self.placed(parts, orders[0]).arenaBytes)
    var random = RandomStream(seed: 1, purpose: .memoryPlan)
    for _ in 0..<(all.count > 1 ? attempts : 0) where best.arenaBytes > bound {
      var next = order
      next.swapAt(Int.random(in: next.indices, using: &random), Int.random(in: next.indices, using: &random))
      let other = Self.placed(parts, next)
      if other.arenaBytes <= arena { (order, arena) = (next, other.arenaBytes) }
      if other.arenaBytes < best.arenaBytes { best = other }
    }
    self = best
  }

  private init(starts: [Int], arenaBytes: Int) {
    self.starts = starts
    self.arenaBytes = arenaBytes
  }

  private static func placed(_ parts: [MemoryLives.Part], _ order: [Int]) -> ArenaPacking {
    var starts = [Int](repeating: 0, count: parts.count)
    var done: [Int] = []
    var end = 0
    for part in order {
      let others = done.filter { parts[$0].life.overlaps(parts[part].life) }
        .map { starts[$0]..<starts[$0] + parts[$0].room }
        .sorted { $0.lowerBound < $1.lowerBound }
      var start = 0
      for other in others {
        if start + parts[part].room <= other.lowerBound { break }
        start = max(start, other.upperBound)
      }
      starts[part] = start
      end = max(end, start + parts[part].room)
      done.append(part)
    }
    return ArenaPacking(starts: starts, arenaBytes: end)
  }
}
