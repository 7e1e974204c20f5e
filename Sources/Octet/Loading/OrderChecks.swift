/// The rules for the order of rows: nothing is overwritten that is still needed.
extension ModelRecords {
  /// Walks through the order of rows without computing: no row may be overwritten while a reader needs it, and nothing
  /// may come to lie on what is in use.
  ///
  /// Each step makes a row appear, for which all layers are looked at, so the product of both bounds what this takes.
  /// What comes to lie on other parts is compared with each of them once, which is counted too.
  func checkRowOrder(_ header: Header) throws(ModelError) {
    var rows: UInt32 = 0
    // At most 1,025 * 12,288.
    for index in 0...layerCount { rows &+= UInt32(tensor(index).allRows) }
    let steps = CheckedSize(rows).times(UInt32(truncatingIfNeeded: layerCount)).value ?? .max
    try require(steps <= Limit.walk, .walk, at: FileFormat.layerCount, rows)
    var order = RowOrder(self)
    var looks: UInt32 = 0
    try order.forEachRow(self) { index, order throws(ModelError) in
      try checkRow(&order, of: index)
      if IncludedKinds.sharing { try checkStart(&order, of: index, header, &looks) }
    }
    // The rules for windows and shapes make this so, and no file is known that breaks it. It is looked at all the same,
    // as a run gives outputs away as complete.
    for index in 1...layerCount {
      try require(
        order.rows(index) == tensor(index).allRows, .unfinished, at: Self.tensorOffset(index),
        UInt32(order.rows(index)))
    }
  }

  /// Whether the next row of a tensor may take its slot.
  private func checkRow(_ order: inout RowOrder, of index: Int) throws(ModelError) {
    let row = order.rows(index)
    let slots = tensor(index).ringRows
    guard row >= slots else { return }
    let overwritten = row &- slots
    for reader in 0..<layerCount where reads(reader, index) {
      try require(
        order.firstRowRead(self, layer: reader, tensor: index) > overwritten, .ringTooSmall,
        at: Self.tensorOffset(index) &+ TensorRecord.Field.ringRows, UInt32(slots))
    }
  }

  private func reads(_ reader: Int, _ index: Int) -> Bool {
    let layer = layer(reader)
    return Int(layer.input) == index || Int(layer.secondInput) == index
  }
}

// Memory over time. A ring that shares bytes is in use from the first row of its tensor on, accumulators from the first
// row that is folded into them. Two parts that overlap are in use at the same time exactly if one of them comes into
// use while the other is: so it is enough to look at these moments.
extension ModelRecords {
  /// What comes into use with the next row of a tensor must not lie on anything that is in use.
  ///
  /// - Parameter looks: layers looked at so far, which bounds what a file with many overlaps can ask for.
  private func checkStart(
    _ order: inout RowOrder, of index: Int, _ header: Header, _ looks: inout UInt32
  ) throws(ModelError) {
    let row = order.rows(index)
    let tensor = tensor(index)
    if index > 0, row < tensor.firstRowBelow {
      let layer = layer(index &- 1)
      let hasBegun = hasBegun(&order, Int(layer.input)) && hasBegun(&order, Int(layer.secondInput))
      try require(hasBegun, .early, at: layerOffset(index &- 1), UInt32(row))
    }
    guard row == tensor.borderAbove else { return }
    if tensor.shares { try checkPart(index, &order, with: index, header, &looks) }
    for reader in 0..<layerCount where Int(layer(reader).input) == index && shape(reader).keepsAccumulators {
      try checkPart(layerCount &+ 1 &+ reader, &order, with: index, header, &looks)
    }
  }

  /// Whether the border above and the first row are there.
  private func hasBegun(_ order: inout RowOrder, _ index: Int) -> Bool {
    let tensor = tensor(index)
    return !tensor.shares || order.rows(index) > tensor.borderAbove
  }

  /// - Parameter starting: the tensor whose first row comes now.
  private func checkPart(
    _ part: Int, _ order: inout RowOrder, with starting: Int, _ header: Header, _ looks: inout UInt32
  ) throws(ModelError) {
    for other in 0..<partCount where other != part && overlaps(part, other) {
      looks &+= UInt32(truncatingIfNeeded: layerCount)
      try require(looks <= Limit.walk, .walk, at: FileFormat.layerCount, looks)
      try require(
        !isInUse(other, &order, with: starting, header), .overlap, at: FileFormat.arenaBytes,
        UInt32(truncatingIfNeeded: part))
    }
  }

  private func isInUse(
    _ part: Int, _ order: inout RowOrder, with starting: Int, _ header: Header
  ) -> Bool {
    if part > layerCount {
      // Accumulators are read when the only row of the output is made.
      let reader = part &- layerCount &- 1
      let input = Int(layer(reader).input)
      let hasBegun = input == starting || order.rows(input) > tensor(input).borderAbove
      return hasBegun && order.rows(reader &+ 1) == tensor(reader &+ 1).borderAbove
    }
    let tensor = tensor(part)
    if part == starting { return true }
    if order.rows(part) == tensor.borderAbove { return false }
    if order.rows(part) < tensor.allRows || isOutput(part, header) { return true }
    for reader in 0..<layerCount where reads(reader, part) {
      if order.firstRowRead(self, layer: reader, tensor: part) != .max { return true }
    }
    return false
  }

  private func isOutput(_ tensor: Int, _ header: Header) -> Bool {
    for index in 0..<UInt32(header.outputCount) {
      let start = header.outputsOffset &+ FileFormat.outputBytes &* index
      if OutputRecord(ModelBytes(bytes.pointer(start))).tensor == tensor { return true }
    }
    return false
  }
}
