import Octet

/// The order in which a host makes the rows of all tensors: several of a tensor at a time, so that calls cost little
/// and rows share what is loaded.
///
/// As in `RowOrder`, what can be made of the last tensors comes first, so that rows are read while they are in the
/// cache; but a layer waits until some rows of it can be made at once.
struct StripOrder {
  /// What happens next. Rows are counted without border, border rows with it.
  enum Event {
    case feed(row: Int)
    case border(tensor: Int, row: Int)
    case start(layer: Int)
    case fold(layer: Int, row: Int)
    case compute(layer: Int, row: Int)
  }

  private let records: ModelRecords
  /// The most rows of each tensor that are made at a time.
  private let strips: [Int]
  /// The layers that read each tensor.
  private let readers: [[Int]]
  /// Rows of each tensor that there are, border rows above and below included.
  private var appeared: [Int]
  /// Real rows of each tensor that there are.
  private var made: [Int]

  init(_ records: ModelRecords, strips: [Int]) {
    self.records = records
    self.strips = strips
    readers = (0...records.layerCount).map { tensor in
      (0..<records.layerCount).filter {
        let layer = records.layer($0)
        return Int(layer.input) == tensor || Int(layer.secondInput) == tensor
      }
    }
    appeared = (0...records.layerCount).map { Int(records.tensor($0).borderAbove) }
    made = [Int](repeating: 0, count: records.layerCount + 1)
  }

  /// Goes through an image.
  ///
  /// - Parameters:
  ///   - strip: called before rows of a tensor are made, with the first row that somebody still reads and the row after
  ///     the last that will be there, border rows counted.
  ///   - event: called with each step.
  mutating func forEach(
    strip: (_ tensor: Int, _ rows: Range<Int>) -> Void = { _, _ in }, event: (Event) -> Void
  ) {
    while true {
      if let (tensor, count) = nextStrip() {
        make(count, of: tensor, strip, event)
      } else if made[0] < Int(records.tensor(0).height) {
        make(min(strips[0], Int(records.tensor(0).height) - made[0]), of: 0, strip, event)
      } else {
        return
      }
    }
  }

  /// The last tensor of which enough rows can be made, and how many.
  private func nextStrip() -> (tensor: Int, count: Int)? {
    var tensor = records.layerCount
    while tensor > 0 {
      let left = Int(records.tensor(tensor).height) - made[tensor]
      if left > 0 {
        let count = possibleRows(of: tensor, atMost: min(left, strips[tensor]))
        // When its inputs are whole, all rows that are left can be made, so none waits for ever.
        if count >= min(left, (strips[tensor] + 1) / 2) { return (tensor, count) }
      }
      tensor -= 1
    }
    return nil
  }

  /// How many rows of a layer's output can be made now.
  private func possibleRows(of tensor: Int, atMost most: Int) -> Int {
    let shape = records.shape(tensor - 1)
    let (input, second) = (Int(shape.layer.input), Int(shape.layer.secondInput))
    var count = 0
    while count < most {
      let row = made[tensor] + count
      guard appeared[input] >= Int(shape.input.borderAbove) + shape.endRow(under: row) else { break }
      if shape.layer.kind.traits.contains(.secondInput) {
        let other = records.tensor(second)
        guard appeared[second] >= Int(other.borderAbove) + shape.endRowOfSecond(under: row, other) else {
          break
        }
      }
      count += 1
    }
    return count
  }

  private mutating func make(
    _ count: Int, of tensor: Int, _ strip: (_ tensor: Int, _ rows: Range<Int>) -> Void,
    _ event: (Event) -> Void
  ) {
    let record = records.tensor(tensor)
    let first = made[tensor]
    let isLast = first + count == Int(record.height)
    let end = isLast ? Int(record.allRows) : appeared[tensor] + count
    strip(tensor, min(firstRowRead(of: tensor), appeared[tensor])..<end)
    for row in first..<first + count {
      event(tensor == 0 ? .feed(row: row) : .compute(layer: tensor - 1, row: row))
    }
    appeared[tensor] += count
    made[tensor] += count
    for reader in readers[tensor] where records.shape(reader).keepsAccumulators {
      if first == 0 { event(.start(layer: reader)) }
      for row in first..<first + count { event(.fold(layer: reader, row: row)) }
    }
    // Border rows below come by themselves.
    while appeared[tensor] < end {
      event(.border(tensor: tensor, row: appeared[tensor]))
      appeared[tensor] += 1
    }
  }

  /// The first row of a tensor that somebody still reads, border rows counted.
  private func firstRowRead(of tensor: Int) -> Int {
    readers[tensor].reduce(Int.max) { first, reader in
      let shape = records.shape(reader)
      // Rows are folded as soon as they are there.
      guard made[reader + 1] < Int(shape.output.height), !shape.keepsAccumulators else { return first }
      let row = made[reader + 1]
      var own = Int(shape.layer.input) == tensor ? shape.firstRow(under: row) : Int.max
      if shape.layer.kind.traits.contains(.secondInput), Int(shape.layer.secondInput) == tensor {
        own = min(own, shape.firstRowOfSecond(under: row, records.tensor(tensor)))
      }
      return min(first, Int(records.tensor(tensor).borderAbove) + own)
    }
  }
}
