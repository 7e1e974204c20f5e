import Octet

/// What is noted of each tensor and of accumulators while the rows of an image go by.
///
/// A search goes through hundreds of such walks, which differ only in the layers that wait: each is a copy of one that
/// has not begun.
struct MemoryWalk {
  private let shapes: [LayerShape]
  private let tensors: [TensorRecord]
  /// Layers that read a tensor, and whether they fold its rows into accumulators.
  private let readers: [[(layer: Int, folds: Bool)]]
  /// Rows that have appeared, the one that appears now included.
  private(set) var step = 0
  private(set) var rows: [Int]
  /// The step of a tensor's first row, and of the last that writes or reads it.
  private(set) var starts: [Int?]
  private var ends: [Int]
  private var sums: [ClosedRange<Int>?]
  /// Tensors that a layer reads before their first row is there.
  private var areEarly: [Bool]

  /// A walk that has not begun. The records must outlive it.
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
    areEarly = [Bool](repeating: false, count: count + 1)
  }

  /// The next row of a tensor is about to appear.
  mutating func appear(_ tensor: Int, _ order: inout RowOrder, _ records: some RecordSource) {
    step += 1
    let row = Int(order.rows(tensor)) - Int(tensors[tensor].borderAbove)
    let isReal = row < Int(tensors[tensor].height)
    ends[tensor] = step
    if starts[tensor] == nil { starts[tensor] = step }
    if isReal, tensor > 0 {
      let layer = shapes[tensor - 1].layer
      read(Int(layer.input))
      read(Int(layer.secondInput))
      if let begun = sums[tensor - 1] { sums[tensor - 1] = begun.lowerBound...step }
    }
    for reader in readers[tensor] {
      // With the row that appears now; a later number than any row where nothing more is read.
      let oldest = Int(order.firstRowRead(records, layer: reader.layer, tensor: tensor))
      rows[tensor] = max(rows[tensor], Int(order.rows(tensor)) + 1 - oldest)
      if reader.folds, isReal, row == 0 { sums[reader.layer] = step...step }
    }
  }

  private mutating func read(_ input: Int) {
    if starts[input] == nil { areEarly[input] = true }
    ends[input] = step
  }

  /// All rows of a tensor are wanted until the last of any has appeared.
  mutating func keep(_ tensor: Int) {
    keepRows(tensor)
    ends[tensor] = step
  }

  mutating func keepRows(_ tensor: Int) { rows[tensor] = Int(tensors[tensor].allRows) }

  /// A ring for each tensor, then the accumulators of each layer.
  func parts() -> [MemoryLives.Part] {
    let rings = tensors.indices.map { index in
      let start = starts[index] ?? 0
      return MemoryLives.Part(
        bytes: rows[index] * tensors[index].rowBytes,
        life: areEarly[index] ? 0...step : start...max(ends[index], start))
    }
    let accumulators = shapes.enumerated().map { index, shape in
      MemoryLives.Part(bytes: Int(shape.accumulatorsBytes), life: sums[index] ?? 0...0)
    }
    return rings + accumulators
  }
}
