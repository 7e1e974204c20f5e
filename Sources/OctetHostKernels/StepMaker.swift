import Octet
import OctetHostKernelsC

/// Makes the steps of a `HostProgram` from what `StripOrder` says.
struct StepMaker {
  let records: ModelRecords
  let kernels: UnsafePointer<octet_kernels>?
  let foldsPixels: Bool
  let packed: [PackedLayer]

  /// Borders above come back where later rows took their slots.
  func forEachBorderAbove(_ body: (HostProgram.Step) -> Void) {
    for index in 0...records.layerCount {
      let tensor = records.tensor(index)
      guard tensor.ringRows < tensor.allRows else { continue }
      for row in 0..<Int(tensor.borderAbove) { body(border(.border(tensor, row: row))) }
    }
  }

  /// Nil where there is nothing to do.
  func step(_ event: StripOrder.Event) -> HostProgram.Step? {
    switch event {
    case .feed(let row):
      let input = records.tensor(0)
      return HostProgram.Step(
        call: foldsPixels ? .foldPixels : .feed, step: .feed(input, row: row), rowBytes: input.rowBytes,
        packed: packed[0].weights, second: 0, secondRowBytes: 0, places: 0, values: 0,
        sums: Int(records.layer(0).accumulatorsOffset))
    case .border(let tensor, let row):
      let record = records.tensor(tensor)
      // A ring of all rows keeps what it was filled with.
      return record.ringRows < record.allRows ? border(.border(record, row: row)) : nil
    case .start(let layer):
      let shape = records.shape(layer)
      // The vector kernels start with row 0.
      return packed[layer].weights == nil ? step(.start(layer: layer, shape), shape, .plain) : nil
    case .fold(let layer, let row):
      let shape = records.shape(layer)
      if packed[layer].weights != nil, foldsPixels, layer == 0 { return nil }
      return step(.fold(layer: layer, row: row, shape), shape, foldCall(layer, shape))
    case .compute(let layer, let row):
      let shape = records.shape(layer)
      return step(.compute(layer: layer, row: row, shape), shape, computeCall(layer, shape))
    }
  }

  /// Whether `next` is the row after the last of `step` and can be taken with it.
  func canFollow(_ next: HostProgram.Step, _ step: HostProgram.Step) -> Bool {
    guard next.call == step.call, next.step.action == step.step.action, next.step.layer == step.step.layer,
      next.step.row == step.step.row + step.rows
    else { return false }
    let (source, own) = (next.step.source, step.step.source)
    let readsNext = own.first + step.rows == source.first
    switch step.call {
    case .feed, .convolve, .convolveDepthwise: return isNextRow(next, step)
    case .lookUp: return isNextRow(next, step) && readsNext
    case .join:
      return isNextRow(next, step) && readsNext
        && next.second == step.second + step.rows * step.secondRowBytes
        && next.constants == step.constants.map { $0 + step.rows * step.secondRowBytes }
    case .addCells: return readsNext && own.rowBytes == next.step.count
    case .fold:
      // Values of all rows follow each other in groups if those of a row fill whole ones.
      guard let kernels, let layer = step.packed else { return false }
      return readsNext && own.rowBytes == next.step.count
        && layer.pointee.segment % kernels.pointee.depth == 0
    case .plain, .pool, .finish, .multiply, .foldPixels: return false
    }
  }

  private func isNextRow(_ next: HostProgram.Step, _ step: HostProgram.Step) -> Bool {
    next.step.target == step.step.target + step.rows * step.rowBytes
  }

  private func foldCall(_ layer: Int, _ shape: LayerShape) -> HostProgram.Step.Call {
    if packed[layer].weights != nil { return .fold }
    let isMean = shape.layer.kind.weighted == nil && shape.input.elementBytes == 1
    return isMean && kernels != nil ? .addCells : .plain
  }

  private func computeCall(_ layer: Int, _ shape: LayerShape) -> HostProgram.Step.Call {
    if packed[layer].join != nil { return .join }
    if packed[layer].mean != nil { return .finish }
    if !packed[layer].pools.isEmpty { return .pool }
    guard packed[layer].weights != nil else { return packed[layer].table != nil ? .lookUp : .plain }
    switch shape.layer.kind.weighted {
    case .dense: return shape.keepsAccumulators ? .finish : .multiply
    case .convolution: return .convolve
    case .depthwiseConvolution: return .convolveDepthwise
    case nil: return .plain
    }
  }

  private func step(_ step: RowStep, _ shape: LayerShape, _ call: HostProgram.Step.Call) -> HostProgram.Step {
    let own = packed[step.layer]
    let second = secondRow(step, shape)
    return HostProgram.Step(
      call: call, step: step, rowBytes: shape.output.rowBytes,
      packed: own.weights ?? own.mean, join: own.join?.join,
      constants: own.join?.constants.map { $0 + second.start }, period: own.join?.period ?? 0,
      pool: call == .pool ? own.pools[step.row] : nil,
      table: step.action == .compute && call != .plain ? own.table : nil,
      second: call == .join ? second.start : 0, secondRowBytes: second.rowBytes,
      places: Int(call == .addCells ? shape.input.width : shape.output.width), values: shape.input.rowValues,
      sums: Int(shape.layer.accumulatorsOffset))
  }

  /// Where the row of the second input starts, in the arena or in the constants, and what leads to the next: nothing
  /// where every row is the same, as with a single cell or constants for each channel.
  private func secondRow(_ step: RowStep, _ shape: LayerShape) -> (start: Int, rowBytes: Int) {
    switch shape.layer.operand {
    case .constants: return (step.row * shape.output.rowValues, shape.output.rowValues)
    case .channelConstants: return (0, 0)
    case .tensor:
      let other = records.tensor(Int(shape.layer.secondInput))
      let row = shape.firstRowOfSecond(under: step.row, other)
      return (
        other.rowOffset(row + Int(other.borderAbove)),
        other.height == shape.output.height ? other.rowBytes : 0
      )
    }
  }

  private func border(_ step: RowStep) -> HostProgram.Step {
    HostProgram.Step(
      call: .plain, step: step, rowBytes: 0, packed: nil, second: 0, secondRowBytes: 0, places: 0, values: 0,
      sums: 0)
  }
}
