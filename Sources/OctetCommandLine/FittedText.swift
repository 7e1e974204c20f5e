/// Text in lines that fit a terminal.
package enum FittedText {
  static func longestWord(_ text: String) -> Int {
    text.split(separator: " ").map(\.count).max() ?? 0
  }

  /// The text in parts of at most `width` characters, divided at spaces where there are any.
  static func lines(_ text: String, width: Int) -> [String] {
    let width = max(width, 1)
    if text.count <= width { return [text] }
    var lines: [String] = []
    for word in text.split(separator: " ") {
      var rest = word[...]
      if let last = lines.last, last.count + 1 + rest.count <= width {
        lines[lines.count - 1] = last + " " + rest
        continue
      }
      while rest.count > width {
        lines.append(String(rest.prefix(width)))
        rest = rest.dropFirst(width)
      }
      lines.append(String(rest))
    }
    return lines
  }

  /// A line that is wider than `width` goes on in others, indented by two more columns. Words stay whole, as they may
  /// be names of files.
  package static func wrapped(_ line: String, width: Int) -> String {
    if line.count <= width { return line }
    let indent = line.prefix { $0 == " " }
    let hanging = indent + "  "
    var lines: [String] = []
    var current = String(indent)
    var isEmpty = true
    // Two spaces between parts of a line stay two.
    for part in parts(line.dropFirst(indent.count)) {
      let longer = isEmpty ? current + part : current + " " + part
      if !isEmpty, longer.count > width, !part.isEmpty {
        lines.append(trimmed(current))
        current = hanging + part
      } else {
        current = longer
      }
      isEmpty = false
    }
    lines.append(trimmed(current))
    return lines.joined(separator: "\n")
  }

  /// The words of a line, a number with the unit behind it.
  private static func parts(_ line: Substring) -> [String] {
    var parts: [String] = []
    for word in line.split(separator: " ", omittingEmptySubsequences: false) {
      let isUnit = units.contains { word == $0 || word == "\($0)," || word == "\($0):" || word == "\($0))" }
      if isUnit, let last = parts.last, last.last?.isNumber == true {
        parts[parts.count - 1] = last + " " + word
      } else {
        parts.append(String(word))
      }
    }
    return parts
  }

  private static let units = ["%", "dB", "dB.", "ms", "s", "µs", "images/s", "bytes", "points"]

  /// All lines of a text, on a terminal of `width` columns. Drawings, text with colors, and JSON stay as they are.
  static func fitted(_ text: String, width: Int) -> String {
    // Bytes are never fewer than characters, so most text is looked at no further.
    if text.utf8.count <= width { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      if line.utf8.count <= width || line.hasPrefix("{") || line.hasPrefix("[") { return String(line) }
      return line.unicodeScalars.contains(where: isDrawing)
        ? String(line) : wrapped(String(line), width: width)
    }.joined(separator: "\n")
  }

  /// Escape sequences, block characters, and lines across.
  private static func isDrawing(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\u{1B}" || ("\u{2500}"..."\u{259F}").contains(scalar)
  }

  private static func trimmed(_ line: String) -> String {
    let end = line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex
    return String(line[..<end])
  }
}
