import CZlib

/// Unpacks gzip files in memory, never to more than a stated size.
package enum Gzip {
  /// A file may unpack to this many times its own size. Tables and images of real data stay below 30 times; a file that
  /// is made to fill memories reaches 1,000.
  package static let largestRatio = 100

  /// A small file may unpack to this much, whatever its own size.
  package static let alwaysAllowed = 1 << 26

  /// Whether `bytes` begin as a gzip file does.
  package static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The most that a file of `storedCount` bytes may unpack to, so that a small file cannot fill the memory.
  package static func mostContents(of storedCount: Int) -> Int {
    max(alwaysAllowed, storedCount.multipliedReportingOverflow(by: largestRatio).partialValue)
  }

  /// Everything in `bytes`, which may be several gzip members one after another.
  ///
  /// More than `limit` bytes of contents is an error, found without unpacking the rest.
  ///
  /// - Parameter expected: what the contents are known to take, so that they need not be moved as they grow.
  package static func inflate(
    _ bytes: [UInt8], file: String, limit: Int, expected: Int = 0
  ) throws(FileError) -> [UInt8] {
    let reader = try GzipReader(bytes, file: file, limit: limit)
    var contents: [UInt8] = []
    contents.reserveCapacity(min(expected, mostContents(of: bytes.count)))
    while true {
      let part = try reader.next()
      if part.isEmpty { return contents }
      contents.append(contentsOf: part)
    }
  }

  /// The first `count` bytes of the contents, or all of them if there are fewer.
  package static func prefix(_ bytes: [UInt8], file: String, count: Int) throws(FileError) -> [UInt8] {
    let reader = try GzipReader(bytes, file: file, limit: .max, step: max(count, 1))
    var contents: [UInt8] = []
    while contents.count < count {
      let part = try reader.next()
      if part.isEmpty { break }
      contents.append(contentsOf: part)
    }
    return Array(contents.prefix(count))
  }

  /// What is said of a file that unpacks to more than `mostContents`.
  package static func unpacksToTooMuch(_ file: String, storedCount: Int) -> FileError {
    FileError(
      file,
      "has \(storedCount) bytes and unpacks to more than \(mostContents(of: storedCount)), which is the limit",
      advice: "if that is right, unpack it with gunzip and give the plain file")
  }
}

/// The contents of a gzip file, part by part.
final class GzipReader {
  private let bytes: [UInt8]
  private let file: String
  private let limit: Int
  /// zlib keeps a pointer to it, so it must not move.
  private let stream: UnsafeMutablePointer<z_stream>
  private var buffer: [UInt8]
  private var consumed = 0
  private var made = 0
  /// Between two members, or behind the last.
  private var isBetweenMembers = false

  /// The largest step of unpacking.
  private static let largestStep = 1 << 18

  /// - Parameter limit: the most bytes of contents; more is an error. `Gzip.mostContents` holds besides.
  init(_ bytes: [UInt8], file: String, limit: Int, step: Int = largestStep) throws(FileError) {
    self.bytes = bytes
    self.file = file
    self.limit = limit
    buffer = [UInt8](repeating: 0, count: max(1, min(step, Self.largestStep)))
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits is the largest window; 32 more tell zlib to look at the header for the format.
    let started = inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard started == Z_OK else {
      throw FileError(
        file, "cannot be unpacked (zlib error \(started))", advice: "check that memory is available")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// The next bytes of the contents; none after the last.
  func next() throws(FileError) -> ArraySlice<UInt8> {
    while true {
      if isBetweenMembers {
        if consumed == bytes.count { return [] }
        try startMember()
      }
      let (status, used, count) = advance()
      consumed += used
      made += count
      guard made <= limit else {
        throw FileError(
          file, at: .byte(limit), "unpacks to more than the \(limit) bytes that are expected",
          advice: "check that this is the right file")
      }
      guard made <= Gzip.mostContents(of: bytes.count) else {
        throw Gzip.unpacksToTooMuch(file, storedCount: bytes.count)
      }
      switch status {
      case Z_OK, Z_BUF_ERROR:
        // There is always room in the buffer, so standing still means that the data ended inside a member.
        guard used > 0 || count > 0 else {
          throw FileError(
            file, "is cut short: the gzip data ends after \(made) bytes of contents",
            advice: "copy or download it again")
        }
      case Z_STREAM_END: isBetweenMembers = true
      default:
        let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        throw FileError(
          file, "is damaged: \(reason) in the gzip data, near byte \(consumed) of the file",
          advice: "copy or download it again")
      }
      if count > 0 { return buffer[..<count] }
    }
  }

  private func startMember() throws(FileError) {
    guard bytes[consumed] == 0x1F, consumed + 1 < bytes.count, bytes[consumed + 1] == 0x8B else {
      throw FileError(
        file,
        "has \(bytes.count - consumed) bytes after the end of its gzip data, at byte \(consumed) of the file",
        advice: "copy or download it again")
    }
    inflateReset(stream)
    isBetweenMembers = false
  }

  /// One call of zlib: what it said, the input it used, and how many bytes it wrote to the start of the buffer.
  private func advance() -> (status: Int32, used: Int, made: Int) {
    // zlib counts in 32 bits. It never writes through `next_in`; the type only lacks a const.
    let available = min(bytes.count - consumed, 1 << 30)
    let room = buffer.count
    let start = consumed
    return bytes.withUnsafeBufferPointer { input in
      buffer.withUnsafeMutableBufferPointer { output in
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + start })
        stream.pointee.avail_in = UInt32(available)
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(room)
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let result = (
          status, available - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out)
        )
        // The arrays may move once the closure ends, so no pointer into them is kept.
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
        stream.pointee.avail_in = 0
        stream.pointee.avail_out = 0
        return result
      }
    }
  }
}
