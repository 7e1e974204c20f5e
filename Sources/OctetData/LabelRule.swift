/// Where the true class of a file is written.
package enum LabelRule: String, CaseIterable {
  /// In the file's name: behind `label-`, as `octet data export-png` writes it, or else up to the first `-`, `_` or
  /// `.`.
  case names
  /// The name of the folder that the file is in.
  case folders

  package func label(of path: String) -> String {
    switch self {
    case .folders:
      let parts = path.split(separator: "/")
      return parts.count > 1 ? String(parts[parts.count - 2]) : ""
    case .names:
      var path = path
      return path.withUTF8 { Self.label(named: $0.span) }
    }
  }

  /// By its bytes, as this is done for each file.
  private static func label(named path: Span<UInt8>) -> String {
    let start = (last(UInt8(ascii: "/"), in: 0..<path.count, of: path) ?? -1) + 1
    let end = last(UInt8(ascii: "."), in: start..<path.count, of: path) ?? path.count
    // The last dash that has the word in front of it.
    var before = end
    while let dash = last(UInt8(ascii: "-"), in: start..<before, of: path) {
      if dash - start >= word.count, word.indices.allSatisfy({ path[dash - word.count + $0] == word[$0] }) {
        return text(path.extracting(dash + 1..<end))
      }
      before = dash
    }
    var stop = start
    while stop < end, !separators.contains(path[stop]) { stop += 1 }
    return text(path.extracting(start..<stop))
  }

  private static let word = Array("label".utf8)
  private static let separators = Array("-_.".utf8)

  private static func last(_ byte: UInt8, in range: Range<Int>, of path: Span<UInt8>) -> Int? {
    var place = range.upperBound
    while place > range.lowerBound {
      place -= 1
      if path[place] == byte { return place }
    }
    return nil
  }

  private static func text(_ bytes: Span<UInt8>) -> String {
    bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }
}
