import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder of files that appears under its name when all of them are there, or not at all.
///
/// They go to a temporary folder beside it, `.NAME.PID.tmp`, which then gets its name. Nothing that exists is written
/// over: an empty folder under the name is replaced, anything else there is an error.
package struct AtomicFolder: ~Copyable {
  /// As the caller named it, for errors.
  private let path: String
  private let temporary: String

  private init(path: String, temporary: String) {
    self.path = path
    self.temporary = temporary
  }

  /// Makes the folder of what `body` puts into it. When `body` throws, nothing has changed.
  package static func write(path: String, _ body: (borrowing AtomicFolder) throws -> Void) throws {
    let target = realPath(path) ?? path
    let parts = target.split(separator: "/")
    let above = (target.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
    let parent = above.isEmpty ? "." : above
    try Folder.create(parent)
    let stem = ".\(parts.last ?? "folder")."
    removeRemains(in: parent, stem: stem)
    let temporary = Folder.join(parent, "\(stem)\(getpid()).tmp")
    guard temporary.withFileName({ mkdir($0, 0o777) }) == 0 else {
      throw FileError(path, cannotBe: .written, code: errno)
    }
    let descriptor = temporary.withFileName { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    // Locked for as long as it is being filled: so it is not taken for the remains of a dead process.
    flock(descriptor, LOCK_EX | LOCK_NB)
    do {
      try body(AtomicFolder(path: path, temporary: temporary))
      // One flush for all files, before the folder gets its name.
      sync()
      guard systemRename(temporary, target) == 0 else {
        throw FileError(path, cannotBe: .written, code: errno)
      }
    } catch {
      Folder.removeTree(temporary)
      throw error
    }
  }

  /// Makes a folder within.
  package func addFolder(_ name: String) throws(FileError) {
    guard Folder.join(temporary, name).withFileName({ mkdir($0, 0o777) }) == 0 else {
      throw FileError(Folder.join(path, name), cannotBe: .written, code: errno)
    }
  }

  /// Writes a file that is not there yet.
  package func addFile(_ name: String, _ bytes: [UInt8]) throws(FileError) {
    let shown = Folder.join(path, name)
    let descriptor = Folder.join(temporary, name).withFileName {
      open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else { throw FileError(shown, cannotBe: .written, code: errno) }
    var isOpen = true
    defer { if isOpen { close(descriptor) } }
    try AtomicFile(descriptor: descriptor, path: shown).append(bytes)
    isOpen = false
    // Some file systems tell of a full disk only here.
    guard close(descriptor) == 0 else { throw FileError(shown, cannotBe: .written, code: errno) }
  }

  /// Removes what a process that wrote the same folder left behind when it was killed.
  private static func removeRemains(in parent: String, stem: String) {
    for name in Folder.allNames(in: parent) ?? [] where name.hasPrefix(stem) && name.hasSuffix(".tmp") {
      guard name.count > stem.count + 4, name.dropFirst(stem.count).dropLast(4).allSatisfy(\.isNumber) else {
        continue
      }
      let path = Folder.join(parent, name)
      let descriptor = path.withFileName { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { Folder.removeTree(path) }
    }
  }

  private static func realPath(_ path: String) -> String? {
    guard let resolved = path.withFileName({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return String(fileName: resolved)
  }
}
