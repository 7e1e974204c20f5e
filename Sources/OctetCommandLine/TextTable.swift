import OctetText

/// A table with aligned columns, for people to read: network summaries, metrics.
///
/// On a terminal it is no wider than that. While it does not fit,
///
/// 1. the widest column of text becomes narrower, and its cells wrap at spaces; headings wrap too,
/// 2. columns fall away, those first that are marked as details, from the right to the left, but never the first one; a
///    line below names them,
/// 3. words of text are divided.
///
/// Columns aligned to the right hold numbers, which are never divided.
package struct TextTable: Sendable {
  package enum Alignment: Sendable {
    case left
    case right
  }

  package struct Column: Sendable {
    let title: String
    let alignment: Alignment
    /// Whether the column falls away before others.
    let isDetail: Bool

    package init(_ title: String, _ alignment: Alignment = .left, isDetail: Bool = false) {
      self.title = title.shown
      self.alignment = alignment
      self.isDetail = isDetail
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
  ///
  /// - Parameter width: columns of the terminal; nil for as many as it takes.
  package func rendered(width: Int? = Terminal.standardOutput.columns) -> String {
    let all = [.row(columns.map(\.title)), .rule] + lines
    let layout = TableLayout(
      columns, rows: all.map { if case .row(let cells) = $0 { cells } else { nil } }, width)
    let across = String(repeating: "─", count: layout.totalWidth)
    let text = all.enumerated().map { index, line in
      guard case .row(let cells) = line else { return across + "\n" }
      return layout.text(cells, isHeading: index == 0)
    }.joined()
    let missing = columns.indices.filter { !layout.shown.contains($0) }.map { columns[$0].title }
    guard !missing.isEmpty, let width else { return text }
    let note = "Not shown for lack of room: \(missing.joined(separator: ", "))."
    return text + FittedText.wrapped(note, width: width) + "\n"
  }
}

/// How wide the columns of a table are on a terminal, and which are shown.
private struct TableLayout {
  private let columns: [TextTable.Column]
  /// Places of the columns that are shown.
  private(set) var shown: [Int]
  /// Of all columns.
  private var widths: [Int]

  private static let gap = 2
  /// A column of text is no narrower than this, or its longest word if that is shorter, while columns can fall away.
  private static let leastText = 12

  var totalWidth: Int {
    shown.reduce(0) { $0 + widths[$1] } + Self.gap * max(0, shown.count - 1)
  }

  /// - Parameter rows: the cells of each line, the headings first; nil for a line across.
  init(_ columns: [TextTable.Column], rows: [[String]?], _ width: Int?) {
    self.columns = columns
    shown = Array(columns.indices)
    let cells = rows.compactMap(\.self)
    widths = columns.indices.map { column in cells.map { $0[column].columns }.max() ?? 0 }
    guard let width else { return }
    let least = columns.indices.map { column in
      let title = FittedText.longestWord(columns[column].title)
      if columns[column].alignment == .right {
        return max(title, cells.dropFirst().map { $0[column].columns }.max() ?? 0)
      }
      return min(
        widths[column],
        max(Self.leastText, title, cells.map { FittedText.longestWord($0[column]) }.max() ?? 0))
    }
    while true {
      narrow(to: width, least: least)
      guard totalWidth > width, let next = columnToDrop else { break }
      shown.removeAll { $0 == next }
      widths = columns.indices.map { column in cells.map { $0[column].columns }.max() ?? 0 }
    }
    // What is left are words that are too long.
    narrow(to: width, least: columns.indices.map { columns[$0].alignment == .right ? widths[$0] : 4 })
  }

  /// Makes the widest column narrower that may be, until the table fits or none may be.
  private mutating func narrow(to width: Int, least: [Int]) {
    while totalWidth > width {
      let candidates = shown.filter { widths[$0] > least[$0] }
      // Headings of numbers last: they wrap badly.
      let texts = candidates.filter { columns[$0].alignment == .left }
      guard let widest = (texts.isEmpty ? candidates : texts).max(by: { widths[$0] < widths[$1] }) else {
        return
      }
      widths[widest] -= 1
    }
  }

  private var columnToDrop: Int? {
    shown.dropFirst().last { columns[$0].isDetail } ?? (shown.count > 2 ? shown.last : nil)
  }

  /// A line of the table, or several where cells wrap.
  func text(_ cells: [String], isHeading: Bool) -> String {
    let wrapped = shown.map { FittedText.lines(cells[$0], width: widths[$0]) }
    let height = wrapped.map(\.count).max() ?? 1
    return (0..<max(height, 1)).map { line in
      let padded = zip(shown, wrapped).map { column, parts in
        // Headings stand on the line, cells hang from the first.
        let place = isHeading ? line - (height - parts.count) : line
        let part = parts.indices.contains(place) ? parts[place] : ""
        let padding = String(repeating: " ", count: max(0, widths[column] - part.columns))
        return columns[column].alignment == .left ? part + padding : padding + part
      }
      let text = padded.joined(separator: String(repeating: " ", count: Self.gap))
      let end = text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex
      return text[..<end] + "\n"
    }.joined()
  }
}
