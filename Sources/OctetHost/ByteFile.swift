import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads whole files of a bounded size, as they are or unpacked.
///
/// Only regular files are read: a pipe or a device given by mistake is an error at once, never a wait.
package enum ByteFile {
  /// The most bytes that are read from one file: twice the largest set in use (EMNIST, 550 MB).
  package static let largestFile = 1 << 30

  /// The most bytes that a compressed file may unpack to, where its own header does not say.
  package static let largestContents = 1 << 30

  /// The bytes of the file at `path`, as they are stored.
  package static func stored(at path: String, limit: Int = largestFile) throws(DataError) -> [UInt8] {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    // One byte more than the size, so that the read that finds the end needs no further room.
    return try readAll(descriptor, path: path, expected: try size(descriptor, path, limit) + 1, limit: limit)
  }

  /// The same as `contents`, in memory of its own that never moves.
  package static func block(at path: String, limit: Int = largestContents) throws(DataError) -> ByteBlock {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    let size = try size(descriptor, path, limit)
    var failure: Int32 = 0
    let block = ByteBlock(size: size) { memory in
      var filled = 0
      while filled < memory.count {
        let got = read(descriptor, memory.baseAddress.map { $0 + filled }, memory.count - filled)
        if got < 0, errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        filled += got
      }
      return filled
    }
    guard failure == 0 else { throw DataError.systemFailure(path, "cannot be read", failure) }
    if Gzip.isGzip(block.bytes) { return ByteBlock(try contents(at: path, limit: limit)) }
    return block
  }

  /// Of a regular file that is not too large.
  static func size(_ descriptor: Int32, _ path: String, _ limit: Int) throws(DataError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw DataError.systemFailure(path, "cannot be examined", errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      throw DataError(path, "is a folder where a file is needed", advice: "give the path of a file")
    default:
      throw DataError(
        path, "is a pipe, socket or device, not a file", advice: "save the data to a file and give that")
    }
    guard status.st_size <= limit else { throw tooLarge(path, "\(status.st_size)", limit) }
    return Int(status.st_size)
  }

  /// The bytes of the file at `path`, unpacked if it is a gzip file (told by its first two bytes, not its name).
  package static func contents(
    at path: String, limit: Int = largestContents
  ) throws(DataError) -> [UInt8] {
    let bytes = try stored(at: path, limit: largestFile)
    if Gzip.isGzip(bytes) { return try Gzip.inflate(bytes, file: path, limit: limit) }
    guard bytes.count <= limit else { throw tooLarge(path, "\(bytes.count)", limit) }
    return bytes
  }

  /// `O_NONBLOCK` lets the open of a pipe return at once, so that it can be refused.
  static func openForReading(_ path: String) throws(DataError) -> Int32 {
    // A C string ends at its first zero byte: without this the file opened could be another than the one named.
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw DataError("path \"\(path)\"", "is empty or holds a zero byte", advice: "give the path of a file")
    }
    let descriptor = path.withFileName { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { throw DataError.systemFailure(path, "cannot be read", errno) }
    return descriptor
  }

  private static func readAll(
    _ descriptor: Int32, path: String, expected: Int, limit: Int
  ) throws(DataError) -> [UInt8] {
    var bytes: [UInt8] = []
    var room = expected
    while true {
      let start = bytes.count
      let chunk = try part(descriptor, path: path, room: room)
      if chunk.isEmpty { return bytes }
      if start == 0 { bytes = chunk } else { bytes.append(contentsOf: chunk) }
      guard bytes.count <= limit else { throw tooLarge(path, "more than \(limit)", limit) }
      room = max(expected - bytes.count, 1 << 16)
    }
  }

  /// The next bytes, at most `room`; none at the end.
  static func part(_ descriptor: Int32, path: String, room: Int) throws(DataError) -> [UInt8] {
    var failure: Int32 = 0
    // The closure writes at most `room` bytes into memory of that size, and reports how many.
    let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      var got = read(descriptor, buffer.baseAddress, room)
      while got < 0, errno == EINTR { got = read(descriptor, buffer.baseAddress, room) }
      if got < 0 { failure = errno }
      count = max(got, 0)
    }
    guard failure == 0 else { throw DataError.systemFailure(path, "cannot be read", failure) }
    return part
  }

  static func tooLarge(_ path: String, _ size: String, _ limit: Int) -> DataError {
    DataError(path, "holds \(size) bytes, and the limit is \(limit)", advice: "give a smaller file")
  }
}

extension DataError {
  /// An error of the system, with its own words and a hint for the common ones.
  static func systemFailure(_ path: String, _ what: String, _ code: Int32) -> DataError {
    let advice =
      switch code {
      case ENOENT, ENOTDIR: "check the path"
      case EACCES, EPERM, EROFS: "check its permissions"
      case ENOSPC, EDQUOT: "free some space"
      case EMFILE, ENFILE: "raise the limit on open files (ulimit -n)"
      default: "check the file and the disk it is on"
      }
    return DataError(path, "\(what) (\(String(cString: strerror(code))))", advice: advice)
  }
}

/// Bytes in memory that starts at a multiple of 64 and never moves, kept as long as the object.
package final class ByteBlock: Sendable {
  // Never changes after it was filled, and lives as long as the object.
  nonisolated(unsafe) private let memory: UnsafeMutableRawBufferPointer
  package let count: Int

  /// - Parameter fill: writes from the start, and says how many bytes it wrote.
  init(size: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Int) {
    let whole = UnsafeMutableRawBufferPointer.allocate(byteCount: max(size, 1), alignment: 64)
    memory = whole
    count = fill(UnsafeMutableRawBufferPointer(rebasing: whole[..<size]))
  }

  convenience init(_ bytes: [UInt8]) {
    self.init(size: bytes.count) { memory in
      memory.copyBytes(from: bytes)
      return bytes.count
    }
  }

  deinit { memory.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}
