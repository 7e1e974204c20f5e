import OctetCommandLine
import OctetData
import OctetQuantization
import OctetTraining

/// How a model does on images: what it confuses, whether its probabilities can be believed, and its worst mistakes.
package struct EvaluationSection {
  private let images: LabeledItems
  private let answers: ClassAnswers
  private let confusion: ConfusionMatrix
  private let name: String

  /// Mistakes that are shown, and confused pairs with their digits.
  private static let mistakeCount = 24
  private static let pairCount = 4
  private static let digitsOfPair = 8

  /// - Parameter name: what the images are: "Test images".
  package init(images: LabeledItems, answers: ClassAnswers, name: String = "Test images") {
    precondition(images.count == answers.classes.count, "an answer for each image")
    self.images = images
    self.answers = answers
    self.name = name
    confusion = answers.confusion(images)
  }

  package var section: Section { section("evaluation", title: "Evaluation") }

  /// - Parameter identifier: names the section in links.
  package func section(_ identifier: String, title: String) -> Section {
    var blocks: [Section.Block] = [.facts(facts)]
    blocks.append(.figures([heatMap]))
    if let table = ConfusionChart(confusion: confusion).table { blocks.append(.table(table)) }
    blocks += pairs.map { .gallery($0) }
    var figures = [scores]
    if answers.hasProbabilities { figures.append(reliability) }
    blocks.append(.figures(figures))
    blocks.append(.table(table))
    blocks.append(.gallery(mistakes))
    return Section(identifier, title: title, blocks)
  }

  private var facts: [Section.Fact] {
    let headline = confusion.headline
    let meaning = confusion.positiveClass.map { " of \(confusion.classNames[$0])" } ?? ", mean\(counted)"
    var facts: [Section.Fact] = [
      .init(name, NumberText.grouped(confusion.total)),
      .init("Accuracy", NumberText.percent(confusion.accuracy, decimals: 2)),
      .init("Mistakes", NumberText.grouped(confusion.total - confusion.correct)),
      .init("Precision\(meaning)", NumberText.fixed(headline.precision, decimals: 4)),
      .init("Recall\(meaning)", NumberText.fixed(headline.recall, decimals: 4)),
      .init("F1\(meaning)", NumberText.fixed(headline.f1, decimals: 4)),
    ]
    if answers.hasProbabilities {
      facts.append(.init("Calibration error", NumberText.percent(bins.expectedError, decimals: 2)))
    }
    return facts
  }

  /// Which classes a mean is taken over, where some occur neither as a truth nor as an answer.
  private var counted: String {
    let count = confusion.countedClasses.count
    return count == names.count ? "" : " of the \(count) classes that occur"
  }

  // MARK: confusion

  private var heatMap: Figure {
    let words = confusion.confusions.prefix(Self.pairCount).map {
      "\(names[$0.truth]) for \(names[$0.predicted]) (\(NumberText.grouped($0.count)))"
    }
    let pairs =
      words.isEmpty ? "Nothing was confused." : "Most often confused: \(words.joined(separator: ", "))."
    return Figure(
      name: "confusion", title: "What is taken for what",
      caption:
        """
        A row for each true class, a column for each answer; counts, and below them the share of the row \
        in percent. \(pairs)
        """,
      isWide: true,
      drawing: ConfusionChart(confusion: confusion).drawing(
        alternative: "Confusion matrix of \(names.count) classes. \(pairs)"))
  }

  private var names: [String] { confusion.classNames }

  private var pairs: [Gallery] {
    confusion.confusions.prefix(Self.pairCount).map { pair in
      let found = images.labels.indices.filter {
        Int(images.labels[$0]) == pair.truth && answers.classes[$0] == pair.predicted
      }.sorted { (-answers.confidence($0), $0) < (-answers.confidence($1), $1) }
      let shown = found.prefix(Self.digitsOfPair)
      let count = found.count == 1 ? "1 image" : "\(NumberText.grouped(found.count)) images"
      return Gallery(
        name: "confused-\(names[pair.truth])-\(names[pair.predicted])",
        title: "\(names[pair.truth]) taken for \(names[pair.predicted]): \(count)",
        tiles: shown.map { index in
          Gallery.Tile(
            images.picture(index),
            lines: confidenceText(index).map { [$0, "no. \(index)"] } ?? ["no. \(index)"],
            alternative: "image \(index), a \(names[pair.truth]) taken for \(names[pair.predicted])")
        })
    }
  }

  private func confidenceText(_ index: Int) -> String? {
    answers.hasProbabilities ? NumberText.percent(answers.confidence(index), decimals: 1) : nil
  }

  // MARK: scores

  private var scores: Figure {
    let kinds: [(name: String, style: SeriesStyle)] = [
      ("precision", .first), ("recall", .second), ("F1", .third),
    ]
    let rows = confusion.countedClasses.map { index in
      let scores = confusion.scores(of: index)
      return DotChart.Row(label: names[index], values: [scores.precision, scores.recall, scores.f1])
    }
    let worst = confusion.countedClasses.min { confusion.scores(of: $0).f1 < confusion.scores(of: $1).f1 }
    let words =
      worst.map {
        "The lowest F1 has \(names[$0]): \(NumberText.fixed(confusion.scores(of: $0).f1, decimals: 4))."
      } ?? ""
    return Figure(
      name: "scores", title: "Precision, recall and F1 of each class",
      caption: "\(words) The scale need not begin at 0.",
      drawing: DotChart(
        kinds: kinds, rows: rows, alternative: "Precision, recall and F1 of \(rows.count) classes. \(words)"
      )
      .drawing())
  }

  private var table: PageTable {
    var table = PageTable("", columns: ["Class", "Precision", "Recall", "F1", "Images"])
    func add(_ name: String, _ scores: ConfusionMatrix.Scores) {
      table.add(
        [name] + [scores.precision, scores.recall, scores.f1].map { NumberText.fixed($0, decimals: 4) }
          + [NumberText.grouped(scores.support)])
    }
    let occurring = Set(confusion.countedClasses)
    for (index, name) in names.enumerated() {
      if occurring.contains(index) {
        add(name, confusion.scores(of: index))
      } else {
        table.add([name, "·", "·", "·", "0"])
      }
    }
    add("mean\(counted)", confusion.macroAverage)
    add("weighted mean\(counted)", confusion.weightedAverage)
    return table
  }

  // MARK: probabilities

  private var bins: ReliabilityBins {
    var bins = ReliabilityBins()
    for (index, label) in images.labels.enumerated() {
      bins.add(probability: answers.confidence(index), isRight: Int(label) == answers.classes[index])
    }
    return bins
  }

  private var reliability: Figure {
    let bins = bins
    let error = NumberText.percent(bins.expectedError, decimals: 2)
    let right = bins.bins.reduce(0.0) { $0 + Double($1.count) * ($1.confidence - $1.accuracy) }
    let tendency = right > 0 ? "surer than it is right" : "right more often than it is sure"
    return Figure(
      name: "calibration", title: "Can its probabilities be believed?",
      caption:
        """
        On the broken line an answer given with 80 % would be right in 80 of 100 cases. On the whole the \
        model is \(tendency), by \(error) in the mean.
        """,
      drawing: ReliabilityChart(
        bins: bins,
        alternative:
          "Share of right answers against the probability of the answer. Calibration error \(error)."
      )
      .drawing())
  }

  private var mistakes: Gallery {
    let wrong = images.labels.indices.filter { Int(images.labels[$0]) != answers.classes[$0] }
      .sorted { (-answers.confidence($0), $0) < (-answers.confidence($1), $1) }
    let tiles = wrong.prefix(Self.mistakeCount).map { index in
      let (truth, found) = (names[Int(images.labels[index])], names[answers.classes[index]])
      return Gallery.Tile(
        images.picture(index),
        lines: ["\(truth) as \(found)"] + (confidenceText(index).map { [$0] } ?? []) + ["no. \(index)"],
        alternative:
          "image \(index), a \(truth) taken for \(found)\(confidenceText(index).map { " with \($0)" } ?? "")")
    }
    return Gallery(
      name: "mistakes",
      title: answers.hasProbabilities ? "The most confident mistakes" : "Mistakes",
      caption:
        """
        Truth and answer\(answers.hasProbabilities ? ", the probability of the answer" : ""), and the \
        number of the image as octet data export-png counts.
        """,
      tiles: tiles)
  }
}
