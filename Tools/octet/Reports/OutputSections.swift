import Octet
import OctetCommandLine
import OctetData
import OctetNetwork
import OctetQuantization
import OctetReports

/// The sections of a page on what models gave at each output.
struct OutputSections {
  let items: TargetedItems
  let outputs: [OutputResult]
  /// Sections that tell what decided about items whose class changed, by their numbers.
  var explanations: [Int: String] = [:]

  private var noun: String { "Test \(items.items.values.noun)s" }

  /// How the judged model did, then what quantization changed.
  var sections: [Section] { evaluations + comparisons }

  /// How the judged model did, where it is known what it should give.
  var evaluations: [Section] {
    outputs.indices.compactMap { index in
      outputs[index].target.isKnown ? evaluation(index) : nil
    }
  }

  /// What quantization changed; none without two models.
  var comparisons: [Section] {
    outputs.indices.compactMap { index in
      outputs[index].float != nil && outputs[index].integer != nil ? comparison(index) : nil
    }
  }

  private func identifier(_ name: String, _ index: Int) -> String {
    outputs.count == 1 ? name : "\(name)-\(index + 1)"
  }

  private func title(_ words: String, _ index: Int) -> String {
    outputs.count == 1 ? words : "\(words): \(outputs[index].output.name)"
  }

  /// The items with the classes of one output.
  private func labeled(_ result: OutputResult) -> LabeledItems {
    guard let truth = result.trueClasses else { return items.items }
    return items.items.with(.classes(truth, names: result.output.names))
  }

  private func evaluation(_ index: Int) -> Section? {
    let result = outputs[index]
    let (name, title) = (identifier("evaluation", index), title("Evaluation", index))
    switch result.output.meaning {
    case .classes:
      return result.judged?.classes.map {
        EvaluationSection(images: labeled(result), answers: $0).section(name, title: title)
      }
    case .labels:
      return result.judged?.labels.map {
        LabelsSection(images: items.items, names: result.output.names, truth: result.trueLabels)
          .evaluation(name, title: title, $0)
      }
    case .numbers:
      let figures = NumbersFigures(result: result, anomalies: items.anomalies).rows
      let rows = figures.map { NumbersSection.Row($0.title, [NumbersText.short($0.integer ?? $0.float)]) }
      var groups: (names: [String], of: [Int]) = ([], [])
      if let anomalies = items.anomalies, result.givesInput {
        groups = (["other", anomalies.name], anomalies.isAnomaly.map { $0 ? 1 : 0 })
      }
      return NumbersSection(
        images: items.items, about: about(result), columns: [result.integer == nil ? "Float" : "int8"],
        rows: rows
      ).evaluation(name, title: title, errors: result.judged?.errors?.square ?? [], groups: groups)
    }
  }

  private func about(_ result: OutputResult) -> String {
    let count = NumberText.grouped(items.items.count)
    switch result.target {
    case .input:
      return "\(noun): \(count). The output is compared with the input, which it gives again."
        + (items.anomalies.map { " \($0.name) counts as the anomaly." } ?? "")
    case .none: return "\(noun): \(count), without targets: the errors are not known."
    case .classes, .labels, .numbers: return "\(noun): \(count)."
    }
  }

  private func comparison(_ index: Int) -> Section? {
    let result = outputs[index]
    let (name, title) = (identifier("comparison", index), title("Float against int8", index))
    switch result.output.meaning {
    case .classes:
      guard result.trueClasses != nil, let float = result.float?.classes,
        let integer = result.integer?.classes
      else { return agreement(result, name, title) }
      return ComparisonSection(
        images: labeled(result), float: float, quantized: integer, explanations: explanations
      )
      .section(name, title: title)
    case .labels:
      guard let float = result.float?.labels, let integer = result.integer?.labels else { return nil }
      return LabelsSection(images: items.items, names: result.output.names, truth: result.trueLabels)
        .comparison(name, title: title, facts: labelFacts(result), float: float, integer: integer)
    case .numbers:
      guard let difference = result.difference else { return nil }
      let rows = NumbersFigures(result: result, anomalies: items.anomalies).rows.map { row in
        NumbersSection.Row(
          row.title,
          [
            NumbersText.short(row.float), NumbersText.short(row.integer), NumbersText.short(row.change),
            row.interval.map {
              "\(NumbersText.short($0.lowerBound)) to \(NumbersText.short($0.upperBound))"
            } ?? "",
          ])
      }
      return NumbersSection(
        images: items.items, about: about(result), columns: ["Float", "int8", "Change", "95 % interval"],
        rows: rows
      ).comparison(
        name, title: title,
        facts: [
          .init("Mean difference", NumbersText.short(difference.meanDifference)),
          .init("Largest difference", NumbersText.short(difference.largestDifference)),
          .init(
            "Float above the difference",
            NumbersText.decibels(difference.decibels)),
        ], difference: difference)
    }
  }

  private func labelFacts(_ result: OutputResult) -> [Section.Fact] {
    guard let counts = result.allRight else {
      return [.init(noun, NumberText.grouped(items.items.count))]
    }
    return [
      .init(noun, NumberText.grouped(counts.items)),
      .init("All labels right, float", NumberText.percent(counts.floatShare, decimals: 2)),
      .init("All labels right, int8", NumberText.percent(counts.share, decimals: 2)),
      .init("Loss in points", NumberText.fixed(counts.lossPoints, decimals: 2)),
      .init(
        "95 % interval",
        "\(PairedText.signed(counts.interval.lowerBound)) to \(PairedText.signed(counts.interval.upperBound))"
      ),
    ]
  }

  /// Of two classifiers on items whose classes nobody knows.
  private func agreement(_ result: OutputResult, _ name: String, _ title: String) -> Section {
    let changed = (0..<items.items.count).count { result.isChanged($0) == true }
    return Section(
      name, title: title,
      [
        .facts([
          .init(noun, NumberText.grouped(items.items.count)),
          .init("Answers changed", NumberText.grouped(changed)),
        ])
      ])
  }
}
