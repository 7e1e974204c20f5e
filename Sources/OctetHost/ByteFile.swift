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
  ///
  /// - Parameter limit: a file with more bytes is refused, so that a wrong path does not fill the memory.
  package static func stored(at path: String, limit: Int = largestFile) throws(FileError) -> [UInt8] {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    // One byte more than the size, so that the read that finds the end needs no further room.
    return try readAll(descriptor, path: path, expected: try size(descriptor, path, limit) + 1, limit: limit)
  }

  /// The bytes of the file at `path`, unpacked if it is a gzip file, whatever its name: its first two bytes say so.
  package static func contents(
    at path: String, limit: Int = largestContents
  ) throws(FileError) -> [UInt8] {
    let bytes = try stored(at: path, limit: largestFile)
    if Gzip.isGzip(bytes) { return try Gzip.inflate(bytes, file: path, limit: limit) }
    guard bytes.count <= limit else { throw tooLarge(path, "\(bytes.count)", limit) }
    return bytes
  }

  /// The same as `contents`, in memory of its own that never moves.
  package static func block(at path: String, limit: Int = largestContents) throws(FileError) -> ByteBlock {
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
    guard failure == 0 else { throw FileError(path, cannotBe: .read, code: failure) }
    if Gzip.isGzip(block.bytes) { return ByteBlock(try contents(at: path, limit: limit)) }
    return block
  }

  /// The first bytes of a file, at most `count`, and how many there are in all.
  package static func start(of path: String, count: Int) throws(FileError) -> (bytes: [UInt8], size: Int) {
    let descriptor = try openForReading(path)
    defer { close(descriptor) }
    return (try part(descriptor, path: path, room: count), try size(descriptor, path, .max))
  }

  /// Of a regular file that is not too large.
  static func size(_ descriptor: Int32, _ path: String, _ limit: Int) throws(FileError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path, cannotBe: .examined, code: errno) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      throw FileError(path, "is a folder where a file is needed", advice: "give the path of a file")
    default: throw noFile(path)
    }
    guard status.st_size <= limit else { throw tooLarge(path, "\(status.st_size)", limit) }
    return Int(status.st_size)
  }

  /// `O_NONBLOCK` lets the open of a pipe return at once, so that it can be refused.
  static func openForReading(_ path: String) throws(FileError) -> Int32 {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .noPath(path) }
    let descriptor = path.withFileName { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(path, cannotBe: .read, code: errno) }
    return descriptor
  }

  private static func readAll(
    _ descriptor: Int32, path: String, expected: Int, limit: Int
  ) throws(FileError) -> [UInt8] {
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
  static func part(_ descriptor: Int32, path: String, room: Int) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    // The closure writes at most `room` bytes into memory of that size, and reports how many.
    let part = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      var got = read(descriptor, buffer.baseAddress, room)
      while got < 0, errno == EINTR { got = read(descriptor, buffer.baseAddress, room) }
      if got < 0 { failure = errno }
      count = max(got, 0)
    }
    guard failure == 0 else { throw FileError(path, cannotBe: .read, code: failure) }
    return part
  }

  static func tooLarge(_ path: String, _ size: String, _ limit: Int) -> FileError {
    FileError(path, "holds \(size) bytes, and the limit is \(limit)", advice: "give a smaller file")
  }

  /// What is said of a path that leads to something else than a file or a folder.
  package static func noFile(_ path: String) -> FileError {
    FileError(
      path, "is a pipe, socket or device, not a file", advice: "save the data to a file and give that")
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

  package convenience init(_ bytes: [UInt8]) {
    self.init(size: bytes.count) { memory in
      memory.copyBytes(from: bytes)
      return bytes.count
    }
  }

  deinit { memory.deallocate() }

  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }
}
