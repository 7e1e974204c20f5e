import OctetCommandLine
import OctetTraining

/// A confusion matrix in colours: blue where the answer is right, orange where it is wrong, each stronger the larger
/// its share of the row; the counts and the shares stand in the cells.
struct ConfusionChart {
  let confusion: ConfusionMatrix

  /// The same in numbers; nil where there are too many classes to read.
  var table: PageTable? {
    let names = confusion.classNames
    guard names.count <= Self.mostNumbered else { return nil }
    var table = PageTable(
      "The counts as a table", columns: ["Truth"] + names.map { "as \($0)" }, isFolded: true)
    for (name, row) in zip(names, confusion.counts) { table.add([name] + row.map { NumberText.grouped($0) }) }
    return table
  }

  /// Beyond so many classes a cell has no room for numbers; the colours still show where to look.
  private static let mostNumbered = 20

  /// The largest share of a class that is taken for one other class.
  private var largestError: Double {
    var largest = 0.0
    for (truth, row) in confusion.counts.enumerated() {
      let total = max(row.reduce(0, +), 1)
      for (answer, number) in row.enumerated() where answer != truth {
        largest = max(largest, Double(number) / Double(total))
      }
    }
    return largest
  }

  func drawing(alternative: String) -> Drawing {
    let names = confusion.classNames
    let count = names.count
    let hasNumbers = count <= Self.mostNumbered
    let cell = hasNumbers ? max(34.0, 340 / Double(max(count, 1))) : max(480 / Double(count), 6)
    let side = hasNumbers ? min(cell, 64) : cell
    let labelWidth = min(TextWidth.longest(names, isBold: true), 120)
    // Names that are wider than a column stand upright above it.
    let isUpright = labelWidth > side - 4
    let (left, top) = (max(labelWidth + 16, 40), isUpright ? labelWidth + 30 : 36.0)
    let end = side * Double(count)
    var drawing = Drawing(width: left + end + 2, height: top + end + 2, alternative: alternative)
    drawing.write("answer", left + end / 2, 12, "m mid")
    drawing.write("truth", 0, 12, "m")
    let labelStep = hasNumbers ? 1 : max(1, Int((11 / side).rounded(.up)))
    for (index, name) in names.enumerated() where index.isMultiple(of: labelStep) {
      let middle = (Double(index) + 0.5) * side
      let label = TextWidth.fitted(name, within: labelWidth, isBold: true)
      if isUpright {
        drawing.write(upwards: label, left + middle + 4, top - 6, "b")
      } else {
        drawing.write(label, left + middle, 29, "mid b")
      }
      drawing.write(label, left - 8, top + middle + 4, "end b")
    }
    let largestError = largestError
    if !hasNumbers { drawing.rectangle(left, top, end, end, "card") }
    for (truth, row) in confusion.counts.enumerated() {
      let total = row.reduce(0, +)
      for (answer, number) in row.enumerated() {
        let (x, y) = (left + Double(answer) * side, top + Double(truth) * side)
        if hasNumbers { drawing.rectangle(x + 0.5, y + 0.5, side - 1, side - 1, "card") }
        guard number > 0 else { continue }
        let share = Double(number) / Double(total)
        let isRight = truth == answer
        // Errors are rare: roots, and the largest error of all as a measure, make one in a thousand visible.
        let strength =
          isRight ? share : max(share.squareRoot(), 0.55 * (share / largestError).squareRoot())
        // Either weak enough for dark letters or strong enough for light ones, in light and dark appearance.
        let isStrong = strength > 0.6
        let opacity = isStrong ? 0.94 + 0.06 * strength : 0.12 + 0.6 * strength
        drawing.rectangle(
          x + 0.5, y + 0.5, side - 1, side - 1, isRight ? "f1" : "f2", opacity: opacity,
          hint: hasNumbers
            ? """
            \(names[truth]) taken for \(names[answer]): \(NumberText.grouped(number)) \
            (\(NumberText.percent(share, decimals: 2)))
            """
            : nil
        )
        guard hasNumbers else { continue }
        let style = isStrong ? "on mid" : "mid"
        drawing.write(NumberText.grouped(number), x + side / 2, y + side / 2 + 1, style)
        drawing.write(
          NumberText.fixed(100 * share, decimals: share < 0.0995 ? 2 : 1), x + side / 2, y + side / 2 + 11,
          "\(style) xs")
      }
    }
    return drawing
  }
}
