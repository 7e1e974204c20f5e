import OctetCommandLine
import OctetText
import OctetTraining

/// A confusion matrix whose cells have a colour behind them: blue where the answer is right, orange where it is wrong.
package struct ConfusionHeatText {
  private let confusion: ConfusionMatrix
  private let style: TerminalStyle

  package init(_ confusion: ConfusionMatrix, style: TerminalStyle) {
    self.confusion = confusion
    self.style = style
  }

  /// Weaker to stronger.
  private static let right = [24, 25, 26, 32]
  private static let wrong = [58, 94, 130, 166, 202]

  package var text: String {
    let names = confusion.classNames.map(\.shown)
    let cells = confusion.counts.map { $0.map { $0 == 0 ? "·" : NumberText.grouped($0) } }
    let width = (names + cells.joined()).map(\.count).max() ?? 1
    let nameWidth = names.map(\.count).max() ?? 1
    func padded(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(width - text.count, 0)) + text
    }
    var text = padded("", nameWidth) + names.map { " \(padded($0, width)) " }.joined() + "\n"
    for (truth, row) in confusion.counts.enumerated() {
      let total = row.reduce(0, +)
      text += names[truth] + String(repeating: " ", count: nameWidth - names[truth].count)
      for (answer, count) in row.enumerated() {
        let cell = " \(padded(cells[truth][answer], width)) "
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
