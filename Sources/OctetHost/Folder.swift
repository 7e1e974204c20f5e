import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What is in a folder, in an order that is the same on every machine.
package enum Folder {
  /// The most entries that are listed from one folder.
  package static let largestCount = 10_000_000

  /// What a name in a folder stands for, after following links.
  package enum Kind: Equatable, Sendable {
    case folder
    case file
    case other
  }

  /// `name` inside `folder`.
  package static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : folder + "/" + name
  }

  /// The last part of a path.
  package static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// What is at `path`; an error if there is nothing, or it may not be looked at.
  package static func kind(of path: String) throws(FileError) -> Kind {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .noPath(path)
    }
    guard let status = FileStatus(path) else { throw FileError(path, cannotBe: .read, code: errno) }
    return status.kind
  }

  /// Whether anything at all is at `path`.
  package static func exists(_ path: String) -> Bool {
    !path.isEmpty && !path.utf8.contains(0) && path.withFileName({ access($0, F_OK) }) == 0
  }

  /// Whether there is a symbolic link under the name itself.
  package static func isLink(_ path: String) -> Bool {
    var status = stat()
    return path.withFileName { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The path without symbolic links, from the root on; nil if there is nothing.
  package static func resolved(_ path: String) -> String? {
    guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
    guard let found = path.withFileName({ realpath($0, nil) }) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  /// All names in `folder` but "." and "..", in any order; nil if it cannot be listed.
  package static func allNames(in folder: String) -> [String]? {
    guard let stream = folder.withFileName({ opendir($0) }) else { return nil }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      // A C string inside the entry, which stays valid until the next call.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        String(fileName: UnsafeRawPointer(field).assumingMemoryBound(to: CChar.self))
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// The names in `folder` that do not begin with a dot, sorted by their bytes.
  package static func visibleNames(in folder: String) throws(FileError) -> [String] {
    let listing = try FolderListing(of: folder)
    return (0..<listing.count).map { listing.name($0) }
  }
}

extension Folder {
  /// Makes a folder that files are to be written into, with `create`. A symbolic link of that name is refused: another
  /// user may have put it there.
  package static func createForOutput(_ path: String) throws(FileError) {
    if isLink(path) {
      throw FileError(
        path, "is a symbolic link, which output never follows",
        advice: "name the folder that it leads to, or remove the link")
    }
    try create(path)
  }

  /// Makes `path` and the folders above it, as far as they are missing.
  package static func create(_ path: String) throws(FileError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw .noPath(path)
    }
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made == "/" ? "\(part)" : "/\(part)"
      if exists(made) { continue }
      // Another process may make it at the same moment, which is as good.
      guard made.withFileName({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
        throw FileError(made, cannotBe: .made, code: errno)
      }
    }
    guard try kind(of: path) == .folder else {
      throw FileError(path, "is not a folder", advice: "give another path")
    }
  }

  /// The length of the file at `path`; 0 if there is none.
  package static func length(of path: String) -> Int {
    FileStatus(path)?.size ?? 0
  }

  /// Removes the file at `path`, if it is there.
  package static func remove(_ path: String) throws(FileError) {
    guard path.withFileName({ unlink($0) }) == 0 || errno == ENOENT else {
      throw FileError(path, cannotBe: .removed, code: errno)
    }
  }

  /// Removes a file, or a folder with all that is in it. Links are removed, and not followed; what cannot be removed
  /// stays.
  package static func removeTree(_ path: String) {
    if !isLink(path) {
      for name in allNames(in: path) ?? [] { removeTree(join(path, name)) }
    }
    _ = path.withFileName { unlink($0) == 0 ? 0 : rmdir($0) }
  }
}

/// Which file or folder something is, whatever path or link leads to it.
package struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let number: UInt64

  package init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }

  /// Of what is at `path`, after following links; nil if there is nothing, or it may not be looked at.
  package init?(ofPath path: String) {
    guard let status = FileStatus(path) else { return nil }
    self = status.identity
  }
}

/// What is at a path after following links.
package struct FileStatus {
  package let identity: FileIdentity
  package let kind: Folder.Kind
  package let size: Int

  /// Nil if there is nothing, or it may not be looked at; the reason is in `errno`.
  package init?(_ path: String) {
    var status = stat()
    guard !path.utf8.contains(0), path.withFileName({ stat($0, &status) }) == 0 else { return nil }
    identity = FileIdentity(status)
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFDIR: .folder
      case S_IFREG: .file
      default: .other
      }
    size = Int(status.st_size)
  }
}
