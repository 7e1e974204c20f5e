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
