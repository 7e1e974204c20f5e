extension Model {
  /// Walks through the order of rows without computing: no row may be overwritten while a reader needs it, and the
  /// logits must come.
  ///
  /// Each step makes a row appear and no tensor has more than 4,606, so this ends.
  func checkRowOrder() throws(ModelError) {
    var order = RowOrder(self)
    try checkRows(&order)
    for _ in 0..<Int(input.height) {
      try checkRow(&order, of: 0)
      order.advance(self, 0)
      try checkRows(&order)
    }
    try require(
      order.rows(layerCount) >= 1, .unfinished, at: Self.tensorOffset(layerCount),
      UInt32(order.rows(layerCount)))
  }

  /// Every row that can appear before another row of the image is fed.
  private func checkRows(_ order: inout RowOrder) throws(ModelError) {
    while let index = order.next(self) {
      try checkRow(&order, of: index)
      order.advance(self, index)
    }
  }

  /// Whether the next row of a tensor may take its slot.
  private func checkRow(_ order: inout RowOrder, of index: Int) throws(ModelError) {
    let row = order.rows(index)
    let slots = tensor(index).ringRows
    guard row >= slots else { return }
    let overwritten = row &- slots
    for reader in 0..<layerCount {
      let layer = layer(reader)
      guard Int(layer.input) == index || Int(layer.secondInput) == index else { continue }
      try require(
        order.firstRowRead(self, layer: reader, tensor: index) > overwritten, .ringTooSmall,
        at: Self.tensorOffset(index) &+ 4, UInt32(slots))
    }
  }
}
