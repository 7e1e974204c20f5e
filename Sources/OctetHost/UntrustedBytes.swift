/// What is wrong with an untrusted file, and where.
package struct OffsetFailure: Error {
  package let offset: Int
  package let reason: String

  package init(offset: Int, reason: String) {
    self.offset = offset
    self.reason = reason
  }
}

/// Untrusted bytes: every offset is compared with their number before it is read.
package struct UntrustedBytes {
  package let bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A little-endian number of up to eight bytes.
  package func number(_ offset: Int, bytes count: Int) throws(OffsetFailure) -> UInt64 {
    guard offset >= 0, offset <= bytes.count - count else {
      throw OffsetFailure(offset: offset, reason: "unexpected end of file, \(count) bytes are needed")
    }
    return (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }

  /// The same where it is a count or a place, which is no larger than the file.
  package func size(_ offset: Int, bytes count: Int) throws(OffsetFailure) -> Int {
    let value = try number(offset, bytes: count)
    guard value <= UInt64(bytes.count) else {
      throw OffsetFailure(offset: offset, reason: "\(value) lies beyond the end of the file")
    }
    return Int(value)
  }

  package func range(_ offset: Int, count: Int) throws(OffsetFailure) -> Range<Int> {
    guard offset >= 0, count >= 0, count <= bytes.count, offset <= bytes.count - count else {
      throw OffsetFailure(offset: offset, reason: "unexpected end of file, \(count) bytes are needed")
    }
    return offset..<offset + count
  }

  package func holds(_ text: String, at offset: Int) -> Bool {
    let wanted = Array(text.utf8)
    guard let range = try? range(offset, count: wanted.count) else { return false }
    return bytes[range].elementsEqual(wanted)
  }
}
