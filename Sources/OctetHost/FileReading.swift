import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads a whole file into memory.
package enum FileReading {
  /// - Parameter limit: a file with more bytes is refused, so that a wrong path does not fill the memory.
  package static func bytes(path: String, limit: Int) throws(FileError) -> [UInt8] {
    guard !path.utf8.contains(0) else { throw FileError(.read, path, code: EINVAL) }
    let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(.read, path, code: errno) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(.read, path, code: errno) }
    guard status.st_size <= limit else { throw FileError(.read, path, code: EFBIG) }
    // The size is a first guess only: a pipe has none, and a file may grow.
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size) + 1)
    var count = 0
    while true {
      if count == bytes.count { bytes.append(contentsOf: repeatElement(0, count: max(count, 1 << 16))) }
      let got = bytes.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
      }
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else { throw FileError(.read, path, code: errno) }
      if got == 0 { break }
      count += got
      guard count <= limit else { throw FileError(.read, path, code: EFBIG) }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}
