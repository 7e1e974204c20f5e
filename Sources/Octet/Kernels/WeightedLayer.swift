/// A layer with weights as a whole, for kernels that lay its weights out anew before the first image.
package struct WeightedLayer {
  package let kind: LayerKind
  /// Rows of the input, and values in one.
  package let rows: Int
  package let rowValues: Int
  package let inputChannels: Int
  package let windowHeight: Int
  package let windowWidth: Int
  package let strideDown: Int
  package let strideAcross: Int
  package let poolHeight: Int
  package let poolWidth: Int
  package let outputs: Int
  /// In the order of the file.
  package let weights: UnsafePointer<Int8>
  package let output: OutputStage
}

extension Model {
  /// Nil for a layer without weights. What it points to lives as long as the model's bytes.
  package func weightedLayer(_ index: Int) -> WeightedLayer? {
    let record = layer(index)
    guard record.kind.hasWeights else { return nil }
    let shape = LayerShape(record, input: tensor(Int(record.input)), output: tensor(index &+ 1))
    let constants = Constants(shape, offset: record.constantsOffset)
    return WeightedLayer(
      kind: record.kind, rows: Int(shape.input.height), rowValues: shape.input.rowValues,
      inputChannels: Int(shape.input.channels), windowHeight: Int(record.windowHeight),
      windowWidth: Int(record.windowWidth), strideDown: Int(record.strideDown),
      strideAcross: Int(record.strideAcross), poolHeight: Int(record.poolHeight),
      poolWidth: Int(record.poolWidth), outputs: Int(shape.output.channels),
      weights: bytes.pointer(constants.weights).assumingMemoryBound(to: Int8.self),
      output: OutputStage(self, shape))
  }
}

extension OutputStage {
  init(_ model: Model, _ shape: LayerShape) {
    let record = shape.layer
    let constants = Constants(shape, offset: record.constantsOffset)
    self.init(
      bias: model.bytes.pointer(constants.offset).assumingMemoryBound(to: Int32.self),
      multipliers: model.bytes.pointer(constants.multipliers).assumingMemoryBound(to: Int32.self),
      shifts: model.bytes.pointer(constants.shifts).assumingMemoryBound(to: UInt8.self),
      zeroPoint: Int32(shape.output.zeroPoint), minimum: Int32(record.minimum),
      maximum: Int32(record.maximum), roundsTwice: record.roundsTwice,
      table: record.hasTable ? model.bytes.pointer(constants.table).assumingMemoryBound(to: Int8.self) : nil,
      isWide: shape.output.elementBytes == 2)
  }
}
