import OctetCommandLine
import OctetQuantization
import OctetReports
import OctetTraining

/// What a repair found and did, for people, programs and pages.
struct RepairText {
  let repair: Repair
  private let time: Duration

  init(_ repair: Repair, time: Duration) {
    self.repair = repair
    self.time = time
  }

  // MARK: for people

  func text() -> String {
    """
    Repair: \(NumberText.grouped(repair.tried)) remedies tried in \(NumberText.duration(seconds: time / .seconds(1)))

    \(losses())
    \(lossesNote)

    \(steps())
    \(conclusion)
    \(method)

    """
  }

  private var lossesNote: String {
    """
    Before: signal to noise in dB of the layer alone, with all before it, and of the output when it alone is \
    quantized\(hasAnswers ? "; and the share of answers that this changes" : "").
    """
  }

  /// Whether an output holds classes or labels.
  private var hasAnswers: Bool { repair.before.changed != nil }

  /// The layers that cost most.
  private func losses() -> String {
    var table = TextTable(
      columns: [
        .init("costliest layers"), .init("kind", isDetail: true), .init("alone", .right),
        .init("so far", .right), .init("at output", .right),
      ] + (hasAnswers ? [.init("answers changed", .right)] : []))
    for layer in costliest { table.addRow(cells(layer)) }
    return table.rendered()
  }

  private func cells(_ layer: QuantizationReport.Layer) -> [String] {
    [
      layer.name, layer.kind, decibels(layer.isolated), decibels(layer.accumulated),
      decibels(layer.atOutputs),
    ] + (hasAnswers ? [layer.changedAnswers.map(percent) ?? ""] : [])
  }

  private func cells(_ step: Repair.Step) -> [String] {
    [
      step.remedy.words, step.layer ?? "all", "\(value(step.before)) to \(value(step.after))",
      signed(step.addedFileBytes), signed(step.addedArenaBytes), signed(step.addedWork),
    ]
  }

  private static let mostShown = 6

  private var costliest: [QuantizationReport.Layer] {
    Array(
      repair.layers.filter { $0.atOutputs.isFinite }
        .sorted { $0.atOutputs < $1.atOutputs }.prefix(Self.mostShown))
  }

  private func steps() -> String {
    guard !repair.steps.isEmpty else { return "No remedy helped." }
    var table = TextTable(
      .init("kept"), .init("layer"), .init(measureTitle, .right), .init("file", .right),
      .init("arena", .right),
      .init("operations", .right))
    for step in repair.steps { table.addRow(cells(step)) }
    return table.rendered()
  }

  private var measureTitle: String { hasAnswers ? "answers changed" : "error" }

  /// What counts most of a measurement.
  private func value(_ measure: Repair.Measure) -> String {
    measure.changed.map(percent) ?? percent(measure.divergence)
  }

  private var conclusion: String {
    var lines: [String] = []
    if hasAnswers {
      lines.append(
        "Of \(NumberText.grouped(repair.proofCount)) items held out, \(value(repair.before)) were answered in another "
          + "way than by the float model; now \(value(repair.after)) are.")
    } else {
      lines.append(
        "On \(NumberText.grouped(repair.proofCount)) items held out the mean square error was \(value(repair.before)) "
          + "of the numbers' own; now it is \(value(repair.after)).")
    }
    if let float = repair.floatAccuracy, let before = repair.before.accuracy,
      let after = repair.after.accuracy
    {
      lines.append(
        "Right are \(percent(float)) with floats, \(percent(before)) before and \(percent(after)) after.")
    }
    if let fault = repair.trainingFault { lines.append("Training was not tried: \(fault).") }
    return lines.joined(separator: "\n")
  }

  private var method: String {
    "Remedies were compared on \(NumberText.grouped(repair.trialCount)) training items, and kept where "
      + "\(NumberText.grouped(repair.proofCount)) others confirmed them."
  }

  private func percent(_ share: Double) -> String { NumberText.percent(share, decimals: 2) }

  private func decibels(_ value: Double) -> String {
    value == .infinity ? "exact" : NumberText.fixed(value, decimals: 1)
  }

  private func signed(_ count: Int) -> String {
    count == 0 ? "0" : (count > 0 ? "+" : "-") + NumberText.grouped(abs(count))
  }

  // MARK: for programs

  var json: JSONValue { RepairJSON.value(repair, seconds: time / .seconds(1)) }

  // MARK: for pages

  var section: Section {
    var losses = PageTable(
      "Costliest layers before",
      columns: ["Layer", "Kind", "Alone, dB", "So far, dB", "At the output, dB"]
        + (hasAnswers ? ["Answers changed"] : []), words: [1])
    for layer in costliest { losses.add(cells(layer)) }
    var steps = PageTable(
      "Remedies that were kept",
      columns: ["Remedy", "Layer", measureTitle.capitalizedFirst, "File bytes", "Arena bytes", "Operations"],
      words: [0, 1])
    for step in repair.steps { steps.add(cells(step)) }
    return Section(
      "repair", title: "Repair",
      [.notes(conclusion.split(separator: "\n").map(String.init)), .table(losses)]
        + (repair.steps.isEmpty ? [.paragraph("No remedy helped.")] : [.table(steps)]) + [.paragraph(method)])
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
