import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file that appears under its name all at once, or not at all.
///
/// The bytes go to a temporary file in the same folder, which is brought to the disk and then renamed over the target.
/// Whatever fails on the way, and whenever the process dies, the target holds either what it held before or all of the
/// new bytes. A device or a pipe holds nothing that could be kept: it is written directly, and so are /dev/stdout and
/// the others that stand for an open descriptor.
///
/// A symbolic link under the name is refused, never followed: in a folder that others may write to, one can be put
/// there to have another file overwritten. Links on the way to the folder are followed as usual.
package struct AtomicFile: ~Copyable {
  private let descriptor: Int32
  /// As the caller named it, for errors.
  private let path: String

  init(descriptor: Int32, path: String) {
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
      guard count > 0 else { throw FileError(path, cannotBe: .written, code: count < 0 ? errno : EIO) }
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
    case .descriptor(let number):
      guard fcntl(number, F_GETFD) >= 0 else { throw FileError(path, cannotBe: .written, code: errno) }
    case .stream:
      guard path.withFileName({ access($0, W_OK) }) == 0 else {
        throw FileError(path, cannotBe: .written, code: errno)
      }
    case .file(let target, _):
      let temporary = try TemporaryFile(target: target, path: path)
      close(temporary.descriptor)
      temporary.remove()
    }
  }

  /// Writes what `body` appends. When `body` throws, nothing has changed.
  package static func write(
    path: String, _ body: (borrowing AtomicFile) throws(FileError) -> Void
  ) throws(FileError) {
    switch try AtomicFileTarget(path) {
    case .descriptor(let number):
      // With its place in the file, which what is printed before and after shares.
      let descriptor = fcntl(number, F_DUPFD_CLOEXEC, 3)
      guard descriptor >= 0 else { throw FileError(path, cannotBe: .written, code: errno) }
      defer { close(descriptor) }
      try body(AtomicFile(descriptor: descriptor, path: path))
    case .stream:
      let descriptor = path.withFileName { open($0, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) }
      guard descriptor >= 0 else { throw FileError(path, cannotBe: .written, code: errno) }
      defer { close(descriptor) }
      try body(AtomicFile(descriptor: descriptor, path: path))
    case .file(let target, let mode):
      let temporary = try TemporaryFile(target: target, path: path)
      // Open, and so locked, until it has its final name: so it is not taken for the remains of a dead process.
      defer { close(temporary.descriptor) }
      do throws(FileError) {
        try body(AtomicFile(descriptor: temporary.descriptor, path: path))
        if let mode { fchmod(temporary.descriptor, mode) }
        guard fsync(temporary.descriptor) == 0 else { throw FileError(path, cannotBe: .written, code: errno) }
        guard systemRename(temporary.name, target) == 0 else {
          throw FileError(path, cannotBe: .written, code: errno)
        }
      } catch {
        temporary.remove()
        throw error
      }
      try bringToDisk(folder: PathParts(target).folder, path: path)
    }
  }

  /// Gives a finished file its name, replacing what had it: after a power cut there is the old file or the whole new
  /// one.
  package static func rename(_ finished: String, to path: String) throws(FileError) {
    let descriptor = finished.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(finished, cannotBe: .read, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0, systemRename(finished, path) == 0 else {
      throw FileError(path, cannotBe: .written, code: errno)
    }
    try bringToDisk(folder: PathParts(path).folder, path: path)
  }

  /// Makes the rename outlast a power cut.
  private static func bringToDisk(folder: String, path: String) throws(FileError) {
    let descriptor = folder.withFileName { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    // A folder may be open for writing and closed for reading; then the system decides when it reaches the disk.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // Some file systems cannot do this for a folder, and say so.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw FileError(path, cannotBe: .written, code: errno)
    }
  }
}

/// What stands under the name that is to be written.
private enum AtomicFileTarget {
  /// A regular file, or nothing yet.
  case file(String, mode: mode_t?)
  /// A device, pipe or socket.
  case stream
  /// A name such as /dev/stdout, which is a link itself.
  case descriptor(Int32)

  init(_ path: String) throws(FileError) {
    guard !path.isEmpty, !path.utf8.contains(0) else { throw .noPath(path) }
    if let number = Self.descriptor(path) {
      self = .descriptor(number)
      return
    }
    var status = stat()
    guard path.withFileName({ lstat($0, &status) }) == 0 else {
      guard errno == ENOENT else { throw FileError(path, cannotBe: .written, code: errno) }
      guard !PathParts(path).name.isEmpty else { throw FileError(path, cannotBe: .written, code: EISDIR) }
      self = .file(path, mode: nil)
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw FileError(path, cannotBe: .written, code: EISDIR)
    case S_IFLNK: throw FileError(path, cannotBe: .written, code: ELOOP)
    case S_IFREG: self = .file(path, mode: status.st_mode & 0o777)
    default: self = .stream
    }
  }

  /// The open descriptor that a name of the system's own stands for.
  private static func descriptor(_ path: String) -> Int32? {
    if path == "/dev/stdout" { return STDOUT_FILENO }
    if path == "/dev/stderr" { return STDERR_FILENO }
    for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
    }
    return nil
  }
}

/// The system's own `rename`, out of reach of the method with the same name.
func systemRename(_ old: String, _ new: String) -> Int32 {
  old.withFileName { old in new.withFileName { rename(old, $0) } }
}

/// The system's own `write`, out of reach of the methods with the same name.
private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, start, count)
}

/// The temporary file beside a target, named `.NAME.PID.tmp`, or `.NAME.PID.2.tmp` when a process writes the same
/// target twice at once.
///
/// Its writer holds a lock on it, which ends with the process however it dies. So a temporary file that can be locked
/// is the remains of a killed process, even when its process number now belongs to another or comes from another
/// container, and the next write to the same target removes it.
struct TemporaryFile {
  let name: String
  let descriptor: Int32

  /// - Parameter path: the target as the user named it, for errors.
  init(target: String, path: String) throws(FileError) {
    let parts = PathParts(target)
    let stem = Self.stem(parts.name)
    Self.removeStale(in: parts, stem: stem)
    for attempt in 1...100 {
      let number = attempt == 1 ? "" : ".\(attempt)"
      let name = parts.sibling("\(stem)\(getpid())\(number).tmp")
      let descriptor = name.withFileName { open($0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
      if descriptor < 0, errno == EEXIST { continue }
      guard descriptor >= 0 else { throw FileError(path, cannotBe: .written, code: errno) }
      if Self.holds(descriptor) {
        self.name = name
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
    throw FileError(path, cannotBe: .written, code: EEXIST)
  }

  func remove() { name.withFileName { _ = unlink($0) } }

  /// Locks the new file. False if another process found it before it was locked, and removed it.
  private static func holds(_ descriptor: Int32) -> Bool {
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    // Without locks nothing is removed, so nothing more is needed there.
    var status = stat()
    return fstat(descriptor, &status) != 0 || status.st_nlink > 0
  }

  /// ".NAME.", short enough that a file name holds the rest too (255 bytes on every common file system).
  private static func stem(_ name: String) -> String {
    var name = name
    while name.utf8.count > 220 { name.removeLast() }
    return ".\(name)."
  }

  private static func removeStale(in parts: PathParts, stem: String) {
    for name in Folder.allNames(in: parts.folder) ?? [] where isTemporary(name, stem: stem) {
      let path = parts.sibling(name)
      let descriptor = path.withFileName { open($0, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { path.withFileName { _ = unlink($0) } }
      close(descriptor)
    }
  }

  private static func isTemporary(_ name: String, stem: String) -> Bool {
    guard name.hasPrefix(stem), name.hasSuffix(".tmp"), name.utf8.count > stem.utf8.count + 4 else {
      return false
    }
    let numbers = name.dropFirst(stem.count).dropLast(4).split(
      separator: ".", omittingEmptySubsequences: false)
    return numbers.count <= 2
      && numbers.allSatisfy {
        !$0.isEmpty && $0.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      }
  }
}
