import OctetCommandLine
import OctetData
import OctetNetwork
import OctetQuantization

/// How far the numbers that models give lie from what they should be, and the items at which two models differ most.
package struct NumbersSection {
  /// One figure as text: of the models that there are, with the change and its interval where there are two.
  package struct Row: Sendable {
    let title: String
    let values: [String]

    package init(_ title: String, _ values: [String]) {
      self.title = title
      self.values = values
    }
  }

  private let images: LabeledItems
  private let about: String
  private let columns: [String]
  private let rows: [Row]

  /// Items that are shown.
  private static let mostShown = 24

  /// - Parameters:
  ///   - about: a sentence on what the numbers are compared with.
  ///   - columns: the titles of the values of each row.
  package init(images: LabeledItems, about: String, columns: [String], rows: [Row]) {
    self.images = images
    self.about = about
    self.columns = columns
    self.rows = rows
  }

  private var table: PageTable {
    var table = PageTable("", columns: ["Figure"] + columns)
    for row in rows { table.add([row.title] + row.values) }
    return table
  }

  /// How one model did.
  ///
  /// - Parameters:
  ///   - figure: a title and a number for each item that is larger the worse the answer.
  ///   - groups: names of kinds of items, whose numbers are drawn apart, and which kind each item is of.
  package func evaluation(
    _ identifier: String, title: String, errors: [Double], groups: (names: [String], of: [Int])
  ) -> Section {
    var blocks: [Section.Block] = [.paragraph(about), .table(table)]
    if !errors.isEmpty {
      blocks.append(.figures([histogram(identifier, errors, groups)]))
      blocks += worst(
        "\(identifier)-largest", "The largest errors", errors,
        words: { "mean square error \(Self.short(errors[$0]))" })
    }
    return Section(identifier, title: title, blocks)
  }

  /// What quantization changed.
  package func comparison(
    _ identifier: String, title: String, facts: [Section.Fact], difference: NumberDifference
  ) -> Section {
    Section(
      identifier, title: title,
      [.paragraph(about), .facts(facts)] + (rows.isEmpty ? [] : [.table(table)])
        + worst(
          "\(identifier)-changed", "Where int8 differs most from float", difference.square,
          words: { "at most \(Self.short(difference.largest[$0]))" }))
  }

  /// Pictures of the items with the largest figures; a table where items are no pictures.
  private func worst(
    _ name: String, _ title: String, _ figures: [Double], words: (Int) -> String
  ) -> [Section.Block] {
    let order = figures.indices.sorted { (-figures[$0], $0) < (-figures[$1], $1) }
      .filter { figures[$0] > 0 }.prefix(Self.mostShown)
    if order.isEmpty { return [.notes(["\(title): nowhere."])] }
    guard !images.shape.isFlat else {
      var table = PageTable(title, columns: ["Item", "Mean square", ""])
      for item in order { table.add(["\(item)", Self.short(figures[item]), words(item)]) }
      return [.table(table)]
    }
    let tiles = order.map { item in
      Gallery.Tile(
        images.picture(item), lines: [words(item), "no. \(item)"],
        alternative: "item \(item): \(words(item))")
    }
    return [.gallery(Gallery(name: name, title: title, tiles: Array(tiles), isRoomy: true))]
  }

  private static let bins = 20

  private func histogram(
    _ identifier: String, _ errors: [Double], _ groups: (names: [String], of: [Int])
  ) -> Figure {
    let (low, high) = (errors.min() ?? 0, errors.max() ?? 0)
    let width = max((high - low) / Double(Self.bins), .leastNormalMagnitude)
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: max(groups.names.count, 1)), count: Self.bins)
    for (item, error) in errors.enumerated() where error.isFinite {
      let bin = min(Int(((error - low) / width).rounded(.down)), Self.bins - 1)
      counts[bin][groups.of.isEmpty ? 0 : groups.of[item]] += 1
    }
    let styles: [SeriesStyle] = [.first, .second, .third]
    let rows = counts.enumerated().map { bin, counts in
      BarChart.Row(
        label: Self.short(low + Double(bin) * width),
        bars: counts.enumerated().map { group, count in
          .init(value: Double(count), text: NumberText.grouped(count), style: styles[group % styles.count])
        })
    }
    return Figure(
      name: "\(identifier)-errors", title: "Items by their mean square error",
      caption: "Each row begins at the number beside it.",
      drawing: BarChart(
        rows: rows, legend: groups.names.enumerated().map { ($1, styles[$0 % styles.count]) },
        alternative:
          "Items by their mean square error, from \(Self.short(low)) to \(Self.short(high))."
      ).drawing())
  }

  private static func short(_ value: Double) -> String { NumberText.significant(value) }
}
