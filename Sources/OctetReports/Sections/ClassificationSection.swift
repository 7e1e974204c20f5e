import OctetCommandLine
import OctetTraining

/// What became of files that were classified. Takes them one after another, and keeps the pictures of so many only.
package struct ClassificationSection: Sendable {
  private let classNames: [String]
  private var results: [PictureResult] = []
  private var failures: [(name: String, reason: String)] = []
  private var fileCount = 0
  private var failureCount = 0
  private var counts: [Int]
  private var confusion: ConfusionMatrix

  /// Results that are shown, and failures that are listed.
  private static let mostShown = 10_000
  private static let mostFailures = 100

  package init(classNames: [String]) {
    self.classNames = classNames
    counts = [Int](repeating: 0, count: classNames.count)
    confusion = ConfusionMatrix(classNames: classNames)
  }

  /// The longer side of the pictures that there is room for; nil when no more are shown.
  package var side: Int? {
    results.count < Self.mostShown ? ResultList.side(for: results.count + 1) : nil
  }

  package mutating func add(_ result: PictureResult) {
    fileCount += 1
    counts[result.answer] += 1
    if let truth = result.truth { confusion.add(truth: truth, predicted: result.answer) }
    guard let side else { return }
    let before = ResultList.side(for: results.count)
    var result = result
    result.reduce(to: side)
    results.append(result)
    // What was kept at a larger size gives its memory back.
    if side < before { for index in results.indices { results[index].reduce(to: side) } }
  }

  package mutating func add(failure reason: String, name: String) {
    fileCount += 1
    failureCount += 1
    if failures.count < Self.mostFailures { failures.append((name, reason)) }
  }

  package var section: Section {
    var facts: [Section.Fact] = [.init("Files", NumberText.grouped(fileCount))]
    if confusion.total > 0 {
      facts += [
        .init("Accuracy", NumberText.percent(confusion.accuracy, decimals: 2)),
        .init("Mistakes", NumberText.grouped(confusion.total - confusion.correct)),
      ]
    }
    if failureCount > 0 { facts.append(.init("Could not be classified", NumberText.grouped(failureCount))) }
    var blocks: [Section.Block] = [.facts(facts), .table(failureTable)]
    if failureCount > failures.count {
      blocks.append(
        .paragraph("The first \(failures.count) of \(NumberText.grouped(failureCount)) failures are listed."))
    }
    var figures = fileCount > failureCount ? [answers] : []
    if confusion.total > 0 { figures.append(heatMap) }
    blocks.append(.figures(figures))
    if confusion.total > 0, let table = ConfusionChart(confusion: confusion).table {
      blocks.append(.table(table))
    }
    if fileCount - failureCount > results.count {
      blocks.append(
        .paragraph(
          """
          Of \(NumberText.grouped(fileCount - failureCount)) results the first \
          \(NumberText.grouped(results.count)) are shown.
          """))
    }
    if !results.isEmpty {
      blocks.append(
        .paragraph(
          """
          Each file beside what the network saw of it, and the probability of each class as a bar; bars \
          below half a percent are not drawn.
          """))
      blocks.append(.results(ResultList(results: results, classNames: classNames)))
    }
    return Section("classification", title: "Classification", blocks)
  }

  private var failureTable: PageTable {
    var table = PageTable("Files that could not be classified", columns: ["File", "Reason"], words: [1])
    for (name, reason) in failures {
      table.add([TextWidth.cutMiddle(name, to: 100), TextWidth.cut(reason, to: 200)])
    }
    return table
  }

  private var answers: Figure {
    let total = max(counts.reduce(0, +), 1)
    let rows = classNames.indices.prefix(60).map { index in
      BarChart.Row(
        label: classNames[index],
        bars: [
          .init(
            value: Double(counts[index]),
            text:
              "\(NumberText.grouped(counts[index])) (\(NumberText.percent(Double(counts[index]) / Double(total))))",
            style: .first)
        ])
    }
    return Figure(
      name: "answers", title: "Answers",
      drawing: BarChart(
        rows: rows,
        alternative: "Files of each class: "
          + classNames.indices.map { "\(classNames[$0]) \(NumberText.grouped(counts[$0]))" }.joined(
            separator: ", ")
      ).drawing())
  }

  private var heatMap: Figure {
    Figure(
      name: "confusion", title: "What is taken for what",
      caption:
        "A row for each true class, a column for each answer; below the counts the share of the row in percent.",
      drawing: ConfusionChart(confusion: confusion).drawing(
        alternative:
          """
          Confusion matrix of \(classNames.count) classes, accuracy \
          \(NumberText.percent(confusion.accuracy, decimals: 2)).
          """))
  }
}
