import Octet
import OctetHost
import OctetNetwork

/// The bytes of a quantized model, as docs/FORMAT.md lays them out.
package struct OctetFile {
  package let bytes: [UInt8]

  package init(_ model: QuantizedModel) {
    let records = model.records
    let plan = model.memoryPlan
    let names = model.outputs.map { Self.bytes($0.names) }
    let layerNames = Self.bytes(model.layerNames)
    let namesStart =
      Int(FileFormat.headerBytes) + model.tensors.count * Int(FileFormat.tensorBytes)
      + model.layers.count * Int(FileFormat.layerBytes)
      + model.outputs.count * Int(FileFormat.outputBytes)
    let namesBytes = names.reduce(layerNames.count) { $0 + $1.count }
    let constantsStart = Self.aligned(namesStart + namesBytes)
    var constants = LittleEndianBytes()
    for channel in model.pixelMap {
      constants.append(channel.factor)
      constants.append(channel.offset)
    }
    constants.pad()
    var sections: [Range<Int>] = []
    for (index, layer) in model.layers.enumerated() {
      let start = constants.count
      constants.append(layer, perLine: Int(records.shape(index).weightsPerLine))
      sections.append(constantsStart + start..<constantsStart + constants.count)
    }

    // Everything that the check sum covers.
    var body = LittleEndianBytes()
    body.append(UInt32(plan.allBytes))
    body.append(UInt32(plan.secondStart))
    body.append(UInt16(model.layers.count))
    body.append(UInt16(model.outputs.count))
    body.append(UInt32(namesBytes))
    body.append(model.inputKind.rawValue)
    let isPicture = model.inputKind == .pictures
    body.append(isPicture ? model.pictureForm.fit.rawValue : 0)
    body.append(isPicture ? model.pictureForm.inversion.rawValue : 0)
    body.append(UInt8(isPicture && model.pictureForm.takesBlueFirst ? 1 : 0))
    body.append(UInt8(model.pixelMap.isEmpty ? 0 : 1))
    body.append(UInt8(layerNames.isEmpty ? 0 : 1))
    body.appendZeros(Int(FileFormat.headerBytes - FileFormat.checksumStart) - body.count)
    for (index, ring) in plan.rings.enumerated() {
      records.set(TensorRecord.Field.ringOffset, ofTensor: index, UInt32(ring.start))
      records.set(TensorRecord.Field.ringRows, ofTensor: index, UInt16(ring.rows))
      if index == 0, plan.holdsInput {
        records.set(TensorRecord.Field.flags, ofTensor: 0, TensorRecord.Flag.held)
      }
      if ring.shares { records.set(TensorRecord.Field.flags, ofTensor: index, TensorRecord.Flag.shares) }
    }
    for layer in plan.waiting { records.setWaits(ofLayer: layer, true) }
    for (index, section) in sections.enumerated() {
      records.set(
        LayerRecord.Field.constantsOffset, ofLayer: index, section.isEmpty ? 0 : UInt32(section.lowerBound))
      records.set(LayerRecord.Field.constantsBytes, ofLayer: index, UInt32(section.count))
      records.set(
        LayerRecord.Field.accumulatorsOffset, ofLayer: index,
        UInt32(plan.accumulators[index]?.lowerBound ?? 0))
    }
    body.append(records.fileBytes)
    var nextNames = namesStart
    for (output, names) in zip(model.outputs, names) {
      body.append(UInt16(output.tensor))
      body.append(output.meaning.rawValue)
      body.append(output.head.rawValue)
      body.append(model.probabilityStep(output))
      body.append(UInt32(names.isEmpty ? 0 : nextNames))
      body.append(UInt32(names.count))
      nextNames += names.count
    }
    for names in names { body.append(names) }
    body.append(layerNames)
    body.appendZeros(constantsStart - nextNames - layerNames.count)
    body.append(constants.bytes)

    var file = LittleEndianBytes()
    file.append(FileFormat.magic)
    file.append(FileFormat.version)
    file.append(UInt16(FileFormat.headerBytes))
    file.append(FileFormat.checksumStart + UInt32(body.count))
    var checksum = Checksum()
    checksum.add(body.bytes.span.bytes)
    file.append(checksum.value)
    file.append(body.bytes)
    bytes = file.bytes
  }

  /// Names as bytes, each behind its length.
  private static func bytes(_ names: [String]) -> [UInt8] {
    names.flatMap { name in
      let bytes = Array(name.utf8)
      precondition(bytes.count < 256, "the quantizer refuses longer names")
      return [UInt8(bytes.count)] + bytes
    }
  }

  /// Writes all of it or leaves what was there.
  package func write(to path: String) throws(FileError) {
    try AtomicFile.write(path: path, bytes: bytes)
  }

  /// Sections of constants start at such multiples.
  static func aligned(_ count: Int) -> Int {
    let alignment = Int(FileFormat.constantsAlignment)
    return (count + alignment - 1) / alignment * alignment
  }
}

extension LittleEndianBytes {
  /// A layer's section of constants, padded.
  ///
  /// - Parameter perLine: weights of a line; of no account where there are none.
  fileprivate mutating func append(_ layer: QuantizedLayer, perLine: Int) {
    for value in layer.bias { append(value) }
    for scaling in layer.scalings { append(scaling.multiplier) }
    for scaling in layer.scalings { append(scaling.shift) }
    if let scaling = layer.inputScaling {
      append(scaling)
      append([UInt8(bitPattern: Int8(layer.constants.zeroPoint))])
      append(layer.constants.values)
    }
    append(layer.places)
    append(layer.table)
    pad()
    append(layer.encoding.packed(layer.weights, perLine: perLine))
    pad()
  }

  private mutating func append(_ scaling: QuantizedLayer.InputScaling) {
    switch scaling {
    case .shared(let first, let second, let shift):
      for number in [first, second, 0] { append(UInt32(number)) }
      append([0, 0, UInt8(shift)])
    case .own(let first, let second, let output):
      for factor in [first, second, output] { append(factor.multiplier) }
      append([first.shift, second.shift, output.shift])
    case .product(let factor):
      for number in [0, 0, factor.multiplier] { append(number) }
      append([0, 0, factor.shift])
    }
  }

  fileprivate mutating func pad() { appendZeros(OctetFile.aligned(count) - count) }
}

/// Bytes that grow at the end, numbers with the low byte first.
struct LittleEndianBytes {
  private(set) var bytes: [UInt8] = []

  var count: Int { bytes.count }

  mutating func append(_ value: some FixedWidthInteger) {
    for byte in 0..<value.bitWidth / 8 { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte))) }
  }

  mutating func append(_ values: [UInt8]) { bytes += values }

  mutating func append(_ values: [Int8]) { bytes += values.map { UInt8(bitPattern: $0) } }

  mutating func appendZeros(_ count: Int) { bytes += repeatElement(0, count: count) }
}
