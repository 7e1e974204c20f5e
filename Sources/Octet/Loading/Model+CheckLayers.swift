extension Model {
  /// Each layer against the tensors that it joins, and its constants; and what all of them take for an image, before
  /// checks that themselves take time as the shapes grow.
  func checkLayers(_ header: Header, workLimit: UInt64) throws(ModelError) {
    var constants = header.constantsOffset
    var work = input.bytesMoved
    for index in 0..<layerCount {
      let offset = layerOffset(index)
      guard let layer = LayerRecord(bytes, at: offset) else {
        throw ModelError(.layerKind, offset: offset, value: UInt32(bytes.byte(offset)))
      }
      try checkFields(layer, index: index, at: offset)
      let shape = LayerShape(layer, input: tensor(Int(layer.input)), output: tensor(index &+ 1))
      try shape.checkWindow(at: offset)
      try shape.checkOutput(at: Self.tensorOffset(index &+ 1))
      try checkOperands(shape, at: offset)
      constants = try checkConstants(shape, at: offset, expected: constants)
      work &+= shape.totalWork
    }
    // The value has 32 bits, so it is how often 2^32 goes into the operations.
    try require(work <= workLimit, .work, at: 0, UInt32(truncatingIfNeeded: work &>> 32))
    try require(constants == bytes.count, .length, at: 8, bytes.count)
    try checkBorders()
  }

  /// Flags, inputs and reserved bytes.
  private func checkFields(_ layer: LayerRecord, index: Int, at offset: UInt32) throws(ModelError) {
    let flag = bytes.byte(offset &+ 1)
    try require(flag == 0 || (flag == 1 && layer.kind.hasWeights), .tableFlag, at: offset &+ 1, UInt32(flag))
    try require(Int(layer.input) <= index, .layerInput, at: offset &+ 2, UInt32(layer.input))
    let second = bytes.half(offset &+ 4)
    try require(
      layer.kind == .add ? Int(second) <= index : second == 0, .layerInput, at: offset &+ 4, UInt32(second))
    let rounding = bytes.byte(offset &+ 18)
    try require(
      rounding == 0 || (rounding == 1 && layer.kind.hasWeights), .rounding, at: offset &+ 18, UInt32(rounding)
    )
    try require(bytes.byte(offset &+ 19) == 0, .reserved, at: offset &+ 19, UInt32(bytes.byte(offset &+ 19)))
    if layer.kind == .add {
      try require(
        layer.addMultiplierA <= Limit.addMultiplier, .addMultiplier, at: offset &+ 32, layer.addMultiplierA)
      try require(
        layer.addMultiplierB <= Limit.addMultiplier, .addMultiplier, at: offset &+ 36, layer.addMultiplierB)
      try require(
        Limit.addShifts.contains(UInt32(layer.addShift)), .addShift, at: offset &+ 35, UInt32(layer.addShift))
    } else {
      try require(bytes.word(offset &+ 32) == 0, .reserved, at: offset &+ 32, bytes.word(offset &+ 32))
      try require(bytes.word(offset &+ 36) == 0, .reserved, at: offset &+ 36, bytes.word(offset &+ 36))
    }
  }

  /// The clamp, the types, and what pooling and addition ask of the tensors.
  private func checkOperands(_ shape: LayerShape, at offset: UInt32) throws(ModelError) {
    let layer = shape.layer
    let isWide = shape.output.elementBytes == 2
    try require(
      !isWide || ((layer.kind == .dense || layer.kind == .convolution) && !layer.hasTable), .logitsType,
      at: offset, UInt32(layer.kind.rawValue))
    let lowest: Int16 = isWide ? .min : -128
    let highest: Int16 = isWide ? .max : 127
    let clamps = layer.kind != .maximumPooling && layer.kind != .table
    try require(
      clamps || (layer.minimum == 0 && layer.maximum == 0), .clamp, at: offset &+ 14,
      UInt32(bitPattern: Int32(layer.minimum)))
    try require(
      layer.minimum <= layer.maximum && layer.minimum >= lowest && layer.maximum <= highest, .clamp,
      at: offset &+ 14, UInt32(bitPattern: Int32(layer.minimum)))
    if layer.kind == .maximumPooling {
      try require(
        shape.input.zeroPoint == shape.output.zeroPoint, .zeroPoint, at: offset,
        UInt32(bitPattern: Int32(shape.output.zeroPoint)))
    }
    if layer.kind == .add {
      let other = tensor(Int(layer.secondInput))
      try require(
        other.height == shape.output.height && other.width == shape.output.width
          && other.channels == shape.output.channels,
        .addOperand, at: offset &+ 4, UInt32(layer.secondInput))
    }
  }

  /// A border without a convolution that reads it would be memory that nothing uses.
  private func checkBorders() throws(ModelError) {
    for index in 0...layerCount {
      let tensor = tensor(index)
      let border =
        tensor.borderAbove | tensor.borderBelow | tensor.borderLeft | tensor.borderRight
      guard border != 0 else { continue }
      var isRead = false
      for reader in 0..<layerCount {
        let layer = layer(reader)
        if Int(layer.input) == index && layer.kind.readsBorder { isRead = true }
      }
      try require(isRead, .border, at: Self.tensorOffset(index) &+ 12, UInt32(border))
    }
  }
}
