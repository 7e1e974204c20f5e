/// A row of an input on its way into a layer's accumulators.
struct FoldedRow {
  let model: Model
  let layer: Int
  let arena: ArenaPointer
  /// The real row, from 0.
  let row: UInt16

  func fold(_ kernels: some RowKernels) {
    let record = model.layer(layer)
    let input = model.tensor(Int(record.input))
    let values = UnsafePointer(
      arena.row(input, row &+ UInt16(input.borderAbove)).assumingMemoryBound(to: Int8.self))
    let accumulators = arena.accumulators(record)
    if record.kind == .dense {
      kernels.fold(DenseRow(model, layer: layer, row: Int(row), values: values), into: accumulators)
      return
    }
    let channels = Int(input.channels)
    var index = 0
    for _ in 0..<Int(input.width) {
      for channel in 0..<channels {
        accumulators[channel] &+= Int32(values[index])
        index &+= 1
      }
    }
  }
}

extension DenseRow {
  init(_ model: Model, layer: Int, row: Int, values: UnsafePointer<Int8>) {
    let record = model.layer(layer)
    let shape = LayerShape(record, input: model.tensor(Int(record.input)), output: model.tensor(layer &+ 1))
    let count = shape.input.rowValues
    let constants = Constants(shape, offset: record.constantsOffset)
    self.init(
      layer: layer, row: row, values: values, count: count,
      weights: model.bytes.pointer(constants.weights).assumingMemoryBound(to: Int8.self) + row &* count,
      weightsPerOutput: Int(shape.input.height) &* count, outputs: Int(shape.output.channels))
  }
}
