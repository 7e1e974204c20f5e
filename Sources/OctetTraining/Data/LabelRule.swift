/// Where the true class of a file is written.
package enum LabelRule: String, CaseIterable {
  /// In the file's name: behind `label-`, as `octet data export-png` writes it, or else up to the first `-`, `_` or `.`.
  case names
  /// The name of the folder that the file is in.
  case folders

  package func label(of path: String) -> String {
    switch self {
    case .folders:
      let parts = path.split(separator: "/")
      return parts.count > 1 ? String(parts[parts.count - 2]) : ""
    case .names:
      let name =
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.utf8.index(after: $0)...] } ?? path[...]
      let stem = name.utf8.lastIndex(of: UInt8(ascii: ".")).map { name[..<$0] } ?? name
      // The last dash that has the word in front of it.
      var before = stem
      while let dash = before.utf8.lastIndex(of: UInt8(ascii: "-")) {
        before = before[..<dash]
        if before.hasSuffix("label") { return String(stem[stem.utf8.index(after: dash)...]) }
      }
      return String(stem.prefix { !"-_.".contains($0) })
    }
  }
}
