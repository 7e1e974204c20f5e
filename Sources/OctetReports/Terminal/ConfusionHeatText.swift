import OctetCommandLine
import OctetText
import OctetTraining

/// A confusion matrix whose cells have a colour behind them: blue where the answer is right, orange where it is wrong.
package struct ConfusionHeatText {
  private let confusion: ConfusionMatrix
  private let style: TerminalStyle
  /// Whether columns have the numbers of classes in place of their names, and cells no room around them.
  private let isNarrow: Bool

  package init(_ confusion: ConfusionMatrix, style: TerminalStyle, isNarrow: Bool = false) {
    self.confusion = confusion
    self.style = style
    self.isNarrow = isNarrow
  }

  /// Of the rows: the class's name, with its number where columns have numbers.
  private var rowNames: [String] {
    let names = confusion.classNames.map(\.shown)
    return isNarrow ? names.enumerated().map { "\($0)" == $1 ? $1 : "\($0) \($1)" } : names
  }

  private var columnNames: [String] {
    isNarrow ? confusion.classNames.indices.map(String.init) : confusion.classNames.map(\.shown)
  }

  private var cells: [[String]] {
    confusion.counts.map { $0.map { $0 == 0 ? "·" : isNarrow ? String($0) : NumberText.grouped($0) } }
  }

  private var cellWidth: Int { (columnNames + cells.joined()).map(\.columns).max() ?? 1 }

  /// How many columns of the terminal the lines take.
  package var width: Int {
    (rowNames.map(\.columns).max() ?? 1) + columnNames.count * (cellWidth + (isNarrow ? 1 : 2))
  }

  /// Weaker to stronger.
  private static let right = [24, 25, 26, 32]
  private static let wrong = [58, 94, 130, 166, 202]

  package var text: String {
    let (rowNames, cells, width) = (rowNames, cells, cellWidth)
    let nameWidth = rowNames.map(\.columns).max() ?? 1
    let end = isNarrow ? "" : " "
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.columns, 0)) + text
    }
    var text = padded("", nameWidth) + columnNames.map { " \(padded($0, width))\(end)" }.joined() + "\n"
    for (truth, row) in confusion.counts.enumerated() {
      let total = row.reduce(0, +)
      text += rowNames[truth] + String(repeating: " ", count: nameWidth - rowNames[truth].columns)
      for (answer, count) in row.enumerated() {
        let cell = " \(padded(cells[truth][answer], width))\(end)"
        guard count > 0 else {
          text += style.colored(cell, ink: 245)
          continue
        }
        let share = Double(count) / Double(total)
        let shades = truth == answer ? Self.right : Self.wrong
        // Errors are rare: the root tells one in a thousand from one in ten.
        let strength = truth == answer ? share : share.squareRoot()
        text += style.colored(
          cell, ink: 231, paper: shades[min(Int(strength * Double(shades.count)), shades.count - 1)])
      }
      text += "\n"
    }
    return text
  }
}
