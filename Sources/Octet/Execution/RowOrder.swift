/// The fixed order in which the rows of all tensors appear, as docs/FORMAT.md defines it.
///
/// The loader walks through it to prove that the rings are large enough; a session walks through it to compute. Both use
/// this one, so what was proved is what runs.
struct RowOrder: ~Copyable {
  /// Rows of each tensor that have appeared, border rows above and below included.
  private var appeared: InlineArray<64, UInt16>
  /// How many rows of a layer's input must have appeared before its next row can; 65,535 once it has no more real rows.
  private var needed: InlineArray<64, UInt16>

  private static let noMore = UInt16.max

  init(_ model: borrowing Model) {
    appeared = InlineArray(repeating: 0)
    needed = InlineArray(repeating: 0)
    restart(model)
  }

  /// Before the first row of an image.
  mutating func restart(_ model: borrowing Model) {
    for index in 0...model.layerCount {
      appeared[index] = UInt16(model.tensor(index).borderAbove)
      if index > 0 { needed[index] = Self.rowsNeeded(model, layer: index &- 1, row: 0) }
    }
  }

  // Methods that only read are mutating too: through an exclusive reference an element is read in place, otherwise the compiler
  // copies the whole array to the stack first, at ten times the cost of the rest.

  /// Rows of a tensor that have appeared.
  @inline(__always)
  mutating func rows(_ tensor: Int) -> UInt16 { appeared[tensor] }

  /// The highest-numbered tensor of which a row can appear now; nil when a row of the input has to be fed first.
  @inline(__always)
  mutating func next(_ model: borrowing Model) -> Int? {
    var index = model.layerCount
    while index > 0 {
      if isReady(model, index) { return index }
      index &-= 1
    }
    let input = model.input
    // The input's border rows below come by themselves.
    return appeared[0] >= input.firstRowBelow && appeared[0] < input.allRows ? 0 : nil
  }

  @inline(__always)
  private mutating func isReady(_ model: borrowing Model, _ index: Int) -> Bool {
    let need = needed[index]
    if need == Self.noMore {
      // Only border rows are left, if anything.
      return appeared[index] < model.tensor(index).allRows
    }
    guard appeared[model.firstInput(index &- 1)] >= need else { return false }
    guard model.kindByte(index &- 1) == LayerKind.add.rawValue else { return true }
    let layer = model.layer(index &- 1)
    let shift =
      UInt16(model.tensor(Int(layer.secondInput)).borderAbove) &+ need
      &- UInt16(model.tensor(Int(layer.input)).borderAbove)
    return appeared[Int(layer.secondInput)] >= shift
  }

  /// Records that the next row of a tensor is there.
  @inline(__always)
  mutating func advance(_ model: borrowing Model, _ index: Int) {
    appeared[index] &+= 1
    guard index > 0 else { return }
    let tensor = model.tensor(index)
    let row = appeared[index] &- UInt16(tensor.borderAbove)
    needed[index] = row < tensor.height ? Self.rowsNeeded(model, layer: index &- 1, row: row) : Self.noMore
  }

  /// Rows of the first input that must have appeared before row `row` of the layer's output can.
  private static func rowsNeeded(_ model: borrowing Model, layer index: Int, row: UInt16) -> UInt16 {
    let layer = model.layer(index)
    let input = model.tensor(Int(layer.input))
    let above = Int(input.borderAbove)
    let rows: Int
    switch layer.kind {
    case .dense, .globalAveragePooling:
      rows = Int(input.height)
    case .convolution, .depthwiseConvolution:
      rows = Int(row) &* layer.rowStep &- Int(layer.reachAbove) &+ layer.rowSpan
    case .maximumPooling, .averagePooling:
      let end = Int(row) &* Int(layer.strideDown) &- Int(layer.reachAbove) &+ Int(layer.windowHeight)
      rows = min(end, Int(input.height))
    case .add, .table:
      rows = Int(row) &+ 1
    }
    // At most 255 + 4096 + 255, as the loader has checked the window.
    return UInt16(truncatingIfNeeded: above &+ rows)
  }

  /// The first row of its input, border rows counted, that a layer's next row still reads; a later number than any row
  /// when the layer reads nothing more.
  mutating func firstRowRead(_ model: borrowing Model, layer index: Int, tensor: Int) -> UInt16 {
    guard needed[index &+ 1] != Self.noMore else { return .max }
    let layer = model.layer(index)
    let input = model.tensor(tensor)
    let row = Int(appeared[index &+ 1]) &- Int(model.tensor(index &+ 1).borderAbove)
    let above = Int(input.borderAbove)
    switch layer.kind {
    case .dense, .globalAveragePooling:
      // Rows that have appeared were folded in at once; only a dense layer without accumulators comes back to its row.
      return model.accumulatorsBytes(index) > 0 ? .max : UInt16(truncatingIfNeeded: above)
    case .convolution, .depthwiseConvolution:
      return UInt16(truncatingIfNeeded: above &+ row &* layer.rowStep &- Int(layer.reachAbove))
    case .maximumPooling, .averagePooling:
      return UInt16(
        truncatingIfNeeded: above &+ max(row &* Int(layer.strideDown) &- Int(layer.reachAbove), 0))
    case .add, .table:
      return UInt16(truncatingIfNeeded: above &+ row)
    }
  }
}
