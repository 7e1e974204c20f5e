import OctetCommandLine
import OctetReports
import OctetText
import OctetTraining

/// How a classifier did, for people: the headline, a table of the classes, the confusion matrix, the usual mix-ups.
struct ConfusionText {
  private let confusion: ConfusionMatrix
  private let style: TerminalStyle
  /// Columns of the terminal; nil where there is none.
  private let width: Int?

  init(_ confusion: ConfusionMatrix, terminal: Terminal = .standardOutput) {
    self.confusion = confusion
    style = TerminalStyle(terminal)
    width = terminal.columns
  }

  /// The first line alone.
  func headline(name: String, loss: Double? = nil) -> String {
    let headline = confusion.headline
    let lossText = loss.map { "loss \(NumberText.fixed($0, decimals: 4)), " } ?? ""
    return """
      \(name): \(NumberText.grouped(confusion.total)), \(lossText)\
      accuracy \(NumberText.percent(confusion.accuracy, decimals: 2)), \
      precision \(share(headline.precision)), recall \(share(headline.recall)), F1 \(share(headline.f1))\(meaning)

      """
  }

  func text(name: String, loss: Double? = nil) -> String {
    """
    \(headline(name: name, loss: loss))
    \(classes())
    Confusion matrix, a row per true class, a column per answer
    \(matrix())\(mixUps())
    """
  }

  /// What precision, recall and F1 of the first line are about.
  private var meaning: String {
    confusion.positiveClass.map { " (class \(confusion.classNames[$0].shown) counts as positive)" }
      ?? " (means over the \(countedWords))"
  }

  /// What means are taken over: "classes", or how many of them occur.
  private var countedWords: String {
    let (counted, all) = (confusion.countedClasses.count, confusion.classNames.count)
    return counted == all ? "classes" : "\(counted) of \(all) classes that occur"
  }

  private func share(_ value: Double) -> String { NumberText.fixed(value, decimals: 4) }

  private func classes() -> String {
    var table = TextTable(
      .init("class"), .init("precision", .right), .init("recall", .right), .init("F1", .right),
      .init("images", .right))
    func addRow(_ name: String, _ scores: ConfusionMatrix.Scores) {
      table.addRow([
        name, share(scores.precision), share(scores.recall), share(scores.f1),
        NumberText.grouped(scores.support),
      ])
    }
    let counted = Set(confusion.countedClasses)
    for (index, name) in confusion.classNames.enumerated() {
      if counted.contains(index) {
        addRow(name, confusion.scores(of: index))
      } else {
        table.addRow([name, "·", "·", "·", "0"])
      }
    }
    table.addRule()
    addRow("mean", confusion.macroAverage)
    addRow("weighted mean", confusion.weightedAverage)
    let note =
      counted.count == confusion.classNames.count
      ? "" : "Means over the \(countedWords); · is neither a truth nor an answer here.\n"
    return table.rendered() + note
  }

  /// Where the terminal is too narrow for the classes' names, columns have their numbers; where it is too narrow for
  /// these, there is no matrix.
  private func matrix() -> String {
    let plain = ConfusionHeatText(confusion, style: style)
    guard let width, plain.width > width else { return style.hasColor ? plain.text : table() }
    let narrow = ConfusionHeatText(confusion, style: style, isNarrow: true)
    if narrow.width <= width { return narrow.text }
    let note =
      "The matrix of \(confusion.classNames.count) classes is wider than this terminal; --json and --report have it."
    return FittedText.wrapped(note, width: width) + "\n"
  }

  private func table() -> String {
    var table = TextTable(columns: [.init("")] + confusion.classNames.map { .init($0, .right) })
    for (index, row) in confusion.counts.enumerated() {
      table.addRow([confusion.classNames[index]] + row.map { $0 == 0 ? "·" : NumberText.grouped($0) })
    }
    return table.rendered()
  }

  private func mixUps() -> String {
    let names = confusion.classNames
    let pairs = confusion.confusions.prefix(5).map {
      "\(names[$0.truth].shown) as \(names[$0.predicted].shown) (\(NumberText.grouped($0.count)))"
    }
    return pairs.isEmpty ? "" : "Most confused: \(pairs.joined(separator: ", "))\n"
  }
}
