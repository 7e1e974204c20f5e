import Octet

/// Which layers should wait for their whole input, so that what was streamed before it makes room.
///
/// Where all paths lead through one tensor, what happens before it is whole and what happens after do not depend on
/// each other: the best choice among such tensors is found exactly, stretch by stretch. Layers beside other paths are
/// then added and removed, up to three at a time, as long as that helps. Networks of few layers are searched whole.
struct WaitSearch {
  private let records: RecordDraft
  private let outputs: [Int]
  private let holdsInput: Bool
  /// Layers that can wait.
  private let candidates: [Int]
  /// One that has not begun.
  private let walk: MemoryWalk
  private var found: [Set<Int>: Int] = [:]
  private var walksLeft: Int

  /// Rows times layers that all walks together may look at.
  private static let effort = 300_000_000

  init(_ records: RecordDraft, outputs: [Int], holdsInput: Bool) {
    self.records = records
    self.holdsInput = holdsInput
    self.outputs = outputs
    walk = MemoryWalk(records)
    candidates = (0..<records.layerCount).filter { index in
      let layer = records.layer(index)
      // Of one row there is nothing to wait for.
      let rows = [layer.input, layer.secondInput].map { records.tensor(Int($0)).allRows }
      return !layer.kind.traits.contains(.wholeInput) && rows.contains { $0 > 1 }
    }
    let rows = (0...records.layerCount).reduce(0) { $0 + Int(records.tensor($1).allRows) }
    walksLeft = max(Self.effort / (rows * records.layerCount), 8)
  }

  /// What happens when these layers wait; nil where a tensor does not get all its rows.
  func lives(_ waiting: Set<Int>) -> MemoryLives? {
    for layer in candidates { records.setWaits(ofLayer: layer, waiting.contains(layer)) }
    defer { for layer in waiting { records.setWaits(ofLayer: layer, false) } }
    return MemoryLives(walk, records, outputs: outputs, holdsInput: holdsInput)
  }

  /// The choice with the least bytes in use at once, and of several the one where the fewest layers wait.
  mutating func best() -> Set<Int> {
    candidates.count < 20 && 1 << candidates.count <= walksLeft ? bestOfAll() : bestFound()
  }

  /// The same by trying every choice.
  func bestOfAll() -> Set<Int> {
    var best = (waiting: [] as Set<Int>, bytes: Int.max)
    for bits in 0..<1 << candidates.count {
      let waiting = Set(candidates.indices.filter { bits >> $0 & 1 == 1 }.map { candidates[$0] })
      let bytes = lives(waiting)?.bound ?? Int.max
      if (bytes, waiting.count) < (best.bytes, best.waiting.count) { best = (waiting, bytes) }
    }
    return best.waiting
  }

  /// The same, or nearly, without trying them all.
  mutating func bestFound() -> Set<Int> {
    var best: Set<Int> = []
    for start in [[], throughCuts(), Set(candidates)] {
      let improved = improved(start)
      if isBetter(improved, than: best) { best = improved }
    }
    return best
  }

  private mutating func bytes(_ waiting: Set<Int>) -> Int {
    if let known = found[waiting] { return known }
    walksLeft -= 1
    let bytes = lives(waiting)?.bound ?? Int.max
    found[waiting] = bytes
    return bytes
  }

  private mutating func isBetter(_ one: Set<Int>, than other: Set<Int>) -> Bool {
    let (own, others) = (bytes(one), bytes(other))
    return own < others || (own == others && one.count < other.count)
  }

  /// Adds and removes layers as long as it helps.
  private mutating func improved(_ start: Set<Int>) -> Set<Int> {
    var best = start
    var isDone = false
    while !isDone, walksLeft > 0 {
      isDone = true
      for change in Self.changes(candidates) where walksLeft > 0 {
        let next = best.symmetricDifference(change)
        guard isBetter(next, than: best) else { continue }
        best = next
        isDone = false
      }
    }
    return best
  }

  /// Each layer alone, and two or three that are near each other.
  private static func changes(_ candidates: [Int]) -> [Set<Int>] {
    var changes = candidates.map { Set([$0]) }
    for place in candidates.indices {
      let near = candidates[place..<min(place + 5, candidates.count)].dropFirst()
      for second in near {
        changes.append([candidates[place], second])
        for third in near where third > second { changes.append([candidates[place], second, third]) }
      }
    }
    return changes
  }

  /// Layers that read a tensor through which all paths lead, where each of them can wait.
  private var cuts: [Set<Int>] {
    let inputs = (0..<records.layerCount).map { index in
      let layer = records.layer(index)
      return Set([Int(layer.input), Int(layer.secondInput)])
    }
    var cuts: [Set<Int>] = []
    var lowest = Int.max
    for tensor in stride(from: records.layerCount - 1, through: 1, by: -1) {
      lowest = min(lowest, inputs[tensor].min() ?? 0)
      guard lowest >= tensor else { continue }
      let readers = Set(inputs.indices.filter { inputs[$0].contains(tensor) })
      if readers.isSubset(of: candidates) { cuts.append(readers) }
    }
    return cuts.reversed()
  }

  /// The best choice among the cuts: the largest of the stretches between those that wait is as small as possible.
  private mutating func throughCuts() -> Set<Int> {
    let cuts = cuts
    // To each cut, and to the end, the least bytes and the cut before.
    var least: [(bytes: Int, before: Int?)] = []
    let reach = max(walksLeft / 2 / max(cuts.count, 1), 1)
    for end in 0...cuts.count {
      var best = (bytes: Int.max, before: nil as Int?)
      for start in stride(from: end - 1, through: max(-1, end - reach), by: -1) {
        let before = start >= 0 ? least[start].bytes : 0
        guard before < best.bytes else { continue }
        let bytes = max(before, stretch(start >= 0 ? cuts[start] : [], end < cuts.count ? cuts[end] : []))
        if bytes < best.bytes { best = (bytes, start >= 0 ? start : nil) }
      }
      least.append(best)
    }
    var waiting: Set<Int> = []
    var next = least[cuts.count].before
    while let cut = next {
      waiting.formUnion(cuts[cut])
      next = least[cut].before
    }
    return waiting
  }

  /// The most bytes in use from when the layers of one cut start until those of another do.
  private mutating func stretch(_ start: Set<Int>, _ end: Set<Int>) -> Int {
    walksLeft -= 1
    guard let lives = lives(start.union(end)) else { return .max }
    let from = start.map { lives.starts[$0 + 1] }.min() ?? 0
    let to = end.map { lives.starts[$0 + 1] - 1 }.min() ?? Int.max
    return lives.peak(within: from...max(from, to))
  }
}
