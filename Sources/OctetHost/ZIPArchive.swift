import CZlib
import OctetText

/// The files in a ZIP archive, stored as they are or deflated, as Keras and NumPy write them.
package struct ZIPArchive {
  private struct Entry {
    /// As they lie in the archive.
    let bytes: Range<Int>
    let isDeflated: Bool
    let size: Int
    /// CRC-32 of the contents.
    let checksum: UInt32
  }

  private let file: UntrustedBytes
  private var entries: [String: Entry] = [:]

  private static let mostEntries = 1_000

  package init(_ bytes: [UInt8]) throws(OffsetFailure) {
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
      guard entries[name] == nil else {
        throw OffsetFailure(offset: place, reason: "it has two files \(name.quoted)")
      }
      entries[name] = try entry(name, at: place)
      place =
        nameBytes.upperBound + Int(try file.number(place + 30, bytes: 2))
        + Int(try file.number(place + 32, bytes: 2))
    }
  }

  /// - Parameter place: of the file's entry in the list.
  private func entry(_ name: String, at place: Int) throws(OffsetFailure) -> Entry {
    guard try file.number(place + 8, bytes: 2) & 1 == 0 else {
      throw OffsetFailure(offset: place, reason: "\(name.quoted) is encrypted, which is not supported")
    }
    let method = try file.number(place + 10, bytes: 2)
    guard method == 0 || method == 8 else {
      throw OffsetFailure(
        offset: place,
        reason: "\(name.quoted) is compressed by method \(method); stored and deflated files are supported")
    }
    let stored = try file.size(place + 20, bytes: 4)
    // Of a deflated file it may be larger than the archive.
    let size = Int(try file.number(place + 24, bytes: 4))
    guard method == 8 || size == stored else {
      throw OffsetFailure(
        offset: place, reason: "\(name.quoted) is stored as it is, with \(stored) bytes, but has \(size)")
    }
    let start = try file.size(place + 42, bytes: 4)
    guard file.holds("PK\u{3}\u{4}", at: start) else {
      throw OffsetFailure(offset: start, reason: "there is no entry for \(name.quoted) here")
    }
    let head = 30 + Int(try file.number(start + 26, bytes: 2)) + Int(try file.number(start + 28, bytes: 2))
    return Entry(
      bytes: try file.range(start + head, count: stored), isDeflated: method == 8, size: size,
      checksum: UInt32(truncatingIfNeeded: try file.number(place + 16, bytes: 4)))
  }

  /// In the order of their bytes.
  package var names: [String] {
    entries.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The bytes of a file; nil if there is none of that name.
  ///
  /// A deflated one may unpack to `limit` bytes, and to no more times its own size than a gzip file may.
  package func contents(
    _ name: String, limit: Int = ByteFile.largestContents
  ) throws(OffsetFailure) -> [UInt8]? {
    guard let entry = entries[name] else { return nil }
    let bytes: [UInt8]
    if entry.isDeflated {
      let most = min(limit, Gzip.mostContents(of: entry.bytes.count))
      guard entry.size <= most else {
        throw OffsetFailure(
          offset: entry.bytes.lowerBound,
          reason: "\(name.quoted) unpacks to \(entry.size) bytes, and the limit is \(most)")
      }
      guard let unpacked = Self.inflate(file.bytes[entry.bytes], size: entry.size) else {
        throw OffsetFailure(
          offset: entry.bytes.lowerBound,
          reason: "\(name.quoted) is damaged: it does not unpack to \(entry.size) bytes")
      }
      bytes = unpacked
    } else {
      guard entry.size <= limit else {
        throw OffsetFailure(
          offset: entry.bytes.lowerBound,
          reason: "\(name.quoted) has \(entry.size) bytes, and the limit is \(limit)")
      }
      bytes = Array(file.bytes[entry.bytes])
    }
    // The sizes are below 2^30, which is what zlib counts with.
    let checksum = bytes.withUnsafeBufferPointer { crc32(0, $0.baseAddress, UInt32($0.count)) }
    guard checksum == UInt(entry.checksum) else {
      throw OffsetFailure(
        offset: entry.bytes.lowerBound,
        reason: "\(name.quoted) is damaged: its CRC is not the one that was written with it")
    }
    return bytes
  }

  /// Deflate without a header. Nil unless the whole input makes exactly `size` bytes.
  private static func inflate(_ packed: ArraySlice<UInt8>, size: Int) -> [UInt8]? {
    var stream = z_stream()
    // A negative window size stands for no header.
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return nil
    }
    defer { inflateEnd(&stream) }
    var isWhole = false
    // One byte more, so that contents that go on are seen.
    let unpacked = [UInt8](unsafeUninitializedCapacity: size + 1) { output, count in
      packed.withUnsafeBufferPointer { input in
        // zlib never writes through `next_in`; the type only lacks a const.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(size + 1)
        isWhole = CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0
        count = size + 1 - Int(stream.avail_out)
      }
    }
    return isWhole && unpacked.count == size ? unpacked : nil
  }
}
