import OctetCommandLine
import OctetData
import OctetNetwork
import OctetQuantization

/// How labels of which several can hold together were found, and the items that two models label differently.
package struct LabelsSection {
  private let images: LabeledItems
  private let names: [String]
  /// 0 or 1, `items x labels`; nil where nobody knows.
  private let truth: [UInt8]?

  /// Items that are shown.
  private static let mostShown = 24

  package init(images: LabeledItems, names: [String], truth: [UInt8]?) {
    self.images = images
    self.names = names
    self.truth = truth
  }

  /// How one model did.
  package func evaluation(_ identifier: String, title: String, _ answers: LabelAnswers) -> Section {
    guard let truth else { return Section(identifier, title: title, []) }
    let scores = answers.scores(truth)
    let right = answers.allRight(truth)
    var table = PageTable("", columns: ["Label", "Accuracy", "Precision", "Recall", "F1", "Items"])
    for (name, scores) in zip(names, scores) {
      table.add([
        name, percent(scores.accuracy), share(scores.precision), share(scores.recall), share(scores.f1),
        NumberText.grouped(scores.support),
      ])
    }
    let rows = zip(names, scores).map { name, scores in
      DotChart.Row(
        label: name, values: [scores.precision ?? 0, scores.recall ?? 0, scores.f1 ?? 0])
    }
    let wrong = right.indices.filter { !right[$0] }
    return Section(
      identifier, title: title,
      [
        .facts([
          .init("Items", NumberText.grouped(answers.items)),
          .init("All labels right", percent(Double(right.count { $0 }) / Double(max(right.count, 1)))),
        ]), .table(table),
        .figures([
          Figure(
            name: "\(identifier)-scores", title: "Precision, recall and F1 of each label",
            caption: "The scale need not begin at 0.",
            drawing: DotChart(
              kinds: [("precision", .first), ("recall", .second), ("F1", .third)], rows: rows,
              alternative: "Precision, recall and F1 of \(rows.count) labels."
            ).drawing())
        ]),
        tiles("\(identifier)-mistakes", "Items with a wrong label", wrong) { item in
          [self.words(item), "found \(self.words(answers.flags(item)))"]
        },
      ])
  }

  /// What quantization changed.
  package func comparison(
    _ identifier: String, title: String, facts: [Section.Fact], float: LabelAnswers, integer: LabelAnswers
  ) -> Section {
    let changed = (0..<float.items).filter { float.flags($0) != integer.flags($0) }
    let count = names.count
    // Those of the largest change first.
    func change(_ item: Int) -> Float {
      (item * count..<(item + 1) * count).map { abs(float.values[$0] - integer.values[$0]) }.max() ?? 0
    }
    let changes = changed.map(change)
    let order = changed.indices.sorted { (-changes[$0], $0) < (-changes[$1], $1) }.map { changed[$0] }
    return Section(
      identifier, title: title,
      [
        .facts(facts), .notes(changed.isEmpty ? ["No item changed its labels."] : []),
        tiles("\(identifier)-changed", "Items whose labels changed", order) { item in
          [
            self.words(item), "float \(self.words(float.flags(item)))",
            "int8 \(self.words(integer.flags(item)))",
          ]
        },
      ])
  }

  /// The true labels.
  private func words(_ item: Int) -> String {
    guard let truth else { return "no. \(item)" }
    return words(truth[item * names.count..<(item + 1) * names.count].map { $0 == 1 })
  }

  private func words(_ flags: some Sequence<Bool>) -> String {
    let holding = zip(names, flags).filter(\.1).map(\.0)
    return holding.isEmpty ? "none" : holding.joined(separator: ", ")
  }

  private func tiles(
    _ name: String, _ title: String, _ items: [Int], _ lines: (Int) -> [String]
  ) -> Section.Block {
    let shown = items.prefix(Self.mostShown)
    let count =
      items.count > shown.count
      ? "The first \(shown.count) of \(NumberText.grouped(items.count)) are shown." : ""
    guard !images.shape.isFlat else {
      var table = PageTable(title, columns: ["Item", "Labels"], words: [1])
      for item in shown { table.add(["\(item)", lines(item).joined(separator: "; ")]) }
      return .table(table)
    }
    return .gallery(
      Gallery(
        name: name, title: title, caption: count,
        tiles: shown.map { item in
          Gallery.Tile(
            images.picture(item), lines: lines(item) + ["no. \(item)"],
            alternative: "item \(item): \(lines(item).joined(separator: "; "))")
        }, isRoomy: true))
  }

  private func percent(_ share: Double?) -> String {
    share.map { NumberText.percent($0, decimals: 2) } ?? "·"
  }

  private func share(_ value: Double?) -> String { value.map { NumberText.fixed($0, decimals: 4) } ?? "·" }
}
