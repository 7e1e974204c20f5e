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
    folder.hasSuffix("/") ? folder + name : folder + "/" + name
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
    try visibleEntries(in: folder).map(\.name)
  }

  /// What a listing says of one entry.
  package struct Entry: Sendable {
    package let name: String
    /// Nil where the listing does not say, as for links, or on file systems that keep it elsewhere: then ask `kind(of:)`.
    package let kind: Kind?
  }

  /// The entries of `folder` whose names do not begin with a dot, sorted by the bytes of their names.
  package static func visibleEntries(in folder: String) throws(DataError) -> [Entry] {
    guard try kind(of: folder) == .folder else {
      throw DataError(folder, "is not a folder", advice: "give the path of a folder")
    }
    guard let stream = opendir(folder) else { throw .systemFailure(folder, "cannot be listed", errno) }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      // The name is a C string inside the entry, which stays valid until the next call.
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        let room = MemoryLayout.size(ofValue: field.pointee)
        return field.withMemoryRebound(to: CChar.self, capacity: room) { String(cString: $0) }
      }
      if name.hasPrefix(".") { continue }
      guard entries.count < largestCount else {
        throw DataError(folder, "holds more than \(largestCount) files", advice: "split it up")
      }
      entries.append(Entry(name: name, kind: listedKind(entry.pointee.d_type)))
    }
    guard errno == 0 else { throw .systemFailure(folder, "cannot be listed", errno) }
    return entries.sorted { precedes($0.name, $1.name) }
  }

  private static func listedKind(_ type: UInt8) -> Kind? {
    switch Int(type) {
    case Int(DT_DIR): .folder
    case Int(DT_REG): .file
    default: nil
    }
  }

  /// By bytes, so that the order does not depend on what Unicode says of equal characters.
  private static func precedes(_ first: String, _ second: String) -> Bool {
    let quick = first.utf8.withContiguousStorageIfAvailable { left in
      second.utf8.withContiguousStorageIfAvailable { right in
        guard let start = left.baseAddress, let other = right.baseAddress else {
          return left.count < right.count
        }
        let order = memcmp(start, other, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
      }
    }
    return (quick ?? nil) ?? first.utf8.lexicographicallyPrecedes(second.utf8)
  }
}
