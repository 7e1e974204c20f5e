/// Text that is put together as UTF-8 bytes, without Foundation and without floating point: a device prints the same
/// bytes as the host.
package struct ByteText: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  package mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  package mutating func append(_ text: UnsafeRawBufferPointer) { bytes.append(contentsOf: text) }

  package mutating func append(_ other: ByteText) { bytes.append(contentsOf: other.bytes) }

  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  /// - Parameter width: digits at least, with zeros in front; 10 at most.
  package mutating func append(decimal value: Int32, width: Int = 1) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    // The unit of the first digit; no magnitude has more than ten.
    var unit: UInt32 = 1
    var places = 1
    while places < width || magnitude / unit >= 10 {
      unit *= 10
      places += 1
    }
    while unit > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude / unit % 10))
      unit /= 10
    }
  }

  /// A count with a comma after every three digits from the right.
  package mutating func append(grouped count: Int) {
    let thousands = count / 1_000
    guard thousands > 0 else { return append(decimal: Int32(count)) }
    append(grouped: thousands)
    append(",")
    append(decimal: Int32(count % 1_000), width: 3)
  }

  /// A share in 1/65,536 with six decimals, rounded: `share * 10^6 / 2^16` is `share * 15,625 / 1,024`.
  package mutating func append(share: UInt32) {
    let millionths = Int32((share * 15_625 + 512) / 1_024)
    append(decimal: millionths / 1_000_000)
    bytes.append(UInt8(ascii: "."))
    append(decimal: millionths % 1_000_000, width: 6)
  }

  /// A share in 1/65,536 as " 99.87 %", always as wide.
  package mutating func append(percent share: UInt32) {
    let hundredths = Int32((share * 10_000 + 32_768) / 65_536)
    let whole = hundredths / 100
    if whole < 100 { bytes.append(UInt8(ascii: " ")) }
    if whole < 10 { bytes.append(UInt8(ascii: " ")) }
    append(decimal: whole)
    bytes.append(UInt8(ascii: "."))
    append(decimal: hundredths % 100, width: 2)
    append(" %")
  }

  /// A JSON string with its quotes. Control characters become escapes; everything else is UTF-8 and stays.
  package mutating func append(json text: some Sequence<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    if text.contains(where: Self.isEscapedInJSON) {
      for byte in text { append(escaped: byte) }
    } else {
      bytes.append(contentsOf: text)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func isEscapedInJSON(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private mutating func append(escaped byte: UInt8) {
    guard Self.isEscapedInJSON(byte) else {
      bytes.append(byte)
      return
    }
    bytes.append(UInt8(ascii: "\\"))
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
      bytes.append(byte)
    } else {
      append("u00")
      append(hexDigit: byte >> 4)
      append(hexDigit: byte & 15)
    }
  }

  /// A field of a CSV line, quoted where it has to be.
  package mutating func append(csv text: some Sequence<UInt8>) {
    var isPlain = true
    for byte in text where byte < 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") {
      isPlain = false
    }
    guard !isPlain else {
      bytes.append(contentsOf: text)
      return
    }
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(hexDigit value: UInt8) {
    bytes.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
  }
}
