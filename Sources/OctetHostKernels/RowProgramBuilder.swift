import Octet
import OctetHostKernelsC

/// Works out the steps of a model's program.
struct RowProgramBuilder {
  typealias Step = RowProgram.Step

  let model: Model
  let packed: PackedModel
  private(set) var steps: [Step] = []

  init(model: Model, packed: PackedModel) {
    self.model = model
    self.packed = packed
  }

  mutating func appendAll() {
    for tensor in 0...model.layerCount { appendBordersAbove(tensor) }
    for layer in 0..<model.layerCount
    where model.keepsAccumulators(layer: layer) && packed.layer(layer) == nil {
      append(.startPlain, layer: layer)
    }
    let takesImage = takesImage
    if takesImage {
      steps.append(
        Step(
          work: .foldImage, layer: 0, packed: packed.layer(0),
          target: Int(model.layer(0).accumulatorsOffset), count: model.imageBytes))
    }
    // Collected first, as a closure cannot change what it is part of.
    var rows: [(tensor: Int, row: UInt16)] = []
    model.forEachRow { rows.append(($0, $1)) }
    for (tensor, row) in rows where tensor > 0 || !takesImage { appendRow(tensor, row) }
  }

  /// Whether the first layer is dense, nobody else reads the image, and its rows fill groups.
  private var takesImage: Bool {
    guard let kernels = packed.kernels, let first = packed.layer(0), model.layer(0).kind == .dense,
      model.keepsAccumulators(layer: 0), first.pointee.segment % kernels.pointee.depth == 0
    else { return false }
    return (1..<model.layerCount).allSatisfy {
      model.layer($0).input != 0 && model.layer($0).secondInput != 0
    }
  }

  private func offset(_ tensor: TensorRecord, row: Int) -> Int {
    Int(tensor.ringOffset) + row % Int(tensor.ringRows) * tensor.rowBytes
      + Int(tensor.borderLeft) * tensor.pixelBytes
  }

  private mutating func append(_ work: Step.Work, layer: Int, target: Int = 0, count: Int = 0) {
    steps.append(
      Step(
        work: work, layer: layer, packed: layer < 0 ? nil : packed.layer(layer), target: target, count: count)
    )
  }

  /// Later rows take the slots of the border above; it comes back before the next image.
  private mutating func appendBordersAbove(_ index: Int) {
    let tensor = model.tensor(index)
    for row in 0..<Int(tensor.borderAbove) { appendBorder(tensor, row: row) }
  }

  private mutating func appendBorder(_ tensor: TensorRecord, row: Int) {
    append(
      .fillBorder(tensor.zeroPoint), layer: -1, target: offset(tensor, row: row),
      count: Int(tensor.width) * tensor.pixelBytes)
  }

  private mutating func appendRow(_ index: Int, _ row: UInt16) {
    let tensor = model.tensor(index)
    let real = Int(row) - Int(tensor.borderAbove)
    guard real < Int(tensor.height) else { return appendBorder(tensor, row: Int(row)) }
    let target = offset(tensor, row: Int(row))
    if index == 0 {
      let bytes = tensor.rowValues
      append(.feed(source: real * bytes), layer: -1, target: target, count: bytes)
    } else {
      appendComputed(index - 1, row: row, real: real, target: target)
    }
    for reader in index..<model.layerCount where Int(model.layer(reader).input) == index {
      guard model.keepsAccumulators(layer: reader) else { continue }
      guard packed.layer(reader) != nil else {
        append(.foldPlain(row: UInt16(real)), layer: reader)
        continue
      }
      append(
        .fold(values: target, row: real), layer: reader,
        target: Int(model.layer(reader).accumulatorsOffset), count: tensor.rowValues)
    }
  }

  private mutating func appendComputed(_ layer: Int, row: UInt16, real: Int, target: Int) {
    let record = model.layer(layer)
    let input = model.tensor(Int(record.input))
    let output = model.tensor(layer + 1)
    let bytes = output.rowValues * Int(output.elementBytes)
    guard packed.layer(layer) != nil else {
      return append(.computePlain(row: row), layer: layer, target: target, count: bytes)
    }
    if record.kind == .dense {
      let work: Step.Work =
        model.keepsAccumulators(layer: layer)
        ? .finish(sums: Int(record.accumulatorsOffset))
        : .multiply(values: offset(input, row: Int(input.borderAbove)), count: input.rowValues)
      return append(work, layer: layer, target: target, count: bytes)
    }
    let first = Int(input.borderAbove) + real * record.rowStep - Int(record.reachAbove)
    let rows = Step.Input(
      places: Int(output.width), slots: offset(input, row: 0) - Int(record.reachLeft) * input.pixelBytes,
      rowBytes: input.rowBytes,
      slotCount: Int(input.ringRows), first: first % Int(input.ringRows))
    append(
      record.kind == .convolution ? .convolve(rows) : .convolveDepthwise(rows), layer: layer, target: target,
      count: bytes)
  }
}
