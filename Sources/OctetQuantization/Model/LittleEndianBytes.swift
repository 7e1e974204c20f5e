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
