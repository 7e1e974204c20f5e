import Octet
import OctetHost
import OctetNetwork

/// The bytes of a quantized model, as docs/FORMAT.md lays them out.
package struct OctetFile {
  package let bytes: [UInt8]

  package init(_ model: QuantizedModel) {
    let plan = model.memoryPlan
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
    for (tensor, ring) in zip(model.tensors, plan.rings) { body.append(tensor, ring) }
    for (index, layer) in model.layers.enumerated() {
      body.append(layer, constants: sections[index], accumulators: plan.accumulators[index])
    }
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
  fileprivate mutating func append(_ tensor: QuantizedTensor, _ ring: MemoryPlan.Ring) {
    append(UInt32(ring.start))
    append(UInt16(ring.rows))
    append(UInt16(tensor.shape.height))
    append(UInt16(tensor.shape.width))
    append(UInt16(tensor.shape.channels))
    append(UInt8(tensor.border.above))
    append(UInt8(tensor.border.below))
    append(UInt8(tensor.border.left))
    append(UInt8(tensor.border.right))
    append(Int8(tensor.zeroPoint))
    append(UInt8(tensor.elementBytes))
    append(UInt16(0))
    append(tensor.scale.bitPattern)
  }

  fileprivate mutating func append(
    _ layer: QuantizedLayer, constants: Range<Int>, accumulators: Range<Int>?
  ) {
    append(layer.kind.rawValue)
    append(UInt8(layer.kind.hasWeights && !layer.table.isEmpty ? 1 : 0))
    append(UInt16(layer.inputs[0]))
    append(UInt16(layer.inputs.count > 1 ? layer.inputs[1] : 0))
    for extent in [layer.window, layer.stride, layer.reach, layer.pool] {
      append(UInt8(extent.height))
      append(UInt8(extent.width))
    }
    append(Int16(layer.clamp?.lowerBound ?? 0))
    append(Int16(layer.clamp?.upperBound ?? 0))
    append(UInt8(layer.roundsTwice ? 1 : 0))
    append(UInt8(0))
    append(UInt32(constants.isEmpty ? 0 : constants.lowerBound))
    append(UInt32(constants.count))
    append(UInt32(accumulators?.lowerBound ?? 0))
    append(layer.addition.map { UInt32($0.first) | UInt32($0.shift) << 24 } ?? 0)
    append(layer.addition.map { UInt32($0.second) } ?? 0)
  }

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
