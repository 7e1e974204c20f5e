import OctetText

/// Text that is put together as UTF-8 bytes, without Foundation and without floating point: a device prints the same
/// bytes as the host.
package struct ByteText: Sendable {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  // Not by `utf8Span`: where a short text lies in registers, Embedded Swift's points to what is gone.

  package mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  package mutating func append(_ text: UnsafeRawBufferPointer) { bytes.append(contentsOf: text) }

  package mutating func append(_ other: ByteText) { bytes.append(contentsOf: other.bytes) }

  package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  private mutating func append(_ text: Span<UInt8>) {
    text.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
  }

  /// - Parameter width: digits at least, with zeros in front.
  package mutating func append(decimal value: Int32, width: Int = 1) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var digits = 1
    while rest >= 10 {
      rest /= 10
      digits += 1
    }
    bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: max(digits, width)))
    rest = value.magnitude
    var place = bytes.count
    while rest > 0 {
      place -= 1
      bytes[place] += UInt8(truncatingIfNeeded: rest % 10)
      rest /= 10
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

  /// A share in 1/65,536 as the shortest number that reads back as the same float32, which has all shares exactly.
  package mutating func append(shortest share: UInt32) {
    // Most are one of these.
    switch share {
    case 0: append("0.0")
    case 65_536: append("1.0")
    default: append((Float(share) / 65_536).description)
    }
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

  /// A JSON string with its quotes.
  package mutating func append(json text: Span<UInt8>) {
    guard Self.isPlain(text, except: "\"\\") else { return append(Self.string(text).json) }
    bytes.append(UInt8(ascii: "\""))
    append(text)
    bytes.append(UInt8(ascii: "\""))
  }

  package mutating func append(json text: String) {
    var text = text
    text.withUTF8 { append(json: $0.span) }
  }

  package mutating func append(json text: UnsafeRawBufferPointer) {
    append(json: text.assumingMemoryBound(to: UInt8.self).span)
  }

  /// A field of a CSV line, quoted where it has to be.
  package mutating func append(csv text: Span<UInt8>) {
    guard Self.isPlain(text, except: ",\"=+-@") else { return append(Self.string(text).csv) }
    append(text)
  }

  package mutating func append(csv text: String) {
    var text = text
    text.withUTF8 { append(csv: $0.span) }
  }

  package mutating func append(csv text: UnsafeRawBufferPointer) {
    append(csv: text.assumingMemoryBound(to: UInt8.self).span)
  }

  /// Text as people see it.
  package mutating func append(shown text: UnsafeRawBufferPointer) {
    let text = text.assumingMemoryBound(to: UInt8.self).span
    guard Self.isPlain(text, except: "") else { return append(Self.string(text).shown) }
    append(text)
  }

  /// The bytes of a file's name in hexadecimal.
  package mutating func append(hexadecimal text: [UInt8]) {
    for byte in text {
      append(hexDigit: byte >> 4)
      append(hexDigit: byte & 15)
    }
  }

  /// Whether all of the text is ASCII that can be seen, and none of `others`: nearly all names are, and need no second
  /// look.
  private static func isPlain(_ text: Span<UInt8>, except others: StaticString) -> Bool {
    others.withUTF8Buffer { others in
      for place in text.indices {
        let byte = text[unchecked: place]
        if byte < 0x20 || byte >= 0x7F { return false }
        for other in others where byte == other { return false }
      }
      return true
    }
  }

  private static func string(_ text: Span<UInt8>) -> String {
    text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  private mutating func append(hexDigit value: UInt8) {
    bytes.append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
  }
}
