import Octet
import OctetHost
import OctetNetwork

/// The bytes of a quantized model, as docs/FORMAT.md lays them out.
package struct OctetFile {
  package let bytes: [UInt8]

  package init(_ model: QuantizedModel) {
    let records = model.records
    let plan = MemoryPlan(records)
    let labels = model.classNames.map { Array($0.utf8) }
    precondition(labels.allSatisfy { $0.count < 256 }, "the quantizer refuses longer names")
    let labelBytes = labels.reduce(0) { $0 + 1 + $1.count }
    var constants = LittleEndianBytes()
    let tables =
      Int(FileFormat.headerBytes) + model.tensors.count * Int(FileFormat.tensorBytes)
      + model.layers.count * Int(FileFormat.layerBytes)
    let constantsStart = Self.aligned(tables + labelBytes)
    var sections: [Range<Int>] = []
    for layer in model.layers {
      let start = constants.count
      constants.append(layer)
      sections.append(constantsStart + start..<constantsStart + constants.count)
    }

    // Everything that the check sum covers.
    var body = LittleEndianBytes()
    body.append(UInt32(plan.arenaBytes))
    body.append(UInt16(model.layers.count))
    body.append(UInt16(model.classNames.count))
    body.append(UInt16(labelBytes))
    body.append(model.head.rawValue)
    body.append(model.pictureForm.byte)
    body.append(model.probabilityStep)
    body.appendZeros(16)
    for (index, ring) in plan.rings.enumerated() {
      records.set(TensorRecord.Field.ringOffset, ofTensor: index, UInt32(ring.start))
      records.set(TensorRecord.Field.ringRows, ofTensor: index, UInt16(ring.rows))
    }
    for (index, section) in sections.enumerated() {
      records.set(
        LayerRecord.Field.constantsOffset, ofLayer: index, section.isEmpty ? 0 : UInt32(section.lowerBound))
      records.set(LayerRecord.Field.constantsBytes, ofLayer: index, UInt32(section.count))
      records.set(
        LayerRecord.Field.accumulatorsOffset, ofLayer: index,
        UInt32(plan.accumulators[index]?.lowerBound ?? 0))
    }
    body.append(records.fileBytes)
    for label in labels {
      body.append(UInt8(label.count))
      body.append(label)
    }
    body.appendZeros(constantsStart - tables - labelBytes)
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
  fileprivate mutating func append(_ layer: QuantizedLayer) {
    for value in layer.bias { append(value) }
    for scaling in layer.scalings { append(scaling.multiplier) }
    for scaling in layer.scalings { append(scaling.shift) }
    append(layer.table)
    pad()
    append(layer.weights)
    pad()
  }

  private mutating func pad() { appendZeros(OctetFile.aligned(count) - count) }
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
