#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The contents of a file part by part, unpacked if it is a gzip file, so that a large file need not be in memory as a
/// whole.
package final class ByteStream {
  private enum Source {
    case bytes([UInt8])
    case file(Int32)
    case gzip(GzipReader)
  }

  package let file: String
  /// Bytes of the file as it is stored.
  package let storedCount: Int
  private var source: Source
  private let limit: Int
  private var count = 0
  private var peeked: [UInt8]?

  private static let step = 1 << 20

  /// Opens a regular file; anything else is an error at once.
  ///
  /// - Parameter limit: the most bytes of contents.
  package init(at path: String, limit: Int = ByteFile.largestContents) throws(FileError) {
    file = path
    self.limit = limit
    let descriptor = try ByteFile.openForReading(path)
    source = .file(descriptor)
    do throws(FileError) {
      storedCount = try ByteFile.size(descriptor, path, ByteFile.largestFile)
    } catch {
      close(descriptor)
      throw error
    }
    if Gzip.isGzip(try peek()) {
      source = .gzip(try GzipReader(try ByteFile.stored(at: path), file: path, limit: limit))
      close(descriptor)
      peeked = nil
      count = 0
    }
  }

  /// Bytes that are in memory anyway; `file` names them in errors.
  package init(_ bytes: [UInt8], file: String) {
    self.file = file
    storedCount = bytes.count
    limit = .max
    source = .bytes(bytes)
  }

  deinit { if case .file(let descriptor) = source { close(descriptor) } }

  /// The next part without taking it.
  package func peek() throws(FileError) -> [UInt8] {
    if let peeked { return peeked }
    let part = try read()
    peeked = part
    return part
  }

  /// The next part; empty at the end.
  package func next() throws(FileError) -> [UInt8] {
    if let part = peeked {
      peeked = nil
      return part
    }
    return try read()
  }

  private func read() throws(FileError) -> [UInt8] {
    switch source {
    case .bytes(let bytes):
      source = .bytes([])
      return bytes
    case .gzip(let reader): return Array(try reader.next())
    case .file(let descriptor):
      let part = try ByteFile.part(descriptor, path: file, room: Self.step)
      count += part.count
      guard count <= limit else { throw ByteFile.tooLarge(file, "more than \(limit)", limit) }
      return part
    }
  }
}
