import CZlib

/// Unpacks gzip files in memory, never to more than a stated size.
package enum Gzip {
  /// Whether `bytes` begin as a gzip file does.
  package static func isGzip(_ bytes: some Collection<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// Everything in `bytes`, which may be several gzip members one after another.
  ///
  /// More than `limit` bytes of contents is an error, found without unpacking the rest.
  package static func inflate(_ bytes: [UInt8], file: String, limit: Int) throws(DataError) -> [UInt8] {
    try inflate(bytes, file: file, limit: limit, stoppingAtLimit: false)
  }

  /// The first `count` bytes of the contents, or all of them if there are fewer.
  package static func prefix(_ bytes: [UInt8], file: String, count: Int) throws(DataError) -> [UInt8] {
    try inflate(bytes, file: file, limit: count, stoppingAtLimit: true)
  }

  /// The largest step of unpacking. The contents grow by what was really unpacked, so a file cannot make the
  /// reader ask for memory that its own bytes do not fill.
  private static let step = 1 << 18

  private static func inflate(
    _ bytes: [UInt8], file: String, limit: Int, stoppingAtLimit: Bool
  ) throws(DataError) -> [UInt8] {
    var stream = z_stream()
    // 15 bits is the largest window; 32 more tell zlib to look at the header for the format.
    let started = inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard started == Z_OK else {
      throw DataError(
        file, "cannot be unpacked (zlib error \(started))", advice: "check that memory is available")
    }
    defer { inflateEnd(&stream) }

    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: min(step, max(limit, 0) + 1))
    var consumed = 0
    while true {
      if stoppingAtLimit, contents.count >= limit { return Array(contents.prefix(limit)) }
      let (status, used, made) = advance(&stream, bytes, from: consumed, into: &buffer)
      consumed += used
      contents.append(contentsOf: buffer[..<made])
      if !stoppingAtLimit, contents.count > limit {
        throw DataError(
          file, at: .byte(limit), "unpacks to more than the \(limit) bytes that are expected",
          advice: "check that this is the right file")
      }
      switch status {
      case Z_OK, Z_BUF_ERROR:
        // There is always room in the buffer, so standing still means that the data ended inside a member.
        guard used > 0 || made > 0 else {
          throw DataError(
            file, "is cut short: the gzip data ends after \(contents.count) bytes of contents",
            advice: "copy or download it again")
        }
      case Z_STREAM_END:
        if consumed == bytes.count { return stoppingAtLimit ? Array(contents.prefix(limit)) : contents }
        guard bytes[consumed] == 0x1F, consumed + 1 < bytes.count, bytes[consumed + 1] == 0x8B else {
          throw DataError(
            file,
            "has \(bytes.count - consumed) bytes after the end of its gzip data, at byte \(consumed) of the file",
            advice: "copy or download it again")
        }
        inflateReset(&stream)
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        throw DataError(
          file, "is damaged: \(reason) in the gzip data, near byte \(consumed) of the file",
          advice: "copy or download it again")
      }
    }
  }

  /// One call of zlib: what it said, the input it used, and the bytes it wrote to the start of `buffer`.
  private static func advance(
    _ stream: inout z_stream, _ bytes: [UInt8], from start: Int, into buffer: inout [UInt8]
  ) -> (status: Int32, used: Int, made: Int) {
    // zlib counts in 32 bits. It never writes through `next_in`; the type only lacks a const.
    let available = min(bytes.count - start, 1 << 30)
    let room = buffer.count
    return bytes.withUnsafeBufferPointer { input in
      buffer.withUnsafeMutableBufferPointer { output in
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + start })
        stream.avail_in = UInt32(available)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        let status = CZlib.inflate(&stream, Z_NO_FLUSH)
        let result = (status, available - Int(stream.avail_in), room - Int(stream.avail_out))
        // The arrays may move once the closure ends, so no pointer into them is kept.
        stream.next_in = nil
        stream.next_out = nil
        stream.avail_in = 0
        stream.avail_out = 0
        return result
      }
    }
  }
}
