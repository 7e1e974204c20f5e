/// Where the true class of a file is written.
package enum LabelRule: String, CaseIterable {
  /// In the file's name: behind `label-`, as `octet data export-png` writes it, or else up to the first `-`, `_` or `.`.
  case names
  /// The name of the folder that the file is in.
  case folders

  package func label(of path: String) -> String {
    let parts = path.split(separator: "/")
    switch self {
    case .folders: return parts.count > 1 ? String(parts[parts.count - 2]) : ""
    case .names:
      let name = parts.last.map(String.init) ?? ""
      let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
      if let mark = stem.ranges(of: "label-").last { return String(stem[mark.upperBound...]) }
      return String(stem.prefix { !"-_.".contains($0) })
    }
  }
}
