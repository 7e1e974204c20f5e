#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that appears under its name all at once, or not at all.
///
/// The bytes go to a temporary file in the same folder, which is brought to the disk and then renamed over the target.
/// Whatever fails on the way, and whenever the process dies, the target holds either what it held before or all of the
/// new bytes. A device or a pipe, such as /dev/stdout, holds nothing that could be kept: it is written directly.
package struct AtomicFile: ~Copyable {
  private let descriptor: Int32
  /// As the caller named it, for errors.
  private let path: String

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  package func append(_ bytes: [UInt8]) throws(FileError) { try append(bytes.span.bytes) }

  /// Adds bytes at the end; the parts of a large file need not be joined in memory.
  package func append(_ bytes: RawSpan) throws(FileError) {
    var done = 0
    while done < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: done)
      let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      // A regular file takes at least one byte or says why not.
      guard count > 0 else { throw FileError(.write, path, code: count < 0 ? errno : EIO) }
      done += count
    }
  }
}

extension AtomicFile {
  package static func write(path: String, bytes: [UInt8]) throws(FileError) {
    try write(path: path) { (file) throws(FileError) in try file.append(bytes) }
  }

  /// Throws what `write` would throw before the first byte, and changes nothing.
  package static func requireWritable(path: String) throws(FileError) {
    switch try AtomicFileTarget(path) {
    case .stream: guard access(path, W_OK) == 0 else { throw FileError(.write, path, code: errno) }
    case .file(let target, _):
      let temporary = try TemporaryFile(target: target, path: path)
      close(temporary.descriptor)
      unlink(temporary.name)
    }
  }

  /// Writes what `body` appends. When `body` throws, nothing has changed.
  package static func write(
    path: String, _ body: (borrowing AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    switch try AtomicFileTarget(path) {
    case .stream:
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw FileError(.write, path, code: errno) }
      defer { close(descriptor) }
      try body(AtomicFile(descriptor: descriptor, path: path))
    case .file(let target, let mode):
      let temporary = try TemporaryFile(target: target, path: path)
      // Open, and so locked, until it has its final name: nobody takes it for the remains of a dead process.
      defer { close(temporary.descriptor) }
      do throws(FileError) {
        try body(AtomicFile(descriptor: temporary.descriptor, path: path))
        if let mode { fchmod(temporary.descriptor, mode) }
        guard fsync(temporary.descriptor) == 0 else { throw FileError(.write, path, code: errno) }
        guard rename(temporary.name, target) == 0 else { throw FileError(.write, path, code: errno) }
      } catch {
        unlink(temporary.name)
        throw error
      }
      try bringToDisk(folder: PathParts(target).folder, path: path)
    }
  }

  /// Makes the rename outlast a power cut.
  private static func bringToDisk(folder: String, path: String) throws(FileError) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    // A folder may be open for writing and closed for reading; then the system decides when it reaches the disk.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Some file systems cannot do this for a folder, and say so.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw FileError(.write, path, code: errno)
    }
  }
}

/// What stands under the name that is to be written.
private enum AtomicFileTarget {
  /// A regular file, or nothing yet; links are followed, so that they stay links.
  case file(String, mode: mode_t?)
  /// A device, pipe or socket.
  case stream

  init(_ path: String) throws(FileError) {
    guard !path.utf8.contains(0) else { throw FileError(.write, path, code: EINVAL) }
    guard !path.isEmpty else { throw FileError(.write, path, code: ENOENT) }
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw FileError(.write, path, code: errno) }
      guard lstat(path, &status) != 0 else { throw FileError(.write, path, code: ELOOP) }
      guard !PathParts(path).name.isEmpty else { throw FileError(.write, path, code: EISDIR) }
      self = .file(path, mode: nil)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw FileError(.write, path, code: EISDIR)
    case S_IFREG:
      guard let resolved = realpath(path, nil) else { throw FileError(.write, path, code: errno) }
      defer { free(resolved) }
      self = .file(String(cString: resolved), mode: status.st_mode & 0o777)
    default: self = .stream
    }
  }
}

/// The system's `write`, out of reach of the methods with the same name.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, start, count)
}
