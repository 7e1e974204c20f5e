/// Names and what is to be said of each, in lines of at most 80 columns, or as many as the terminal has.
package enum TwoColumns {
  private static var pageWidth: Int { min(80, Terminal.standardOutput.columns ?? 80) }

  /// A titled list of two columns; the second starts at most 28 columns in, and a label too long for that stands
  /// on a line of its own.
  package static func list(_ title: String, _ rows: [(label: String, text: String)]) -> String {
    guard let longest = rows.map(\.label.count).filter({ $0 <= 24 }).max() ?? rows.first.map({ _ in 24 })
    else { return "" }
    let indent = longest + 4
    let lines = rows.map { row in
      let body = wrap(row.text, indent: indent)
      let label = "  \(row.label)"
      guard label.count + 2 <= indent else { return "\(label)\n\(body)" }
      return label + body.dropFirst(label.count)
    }
    return ([title + ":"] + lines).joined(separator: "\n")
  }

  /// Breaks text so that no line passes the page width.
  static func wrap(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return FittedText.lines(words, width: pageWidth - indent).map { margin + $0 }.joined(separator: "\n")
  }
}
