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
    /// Bytes that an image reads and writes there.
    package let accesses: Int

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
  ///   - records: with the layers marked that wait.
  ///   - outputs: tensors that are still wanted when the last row has gone through.
  ///   - holdsInput: whether the caller holds the input: all its rows, in no byte of the arena.
  init?(_ records: some RecordSource, outputs: [Int], holdsInput: Bool) {
    var walk = Walk(records)
    var order = RowOrder(records)
    order.forEachRow(records) { tensor, order in walk.appear(tensor, &order, records) }
    for tensor in 0...records.layerCount where order.rows(tensor) != records.tensor(tensor).allRows {
      return nil
    }
    for output in outputs {
      walk.rows[output] = Int(records.tensor(output).allRows)
      walk.ends[output] = walk.step
    }
    if holdsInput { walk.rows[0] = Int(records.tensor(0).allRows) }
    rows = walk.rows
    steps = walk.step
    starts = walk.starts.map { $0 ?? 0 }
    let parts = walk.parts()
    self.parts =
      holdsInput
      ? [Part(bytes: 0, life: parts[0].life, accesses: parts[0].accesses)] + parts.dropFirst() : parts
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

/// What is noted while the rows go by.
private struct Walk {
  private let shapes: [LayerShape]
  private let tensors: [TensorRecord]
  /// Layers that read a tensor, and whether they fold its rows into accumulators.
  private let readers: [[(layer: Int, folds: Bool)]]
  /// Rows that have appeared, the one that appears now included.
  private(set) var step = 0
  var rows: [Int]
  /// The step of a tensor's first row, and of the last that writes or reads it.
  var starts: [Int?]
  var ends: [Int]
  private var sums: [ClosedRange<Int>?]
  /// Bytes read and written, of each ring and of each layer's accumulators.
  private var ringAccesses: [Int]
  private var sumAccesses: [Int]
  /// Tensors that a layer reads before their first row is there.
  private var areEarly: [Bool]

  init(_ records: some RecordSource) {
    let count = records.layerCount
    shapes = (0..<count).map { records.shape($0) }
    tensors = (0...count).map { records.tensor($0) }
    var readers = [[(layer: Int, folds: Bool)]](repeating: [], count: count + 1)
    for (index, shape) in shapes.enumerated() {
      for input in Set([shape.layer.input, shape.layer.secondInput]) {
        readers[Int(input)].append((index, shape.keepsAccumulators))
      }
    }
    self.readers = readers
    // The border above is there from the start.
    rows = tensors.map { max(Int($0.borderAbove), 1) }
    starts = [Int?](repeating: nil, count: count + 1)
    ends = [Int](repeating: 0, count: count + 1)
    sums = [ClosedRange<Int>?](repeating: nil, count: count)
    ringAccesses = [Int](repeating: 0, count: count + 1)
    sumAccesses = [Int](repeating: 0, count: count)
    areEarly = [Bool](repeating: false, count: count + 1)
  }

  /// The next row of a tensor is about to appear.
  mutating func appear(_ tensor: Int, _ order: inout RowOrder, _ records: some RecordSource) {
    step += 1
    let row = Int(order.rows(tensor)) - Int(tensors[tensor].borderAbove)
    let isReal = row < Int(tensors[tensor].height)
    ends[tensor] = step
    if starts[tensor] == nil { starts[tensor] = step }
    ringAccesses[tensor] += Int(tensors[tensor].width) * tensors[tensor].pixelBytes
    if isReal { access(tensor, row: row) }
    if isReal, tensor > 0 {
      let layer = shapes[tensor - 1].layer
      for input in [Int(layer.input), Int(layer.secondInput)] {
        if starts[input] == nil { areEarly[input] = true }
        ends[input] = step
      }
      if let begun = sums[tensor - 1] { sums[tensor - 1] = begun.lowerBound...step }
    }
    for reader in readers[tensor] {
      // With the row that appears now; a later number than any row where nothing more is read.
      let oldest = Int(order.firstRowRead(records, layer: reader.layer, tensor: tensor))
      rows[tensor] = max(rows[tensor], Int(order.rows(tensor)) + 1 - oldest)
      if reader.folds, isReal, row == 0 { sums[reader.layer] = step...step }
    }
  }

  /// Counts what a row is made of: for each place of the output the values under its window once, as kernels gather
  /// them for all output channels; else each value once. And the sums that it is added to or that it comes from.
  private mutating func access(_ tensor: Int, row: Int) {
    for reader in readers[tensor] where reader.folds {
      ringAccesses[tensor] += tensors[tensor].rowValues
      sumAccesses[reader.layer] += 2 * Int(shapes[reader.layer].accumulatorsBytes)
    }
    guard tensor > 0 else { return }
    let shape = shapes[tensor - 1]
    let (layer, traits) = (shape.layer, shape.layer.kind.traits)
    if shape.keepsAccumulators {
      sumAccesses[tensor - 1] += Int(shape.accumulatorsBytes)
    } else if traits.contains(.window) {
      let places = Int(shape.output.width) * Int(layer.poolHeight) * Int(layer.poolWidth)
      let cells = Int(layer.windowHeight) * Int(layer.windowWidth)
      ringAccesses[Int(layer.input)] += places * cells * Int(shape.input.channels)
    } else if traits.contains(.concatenation) {
      let second = tensors[Int(layer.secondInput)]
      if row < Int(shape.input.height) { ringAccesses[Int(layer.input)] += shape.input.rowValues }
      if shape.firstRowOfSecond(under: row, second) < shape.endRowOfSecond(under: row, second) {
        ringAccesses[Int(layer.secondInput)] += second.rowValues
      }
    } else if traits.contains(.wholeInput) {
      ringAccesses[Int(layer.input)] += shape.input.rowValues
    } else {
      // Each value of the output comes from one of each input, or lies between four.
      let reads = shape.output.rowValues * (traits.contains(.resampling) ? 4 : 1)
      ringAccesses[Int(layer.input)] += reads
      if traits.contains(.secondInput), layer.operand == .tensor {
        ringAccesses[Int(layer.secondInput)] += reads
      }
    }
  }

  func parts() -> [MemoryLives.Part] {
    let rings = tensors.indices.map { index in
      MemoryLives.Part(
        bytes: rows[index] * tensors[index].rowBytes,
        life: areEarly[index] ? 0...step : (starts[index] ?? 0)...max(ends[index], starts[index] ?? 0),
        accesses: ringAccesses[index])
    }
    let accumulators = shapes.enumerated().map { index, shape in
      MemoryLives.Part(
        bytes: Int(shape.accumulatorsBytes), life: sums[index] ?? 0...0, accesses: sumAccesses[index])
    }
    return rings + accumulators
  }
}

extension Model {
  /// When what is in its arena is in use.
  package var memoryLives: MemoryLives {
    guard
      let lives = MemoryLives(
        records, outputs: (0..<outputCount).map { output($0).tensor }, holdsInput: holdsInput)
    else {
      preconditionFailure("the loader has seen all rows appear")
    }
    return lives
  }
}
