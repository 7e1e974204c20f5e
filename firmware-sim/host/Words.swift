/// Little-endian words on their way out.
struct WordWriter {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ word: UInt32) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }
}

/// Little-endian words on their way in.
struct WordReader {
  private let bytes: [UInt8]
  private(set) var position = 0
  private let name: String

  init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  mutating func word() throws(FirmwareError) -> UInt32 {
    guard position + 4 <= bytes.count else {
      throw FirmwareError("\(name): ends early, at byte \(bytes.count)")
    }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << (8 * UInt32($1)) }
  }

  mutating func bytes(_ count: Int) throws(FirmwareError) -> ArraySlice<UInt8> {
    guard count <= bytes.count - position else {
      throw FirmwareError("\(name): ends early, at byte \(bytes.count)")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// The CRC-32 of the bytes from `start` to here.
  func checksum(from start: Int) -> UInt32 { bytes[start..<position].checksum }
}
