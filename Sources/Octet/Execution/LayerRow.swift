/// The next row of a layer's output: gathers what the kernel needs from the records, and calls it.
struct LayerRow {
  let model: Model
  let layer: Int
  let arena: ArenaPointer
  /// The output row, border rows counted.
  let row: UInt16

  func compute(_ kernels: some RowKernels) {
    let record = model.layer(layer)
    let shape = LayerShape(record, input: model.tensor(Int(record.input)), output: model.tensor(layer &+ 1))
    let target = arena.row(shape.output, row)
    switch record.kind {
    case .convolution: kernels.convolve(convolutionRow(shape, target))
    case .depthwiseConvolution: kernels.convolveDepthwise(convolutionRow(shape, target))
    case .dense: computeDense(shape, target, kernels)
    case .maximumPooling:
      poolingRow(shape, target).takeMaximum()
    case .averagePooling:
      poolingRow(shape, target).takeMean(
        outputStage(shape), inputZeroPoint: Int32(shape.input.zeroPoint), isCut: shape.isCut)
    case .globalAveragePooling: computeGlobalMean(shape, target)
    case .add: computeAdd(shape, target)
    case .table: computeTable(shape, target)
    }
  }

  /// The real output row, from 0.
  private func outputRow(_ shape: LayerShape) -> Int { Int(row) &- Int(shape.output.borderAbove) }

  private func convolutionRow(_ shape: LayerShape, _ target: UnsafeMutableRawPointer) -> ConvolutionRow {
    let record = shape.layer
    let first =
      Int(shape.input.borderAbove) &+ outputRow(shape) &* record.rowStep &- Int(record.reachAbove)
    let constants = Constants(shape, offset: record.constantsOffset)
    return ConvolutionRow(
      layer: layer, input: arena.rows(shape.input, from: first, columns: 0 &- Int(record.reachLeft)),
      inputChannels: Int(shape.input.channels), windowHeight: Int(record.windowHeight),
      windowWidth: Int(record.windowWidth), strideDown: Int(record.strideDown),
      strideAcross: Int(record.strideAcross), poolHeight: Int(record.poolHeight),
      poolWidth: Int(record.poolWidth), outputWidth: Int(shape.output.width),
      outputChannels: Int(shape.output.channels),
      weights: model.bytes.pointer(constants.weights).assumingMemoryBound(to: Int8.self),
      output: outputStage(shape), target: target)
  }

  private func poolingRow(_ shape: LayerShape, _ target: UnsafeMutableRawPointer) -> PoolingRow {
    let record = shape.layer
    let start = outputRow(shape) &* Int(record.strideDown) &- Int(record.reachAbove)
    let first = max(start, 0)
    let end = min(start &+ Int(record.windowHeight), Int(shape.input.height))
    return PoolingRow(
      input: arena.rows(shape.input, from: Int(shape.input.borderAbove) &+ first, columns: 0),
      rows: end &- first, inputWidth: Int(shape.input.width), channels: Int(shape.input.channels),
      windowWidth: Int(record.windowWidth), strideAcross: Int(record.strideAcross),
      reachLeft: Int(record.reachLeft), outputWidth: Int(shape.output.width),
      target: target.assumingMemoryBound(to: Int8.self))
  }

  private func outputStage(_ shape: LayerShape) -> OutputStage { OutputStage(model, shape) }

  private func computeDense(
    _ shape: LayerShape, _ target: UnsafeMutableRawPointer, _ kernels: some RowKernels
  ) {
    let stage = outputStage(shape)
    if model.accumulatorsBytes(layer) > 0 {
      let sums = FinishedSums(
        layer: layer, sums: UnsafePointer(arena.accumulators(shape.layer)), count: Int(shape.output.channels))
      kernels.finish(sums, stage, to: target)
    } else {
      let values = UnsafePointer(
        arena.row(shape.input, UInt16(shape.input.borderAbove)).assumingMemoryBound(to: Int8.self))
      kernels.multiply(DenseRow(model, layer: layer, row: 0, values: values), stage, to: target)
    }
  }

  private func computeGlobalMean(_ shape: LayerShape, _ target: UnsafeMutableRawPointer) {
    let stage = outputStage(shape)
    let sums = arena.accumulators(shape.layer)
    let offset = Int32(shape.input.height) &* Int32(shape.input.width) &* Int32(shape.input.zeroPoint)
    for channel in 0..<Int(shape.output.channels) {
      stage.write(
        (sums[channel] &- offset) &* 256, channel: 0, to: target, at: channel, roundsTwice: false)
    }
  }

  private func computeAdd(_ shape: LayerShape, _ target: UnsafeMutableRawPointer) {
    let record = shape.layer
    let other = model.tensor(Int(record.secondInput))
    let index = UInt16(truncatingIfNeeded: outputRow(shape))
    let a = arena.row(shape.input, index &+ UInt16(shape.input.borderAbove)).assumingMemoryBound(
      to: Int8.self)
    let b = arena.row(other, index &+ UInt16(other.borderAbove)).assumingMemoryBound(to: Int8.self)
    let result = target.assumingMemoryBound(to: Int8.self)
    let multiplierA = Int32(truncatingIfNeeded: record.addMultiplierA)
    let multiplierB = Int32(truncatingIfNeeded: record.addMultiplierB)
    let zeroA = Int32(shape.input.zeroPoint)
    let zeroB = Int32(other.zeroPoint)
    let zeroPoint = Int32(shape.output.zeroPoint)
    let shift = Int32(record.addShift)
    for index in 0..<shape.output.rowValues {
      let sum = (Int32(a[index]) &- zeroA) &* multiplierA &+ (Int32(b[index]) &- zeroB) &* multiplierB
      let value = ((sum &+ (1 &<< (shift &- 1))) &>> shift) &+ zeroPoint
      result[index] = Int8(truncatingIfNeeded: min(max(value, Int32(record.minimum)), Int32(record.maximum)))
    }
  }

  private func computeTable(_ shape: LayerShape, _ target: UnsafeMutableRawPointer) {
    let table = model.bytes.pointer(shape.layer.constantsOffset).assumingMemoryBound(to: Int8.self)
    let index = UInt16(truncatingIfNeeded: outputRow(shape)) &+ UInt16(shape.input.borderAbove)
    let values = arena.row(shape.input, index).assumingMemoryBound(to: Int8.self)
    let result = target.assumingMemoryBound(to: Int8.self)
    for place in 0..<shape.output.rowValues { result[place] = table[Int(values[place]) &+ 128] }
  }
}
