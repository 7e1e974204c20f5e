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
  package static func kind(of path: String) throws(DataError) -> Kind {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw DataError("path \"\(path)\"", "is empty or holds a zero byte", advice: "give a path that exists")
    }
    var status = stat()
    guard path.withFileName({ stat($0, &status) }) == 0 else {
      throw .systemFailure(path, "cannot be read", errno)
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
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
  package static func visibleNames(in folder: String) throws(DataError) -> [String] {
    let listing = try FolderListing(of: folder)
    return (0..<listing.count).map { listing.name($0) }
  }
}

extension Folder {
  /// Makes a folder that files are to be written into, with `create`. A symbolic link of that name is refused: somebody else may
  /// have put it there.
  package static func createForOutput(_ path: String) throws(DataError) {
    if isLink(path) {
      throw DataError(
        path, "is a symbolic link, which output never follows",
        advice: "name the folder that it leads to, or remove the link")
    }
    try create(path)
  }

  /// Makes `path` and the folders above it, as far as they are missing.
  package static func create(_ path: String) throws(DataError) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw DataError(
        "path \"\(path)\"", "is empty or holds a zero byte", advice: "give the path of a folder")
    }
    var made = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      made += made.isEmpty || made == "/" ? "\(part)" : "/\(part)"
      if exists(made) { continue }
      // Another process may make it at the same moment, which is as good.
      guard made.withFileName({ mkdir($0, 0o777) }) == 0 || errno == EEXIST else {
        throw .systemFailure(made, "cannot be made", errno)
      }
    }
    guard try kind(of: path) == .folder else {
      throw DataError(path, "is not a folder", advice: "give another path")
    }
  }

  /// The length of the file at `path`; 0 if there is none.
  package static func length(of path: String) -> Int {
    var status = stat()
    return path.withFileName { stat($0, &status) } == 0 ? Int(status.st_size) : 0
  }

  /// Removes the file at `path`, if it is there.
  package static func remove(_ path: String) throws(DataError) {
    guard path.withFileName({ unlink($0) }) == 0 || errno == ENOENT else {
      throw .systemFailure(path, "cannot be removed", errno)
    }
  }

  /// Removes a file, or a folder with all that is in it. Links are removed, and not followed; what cannot be removed stays.
  package static func removeTree(_ path: String) {
    if !isLink(path) {
      for name in allNames(in: path) ?? [] { removeTree(join(path, name)) }
    }
    _ = path.withFileName { unlink($0) == 0 ? 0 : rmdir($0) }
  }

  /// Gives a finished file its name, replacing what had it: after a power cut there is the old file or the whole new one.
  package static func rename(_ finished: String, to path: String) throws(DataError) {
    try flush(finished)
    guard moveFile(finished, path) == 0 else { throw .systemFailure(path, "cannot be written", errno) }
    let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    let folder = parts.joined(separator: "/")
    try flush(folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder)
  }

  /// Waits until the file or folder at `path` is on the disk.
  private static func flush(_ path: String) throws(DataError) {
    let descriptor = path.withFileName { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .systemFailure(path, "cannot be opened", errno) }
    defer { close(descriptor) }
    // Some network file systems cannot flush folders; that is no reason to refuse the file.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw .systemFailure(path, "cannot be written to the disk", errno)
    }
  }
}

/// The system's own `rename`, out of reach of the method of that name.
private func moveFile(_ old: String, _ new: String) -> Int32 {
  old.withFileName { old in new.withFileName { rename(old, $0) } }
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
    var status = stat()
    guard !path.utf8.contains(0), path.withFileName({ stat($0, &status) }) == 0 else { return nil }
    self.init(status)
  }
}
