/// One thing that happens in a run: which layer, which row, where it reads, and where it writes.
///
/// The order of rows yields steps (`RowOrder`), and a run takes them (`ModelRun`). Chips work each out when its turn
/// comes, hosts keep them as an array. All offsets are counted from the start of the arena; the loader has proved that
/// they lie in it.
package struct RowStep: BitwiseCopyable, Sendable {
  package enum Action: UInt8, BitwiseCopyable, Sendable {
    /// The next row of the image goes into the input's ring.
    case feed
    /// Border cells appear, of a row or of a ring with all its rows: cells that hold the zero point.
    case border
    /// Accumulators get what they hold before row 0.
    case start
    /// A layer computes a row of its output.
    case compute
    /// A layer adds a row of its input to its accumulators.
    case fold
  }

  package let action: Action
  /// What a border row is filled with.
  package let fill: Int8
  /// The layer that starts, computes or folds.
  package let layer: Int
  /// The row of the output that is computed, or of the input that is folded or fed; counted without border.
  package let row: Int
  /// The first byte that is written: of a row without its border, or of accumulators.
  package let target: Int
  /// Bytes written; where a row is folded, the values of it.
  package let count: Int
  /// The rows of the layer's input that are read; of an addition, those of the first one.
  package let source: RowSource
}

/// Rows of a tensor that follow one another, in the slots of its ring.
package struct RowSource: BitwiseCopyable, Sendable {
  /// The first cell of slot 0, moved to where the first window starts.
  package let slots: Int
  package let rowBytes: Int
  package let slotCount: Int
  /// The slot of the first row.
  package let first: Int

  @inline(__always)
  private init(slots: Int, rowBytes: Int, slotCount: Int, first: Int) {
    (self.slots, self.rowBytes, self.slotCount, self.first) = (slots, rowBytes, slotCount, first)
  }

  /// No rows.
  static var none: RowSource { RowSource(slots: 0, rowBytes: 0, slotCount: 0, first: 0) }

  /// - Parameters:
  ///   - row: the first one, counted without border; down to minus the border above.
  ///   - columns: by how much the first window starts right of the first column; below zero on the border.
  @inline(__always)
  init(_ tensor: TensorRecord, from row: Int, columns: Int) {
    slots = tensor.slotOffset(0) &+ columns &* tensor.pixelBytes
    rowBytes = tensor.rowBytes
    slotCount = Int(tensor.ringRows)
    first = (Int(tensor.borderAbove) &+ row) % Int(tensor.ringRows)
  }
}

extension RowStep {
  /// Row `row` of the input, from the image.
  @inline(__always)
  package static func feed(_ input: TensorRecord, row: Int) -> RowStep {
    RowStep(
      action: .feed, fill: 0, layer: 0, row: row,
      target: input.rowOffset(row &+ Int(input.borderAbove)), count: input.rowValues, source: .none)
  }

  /// - Parameter row: border rows counted.
  @inline(__always)
  package static func border(_ tensor: TensorRecord, row: Int) -> RowStep {
    RowStep(
      action: .border, fill: tensor.zeroPoint, layer: 0, row: row, target: tensor.rowOffset(row),
      count: Int(tensor.width) &* tensor.pixelBytes, source: .none)
  }

  /// The whole ring of a tensor whose first row comes next.
  @inline(__always)
  package static func opening(_ tensor: TensorRecord) -> RowStep {
    RowStep(
      action: .border, fill: tensor.zeroPoint, layer: 0, row: 0, target: Int(tensor.ringOffset),
      count: tensor.ringBytes, source: .none)
  }

  @inline(__always)
  package static func start(layer: Int, _ shape: LayerShape) -> RowStep {
    RowStep(
      action: .start, fill: 0, layer: layer, row: 0, target: Int(shape.layer.accumulatorsOffset),
      count: Int(shape.accumulatorsBytes), source: .none)
  }

  @inline(__always)
  package static func compute(layer: Int, row: Int, _ shape: LayerShape) -> RowStep {
    RowStep(
      action: .compute, fill: 0, layer: layer, row: row,
      target: shape.output.rowOffset(row &+ Int(shape.output.borderAbove)),
      count: Int(shape.output.width) &* shape.output.pixelBytes,
      source: RowSource(
        shape.input, from: shape.firstRow(under: row),
        columns: shape.layer.kind.traits.contains(.border) ? 0 &- Int(shape.layer.reachLeft) : 0))
  }

  /// - Parameter row: of the input.
  @inline(__always)
  package static func fold(layer: Int, row: Int, _ shape: LayerShape) -> RowStep {
    RowStep(
      action: .fold, fill: 0, layer: layer, row: row, target: Int(shape.layer.accumulatorsOffset),
      count: shape.input.rowValues, source: RowSource(shape.input, from: row, columns: 0))
  }
}
