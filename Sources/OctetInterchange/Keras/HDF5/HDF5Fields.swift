import OctetHost

/// Reads the fields of a structure one after the other, and none beyond its end.
struct HDF5Fields {
  private let file: UntrustedBytes
  private(set) var place: Int
  private let end: Int

  init(_ file: UntrustedBytes, _ range: Range<Int>) {
    self.file = file
    place = range.lowerBound
    end = range.upperBound
  }

  /// How many bytes a number up to `limit` takes.
  static func bytes(for limit: Int) -> Int { (Int.bitWidth - max(limit, 1).leadingZeroBitCount + 7) / 8 }

  mutating func range(_ count: Int) throws(OffsetFailure) -> Range<Int> {
    guard count >= 0, count <= end - place else {
      throw OffsetFailure(
        offset: place, reason: "\(count) bytes are needed, and their structure ends after \(end - place)")
    }
    defer { place += count }
    return place..<place + count
  }

  mutating func skip(_ count: Int) throws(OffsetFailure) { _ = try range(count) }

  mutating func number(_ count: Int) throws(OffsetFailure) -> UInt64 {
    try file.number(range(count).lowerBound, bytes: count)
  }

  /// A number of up to four bytes, or one of eight that no file comes near to.
  mutating func count(_ bytes: Int) throws(OffsetFailure) -> Int {
    let start = place
    guard let value = Int(exactly: try number(bytes)), value < 1 << 62 else {
      throw OffsetFailure(offset: start, reason: "a count is beyond 2^62")
    }
    return value
  }

  /// A size or a place in the file.
  mutating func size(_ bytes: Int) throws(OffsetFailure) -> Int {
    try file.size(range(bytes).lowerBound, bytes: bytes)
  }

  /// A place in the file; nil where all bits are set, which says that there is nothing.
  mutating func address() throws(OffsetFailure) -> Int? {
    let range = try range(8)
    return try file.number(range.lowerBound, bytes: 8) == .max
      ? nil : file.size(range.lowerBound, bytes: 8)
  }
}
