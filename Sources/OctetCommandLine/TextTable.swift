import OctetText

/// A table with aligned columns, for people to read: network summaries, metrics.
package struct TextTable: Sendable {
  package enum Alignment: Sendable {
    case left
    case right
  }

  package struct Column: Sendable {
    let title: String
    let alignment: Alignment

    package init(_ title: String, _ alignment: Alignment = .left) {
      self.title = title.shown
      self.alignment = alignment
    }
  }

  private enum Line {
    case row([String])
    case rule
  }

  private let columns: [Column]
  private var lines: [Line] = []

  package init(_ columns: Column...) {
    self.columns = columns
  }

  package init(columns: [Column]) {
    self.columns = columns
  }

  /// One cell per column. Their text may be untrusted.
  package mutating func addRow(_ cells: [String]) {
    precondition(cells.count == columns.count, "\(cells.count) cells for \(columns.count) columns")
    lines.append(.row(cells.map(\.shown)))
  }

  /// A line across, as before totals.
  package mutating func addRule() {
    lines.append(.rule)
  }

  /// Every line, each ended by a newline and with no spaces before it.
  package func rendered() -> String {
    let all = [.row(columns.map(\.title)), .rule] + lines
    let widths = columns.indices.map { column in
      all.map { line in
        guard case .row(let cells) = line else { return 0 }
        return cells[column].count
      }.max() ?? 0
    }
    let across = String(repeating: "─", count: widths.reduce(0, +) + 2 * max(0, columns.count - 1))
    return all.map { line in
      guard case .row(let cells) = line else { return across + "\n" }
      let padded = columns.indices.map { column in
        let padding = String(repeating: " ", count: widths[column] - cells[column].count)
        return columns[column].alignment == .left ? cells[column] + padding : padding + cells[column]
      }
      let text = padded.joined(separator: "  ")
      let end = text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex
      return text[..<end] + "\n"
    }.joined()
  }
}
