import Octet

/// Which rows each ring has to hold, and when it is in use, for one choice of layers that wait for their whole input.
///
/// Time is counted in rows that appear. It is found by the walk that the loader checks a file by.
package struct MemoryLives {
  /// A ring or accumulators.
  package struct Part: Equatable {
    let bytes: Int
    /// From the row with which it comes into use to the last one that reads it; both count.
    package let life: ClosedRange<Int>

    /// Bytes that it takes where others start at multiples of 4.
    var room: Int { (bytes + 3) / 4 * 4 }
  }

  /// Rows that each ring must hold so that none is overwritten while a reader needs it.
  let rows: [Int]
  /// A ring for each tensor, then accumulators for each layer, with no bytes where it has none.
  package let parts: [Part]
  /// When the first row of each tensor appears.
  let starts: [Int]
  /// Rows of all tensors, when the last has appeared.
  package let steps: Int

  /// Nil where waiting leaves a tensor without all its rows.
  ///
  /// - Parameters:
  ///   - walk: over these records, at its start.
  ///   - records: with the layers marked that wait.
  ///   - outputs: tensors that are still wanted when the last row has gone through.
  ///   - holdsInput: whether the caller holds the input: all its rows, in no byte of the arena.
  init?(_ walk: MemoryWalk, _ records: some RecordSource, outputs: [Int], holdsInput: Bool) {
    var walk = walk
    var order = RowOrder(records)
    order.forEachRow(records) { tensor, order in walk.appear(tensor, &order, records) }
    for tensor in 0...records.layerCount where order.rows(tensor) != records.tensor(tensor).allRows {
      return nil
    }
    for output in outputs { walk.keep(output) }
    if holdsInput { walk.keepRows(0) }
    rows = walk.rows
    steps = walk.step
    starts = walk.starts.map { $0 ?? 0 }
    var parts = walk.parts()
    if holdsInput { parts[0] = Part(bytes: 0, life: parts[0].life) }
    self.parts = parts
  }

  /// The most bytes that are in use at once: no arena can be smaller for these rows.
  package var bound: Int { peak(within: Int.min...Int.max) }

  /// The same for a time.
  func peak(within time: ClosedRange<Int>) -> Int {
    var changes: [(step: Int, bytes: Int)] = []
    for part in parts where part.bytes > 0 && part.life.overlaps(time) {
      changes.append((part.life.lowerBound, part.room))
      changes.append((part.life.upperBound + 1, -part.room))
    }
    // What ends makes room before what begins takes it.
    changes.sort { ($0.step, $0.bytes) < ($1.step, $1.bytes) }
    var (now, most) = (0, 0)
    for (index, change) in changes.enumerated() {
      now += change.bytes
      let isLast = index + 1 == changes.count || changes[index + 1].step > change.step
      let until = index + 1 < changes.count ? changes[index + 1].step - 1 : Int.max
      if isLast, until >= time.lowerBound, change.step <= time.upperBound { most = max(most, now) }
    }
    return most
  }
}

extension Model {
  /// When what is in its arena is in use.
  package var memoryLives: MemoryLives {
    let outputs = (0..<outputCount).map { output($0).tensor }
    guard let lives = MemoryLives(MemoryWalk(records), records, outputs: outputs, holdsInput: holdsInput)
    else {
      preconditionFailure("the loader has seen all rows appear")
    }
    return lives
  }
}
