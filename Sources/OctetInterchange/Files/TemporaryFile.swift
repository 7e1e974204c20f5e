import OctetTraining

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
      guard descriptor >= 0 else { throw FileError(.write, path, code: errno) }
      if Self.holds(descriptor) {
        self.name = name
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
    throw FileError(.write, path, code: EEXIST)
  }

  func remove() { name.withFileName { _ = unlink($0) } }

  /// Locks the new file. False if another process found it before it was locked, and removed it.
  private static func holds(_ descriptor: Int32) -> Bool {
    while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
    // Where there are no locks nobody removes anything, so nothing more is needed there.
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
