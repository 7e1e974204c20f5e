extension Session {
  /// Makes every row that can appear, in the fixed order.
  mutating func makeRows<Observer: RunObserver>(observer: inout Observer) {
    while let index = order.next(model) { makeRow(of: index, observer: &observer) }
  }

  /// Makes the next row of a tensor appear: a border row, or one that its layer computes.
  private mutating func makeRow<Observer: RunObserver>(of index: Int, observer: inout Observer) {
    let tensor = model.tensor(index)
    let row = order.rows(index)
    guard row < tensor.firstRowBelow else {
      _ = arenaPointer().row(tensor, row).initializeMemory(
        as: Int8.self, repeating: tensor.zeroPoint, count: Int(tensor.width) &* tensor.pixelBytes)
      order.advance(model, index)
      return
    }
    let layer = index &- 1
    observer.willRun(layer: layer)
    LayerRow(model: model, layer: layer, arena: arenaPointer(), row: row).compute(kernels)
    let bytes = tensor.rowValues &* Int(tensor.elementBytes)
    arena.withUnsafeBytes { whole in
      let start =
        Int(tensor.ringOffset) &+ Int(row % tensor.ringRows) &* tensor.rowBytes
        &+ Int(tensor.borderLeft) &* tensor.pixelBytes
      let made = UnsafeRawBufferPointer(rebasing: whole[start..<start &+ bytes])
      observer.didRun(layer: layer, row: made.bytes)
    }
    rowAppeared(of: index, observer: &observer)
  }

  /// Records a real row, and folds it into the accumulators of the layers that keep some.
  mutating func rowAppeared<Observer: RunObserver>(of index: Int, observer: inout Observer) {
    let appeared = order.rows(index)
    let above = UInt16(model.tensor(index).borderAbove)
    order.advance(model, index)
    let arena = arenaPointer()
    var reader = index
    while reader < model.layerCount {
      if model.firstInput(reader) == index && model.layer(reader).kind.foldsRows
        && model.accumulatorsBytes(reader) > 0
      {
        observer.willRun(layer: reader)
        FoldedRow(model: model, layer: reader, arena: arena, row: appeared &- above).fold(kernels)
        observer.didFold(layer: reader)
      }
      reader &+= 1
    }
  }
}
