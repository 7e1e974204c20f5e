import OctetCommandLine
import OctetTraining

/// A model beside others: how it was trained, what it scores and takes. What its file does not say is nil.
package struct ComparedRun: Sendable {
  package let name: String
  package let recipe: String?
  package let settings: [(name: String, value: String)]
  package let history: [EpochRecord]
  package let testAccuracy: Double?
  package let testLoss: Double?
  package let parameters: Int
  package let fileBytes: Int
  /// Of an .octet file.
  package let arenaBytes: Int?

  package init(
    name: String, recipe: String?, settings: [(name: String, value: String)], history: [EpochRecord],
    testAccuracy: Double?, testLoss: Double?, parameters: Int, fileBytes: Int, arenaBytes: Int?
  ) {
    self.name = name
    self.recipe = recipe
    self.settings = settings
    self.history = history
    self.testAccuracy = testAccuracy
    self.testLoss = testLoss
    self.parameters = parameters
    self.fileBytes = fileBytes
    self.arenaBytes = arenaBytes
  }
}

/// Models side by side, for people, as tables of text; pages have the same columns.
package struct ComparedRuns: Sendable {
  package let runs: [ComparedRun]

  package init(_ runs: [ComparedRun]) { self.runs = runs }

  /// The names of the columns, whether they are words, and whether they fall away where there is no room for all.
  package var columns: [(title: String, isText: Bool, isDetail: Bool)] {
    var columns = [
      (title: "model", isText: true, isDetail: false), ("recipe", true, true), ("epochs", false, true),
      ("parameters", false, true),
    ]
    if runs.contains(where: { $0.arenaBytes != nil }) { columns.append(("arena bytes", false, false)) }
    return columns + [
      ("file bytes", false, false), ("loss", false, true), ("validation loss", false, true),
      ("test loss", false, true), ("test accuracy", false, false),
    ]
  }

  /// What the figures of a test stand for; nil where no run has any.
  package var testNote: String? {
    guard runs.contains(where: { $0.testAccuracy != nil || $0.testLoss != nil }) else { return nil }
    return "Test figures are those of the end of each training, on its own test images."
  }

  package func cells(_ run: ComparedRun) -> [String] {
    func loss(_ value: Double?) -> String { value.map { NumberText.fixed($0, decimals: 4) } ?? "" }
    let last = run.history.last
    var cells = [
      run.name, run.recipe ?? "", run.history.isEmpty ? "" : "\(run.history.count)",
      NumberText.grouped(run.parameters),
    ]
    if runs.contains(where: { $0.arenaBytes != nil }) {
      cells.append(run.arenaBytes.map { NumberText.grouped($0) } ?? "")
    }
    return cells + [
      NumberText.grouped(run.fileBytes), loss(last?.loss), loss(last?.validationLoss), loss(run.testLoss),
      run.testAccuracy.map { NumberText.percent($0, decimals: 2) } ?? "",
    ]
  }

  /// Runs that say how they were trained.
  package var trained: [ComparedRun] { runs.filter { !$0.settings.isEmpty } }

  /// The settings that are not the same for all trained runs: each value with the runs that have it.
  package var differences: [(setting: String, values: [(value: String, runs: [String])])] {
    let trained = trained
    var names: [String] = []
    for run in trained {
      for setting in run.settings where !names.contains(setting.name) { names.append(setting.name) }
    }
    return names.compactMap { name in
      var values: [(value: String, runs: [String])] = []
      for run in trained {
        let value = run.settings.first { $0.name == name }?.value ?? "the default"
        if let place = values.firstIndex(where: { $0.value == value }) {
          values[place].runs.append(run.name)
        } else {
          values.append((value, [run.name]))
        }
      }
      return values.count > 1 ? (name, values) : nil
    }
  }

  /// The same as rows of a table: setting, value, models. A setting is named once.
  package var differenceRows: [[String]] {
    differences.flatMap { setting, values in
      values.enumerated().map { index, value in
        [index == 0 ? setting : "", value.value, value.runs.joined(separator: ", ")]
      }
    }
  }

  package static let differenceColumns = ["setting", "value", "models"]

  /// For a page: figures, curves, settings.
  package var section: Section {
    let columns = columns
    var figures = PageTable(
      "", columns: columns.map(\.title), words: Set(columns.indices.filter { columns[$0].isText }))
    for run in runs { figures.add(cells(run)) }
    var blocks: [Section.Block] = [.table(figures)]
    if let testNote { blocks.append(.paragraph(testNote)) }
    let charts =
      curves("loss", "Loss on training images", unit: "", factor: 1, startsAtZero: true, \.loss)
      + curves("validation-loss", "Loss on validation images", unit: "", factor: 1, startsAtZero: true) {
        $0.validationLoss
      }
      + curves("accuracy", "Accuracy on training images", unit: " %", factor: 100, startsAtZero: false) {
        $0.accuracy
      }
      + curves(
        "validation-accuracy", "Accuracy on validation images", unit: " %", factor: 100, startsAtZero: false
      ) { $0.validationAccuracy }
    if !charts.isEmpty { blocks.append(.figures(charts)) }
    let differences = differenceRows
    if !differences.isEmpty {
      var table = PageTable("Settings that differ", columns: Self.differenceColumns, words: [0, 1, 2])
      for row in differences { table.add(row) }
      blocks.append(.table(table))
    } else if trained.count > 1 {
      blocks.append(.paragraph("All runs have the same settings."))
    }
    return Section("runs", title: "Models side by side", blocks)
  }

  /// A chart for each four runs that have more than one epoch of it.
  private func curves(
    _ name: String, _ title: String, unit: String, factor: Double, startsAtZero: Bool,
    _ value: (EpochRecord) -> Double?
  ) -> [Figure] {
    let curves = runs.map { (name: $0.name, values: $0.history.map(value)) }
      .filter { $0.values.count > 1 && $0.values.contains { $0 != nil } }
    let styles = SeriesStyle.allCases
    return stride(from: 0, to: curves.count, by: styles.count).map { start in
      let group = curves[start..<min(start + styles.count, curves.count)]
      let alternative = group.map { curve in
        let ends = [curve.values.first ?? nil, curve.values.last ?? nil]
        let words = ends.map { $0.map { NumberText.fixed($0 * factor, decimals: 4) } ?? "nothing" }
        return "\(curve.name) from \(words[0]) to \(words[1])"
      }
      let chart = LineChart(
        series: zip(group, styles).map {
          LineChart.Series(name: TextWidth.fitted($0.name, within: 270), values: $0.values, style: $1)
        }, xName: "epoch", startsAtZero: startsAtZero, unit: unit, factor: factor,
        alternative: "\(title): \(alternative.joined(separator: "; "))")
      // A chart that is not the only one says whose it is; one of a single run has no other names.
      let whose = group.count == 1 ? ": \(group[start].name)" : start > 0 ? ", further models" : ""
      return Figure(
        name: start == 0 ? name : "\(name)-\(start / styles.count + 1)", title: title + whose,
        drawing: chart.drawing())
    }
  }
}
