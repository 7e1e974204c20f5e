import OctetText

/// Text in lines that fit a terminal.
package enum FittedText {
  /// How narrow a column with the text may be until words are divided where nothing says how.
  static func longestWord(_ text: String) -> Int {
    text.split(separator: " ").flatMap(pieces).map(\.columns).max() ?? 0
  }

  /// The text in parts of at most `width` columns, divided at spaces where there are any, and a word that is longer
  /// behind its commas, slashes and the like.
  static func lines(_ text: String, width: Int) -> [String] {
    let width = max(width, 1)
    if text.columns <= width { return [text] }
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.columns + 1 + word.columns <= width {
        lines[lines.count - 1] = last + " " + word
        continue
      }
      lines.append("")
      for piece in word.columns <= width ? [word] : pieces(word) {
        var rest = piece
        if let last = lines.last, last.columns + rest.columns > width, !last.isEmpty { lines.append("") }
        while rest.columns > width {
          // A wide character where there is room for half of it stands alone.
          let part = rest.prefix(max(rest.prefix(columns: width).count, 1))
          lines[lines.count - 1] = String(part)
          lines.append("")
          rest = rest[part.endIndex...]
        }
        lines[lines.count - 1] += rest
      }
    }
    return lines
  }

  /// A word in parts that end in signs behind which it may be divided. Numbers stay whole.
  private static func pieces(_ word: Substring) -> [Substring] {
    var pieces: [Substring] = []
    var start = word.startIndex
    for place in word.indices where ",;/|_-=+".contains(word[place]) {
      let next = word.index(after: place)
      guard next < word.endIndex, !word[next].isNumber else { continue }
      pieces.append(word[start..<next])
      start = next
    }
    return pieces + [word[start...]]
  }

  /// A line that is wider than `width` goes on in others, indented by two more columns. Words stay whole, as they may
  /// be names of files.
  package static func wrapped(_ line: String, width: Int) -> String {
    if line.columns <= width { return line }
    let indent = line.prefix { $0 == " " }
    let hanging = indent + "  "
    var lines: [String] = []
    var current = String(indent)
    var isEmpty = true
    // Two spaces between parts of a line stay two.
    for part in parts(line.dropFirst(indent.count)) {
      let longer = isEmpty ? current + part : current + " " + part
      if !isEmpty, longer.columns > width, !part.isEmpty {
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
