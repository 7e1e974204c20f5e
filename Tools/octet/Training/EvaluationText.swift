import OctetTraining

/// How a float network did, for people.
struct EvaluationText {
  private let evaluation: Evaluation
  private let name: String

  init(_ evaluation: Evaluation, name: String) {
    self.evaluation = evaluation
    self.name = name
  }

<<<<<<< HEAD
  func text() -> String { ConfusionText(evaluation.confusion).text(name: name, loss: evaluation.loss) }
=======
  /// The first line alone.
  func headline() -> String {
    let confusion = evaluation.confusion
    let headline = confusion.headline
    return """
      \(name): \(NumberText.grouped(confusion.total)), loss \(NumberText.fixed(evaluation.loss, decimals: 4)), \
      accuracy \(NumberText.percent(evaluation.accuracy, decimals: 2)), \
      precision \(share(headline.precision)), recall \(share(headline.recall)), F1 \(share(headline.f1))\(meaning(confusion))

      """
  }

  func text() -> String {
    let confusion = evaluation.confusion
    return """
      \(headline())
      \(classes(confusion))
      Confusion matrix, a row per true class, a column per answer
      \(matrix(confusion))\(mixUps(confusion))
      """
  }

  /// What precision, recall and F1 of the first line are about.
  private func meaning(_ confusion: ConfusionMatrix) -> String {
    confusion.positiveClass.map { " (class \(confusion.classNames[$0]) counts as positive)" }
      ?? " (means over the classes)"
  }

  private func share(_ value: Double) -> String { NumberText.fixed(value, decimals: 4) }

  private func classes(_ confusion: ConfusionMatrix) -> String {
    var table = TextTable(
      .init("class"), .init("precision", .right), .init("recall", .right), .init("F1", .right),
      .init("images", .right))
    func addRow(_ name: String, _ scores: ConfusionMatrix.Scores) {
      table.addRow([
        name, share(scores.precision), share(scores.recall), share(scores.f1),
        NumberText.grouped(scores.support),
      ])
    }
    for (index, name) in confusion.classNames.enumerated() { addRow(name, confusion.scores(of: index)) }
    table.addRule()
    addRow("mean", confusion.macroAverage)
    addRow("weighted mean", confusion.weightedAverage)
    return table.rendered()
  }

  private func matrix(_ confusion: ConfusionMatrix) -> String {
    var table = TextTable(columns: [.init("")] + confusion.classNames.map { .init($0, .right) })
    for (index, row) in confusion.counts.enumerated() {
      table.addRow([confusion.classNames[index]] + row.map { $0 == 0 ? "·" : NumberText.grouped($0) })
    }
    return table.rendered()
  }

  private func mixUps(_ confusion: ConfusionMatrix) -> String {
    let names = confusion.classNames
    let pairs = confusion.confusions.prefix(5).map {
      "\(names[$0.truth]) as \(names[$0.predicted]) (\(NumberText.grouped($0.count)))"
    }
    return pairs.isEmpty ? "" : "Most confused: \(pairs.joined(separator: ", "))\n"
  }
>>>>>>> train
}
