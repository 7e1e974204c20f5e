/// Writes one protobuf message, field after field; messages within it are writers of their own.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ field: Int, integer value: Int64) {
    key(field, wireType: 0)
    varint(UInt64(bitPattern: value))
  }

  mutating func append(_ field: Int, float value: Float) {
    key(field, wireType: 5)
    for byte in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * byte))) }
  }

  mutating func append(_ field: Int, bytes value: [UInt8]) {
    key(field, wireType: 2)
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func append(_ field: Int, text value: String) { append(field, bytes: Array(value.utf8)) }

  mutating func append(_ field: Int, message: ProtobufWriter) { append(field, bytes: message.bytes) }

  /// A repeated integer in its packed form.
  mutating func append(_ field: Int, packed values: [Int]) {
    var list = ProtobufWriter()
    for value in values { list.varint(UInt64(bitPattern: Int64(value))) }
    append(field, message: list)
  }

  private mutating func key(_ field: Int, wireType: UInt64) { varint(UInt64(field) << 3 | wireType) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
