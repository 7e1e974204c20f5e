import Octet
import OctetHost
import OctetText

/// The files in a ZIP archive whose contents are stored as they are, as Keras writes them.
struct ZIPArchive {
  let file: UntrustedBytes
  /// Where each file's bytes lie and their CRC-32, by its name.
  private(set) var entries: [String: (bytes: Range<Int>, checksum: UInt32)] = [:]

  private static let mostEntries = 1_000

  init(_ bytes: [UInt8]) throws(OffsetFailure) {
    file = UntrustedBytes(bytes)
    // The list of files is at the end, before a comment of up to 65,535 bytes.
    var end = bytes.count - 22
    while end >= max(0, bytes.count - 22 - 65_535), !file.holds("PK\u{5}\u{6}", at: end) { end -= 1 }
    guard end >= 0, file.holds("PK\u{5}\u{6}", at: end) else {
      throw OffsetFailure(
        offset: 0, reason: "it has no list of files: this is not a ZIP archive, or a part of one")
    }
    let count = Int(try file.number(end + 10, bytes: 2))
    guard count <= Self.mostEntries else {
      throw OffsetFailure(offset: end + 10, reason: "it has \(count) files; the limit is \(Self.mostEntries)")
    }
    var place = try file.size(end + 16, bytes: 4)
    for _ in 0..<count {
      guard file.holds("PK\u{1}\u{2}", at: place) else {
        throw OffsetFailure(offset: place, reason: "there is no entry of the list of files here")
      }
      let nameBytes = try file.range(place + 46, count: Int(file.number(place + 28, bytes: 2)))
      let name = String(decoding: bytes[nameBytes], as: UTF8.self)
      let method = try file.number(place + 10, bytes: 2)
      let start = try file.size(place + 42, bytes: 4)
      let size = try file.size(place + 24, bytes: 4)
      guard method == 0, try file.size(place + 20, bytes: 4) == size else {
        throw OffsetFailure(
          offset: place,
          reason: "\(name.quoted) is compressed; save the model with Keras and leave the file as it is")
      }
      guard file.holds("PK\u{3}\u{4}", at: start) else {
        throw OffsetFailure(offset: start, reason: "there is no entry for \(name.quoted) here")
      }
      let head = 30 + Int(try file.number(start + 26, bytes: 2)) + Int(try file.number(start + 28, bytes: 2))
      entries[name] = (
        try file.range(start + head, count: size),
        UInt32(truncatingIfNeeded: try file.number(place + 16, bytes: 4))
      )
      place =
        nameBytes.upperBound + Int(try file.number(place + 30, bytes: 2))
        + Int(try file.number(place + 32, bytes: 2))
    }
  }

  func contents(_ name: String) throws(OffsetFailure) -> [UInt8] {
    guard let (range, expected) = entries[name] else {
      throw OffsetFailure(offset: 0, reason: "it has no \(name.quoted): this is not a Keras file")
    }
    let bytes = Array(file.bytes[range])
    var checksum = Checksum()
    checksum.add(bytes.span.bytes)
    guard checksum.value == expected else {
      throw OffsetFailure(
        offset: range.lowerBound,
        reason: "\(name.quoted) is damaged: its CRC is not the one that was written with it")
    }
    return bytes
  }
}
