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
    guard stat(path, &status) == 0 else { throw .systemFailure(path, "cannot be read", errno) }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// Whether anything at all is at `path`.
  package static func exists(_ path: String) -> Bool {
    !path.isEmpty && !path.utf8.contains(0) && access(path, F_OK) == 0
  }

  /// The names in `folder` that do not begin with a dot, sorted by their bytes.
  package static func visibleNames(in folder: String) throws(DataError) -> [String] {
    let listing = try FolderListing(of: folder)
    return (0..<listing.count).map { listing.name($0) }
  }
}
