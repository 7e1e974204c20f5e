import Octet
import OctetCommandLine
import OctetData
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText
import OctetTraining

/// How one model did, or what quantization cost, at each output of a model, for people.
struct OutputWords {
  let outputs: [OutputResult]
  let items: TargetedItems

  private var noun: String { items.items.values.noun }

  var text: String {
    if outputs.count == 1 { return text(outputs[0]) }
    return outputs.map { "Output \($0.output.name.shown), \($0.output.words)\n\(text($0))" }
      .joined(separator: "\n")
  }

  private func text(_ result: OutputResult) -> String {
    guard result.isTested else {
      return
        "Test \(noun)s: \(NumberText.grouped(items.items.count)), without targets for this output: not tested\n"
    }
    switch result.output.meaning {
    case .labels: return LabelsText(result: result, noun: noun).text()
    case .numbers: return NumbersText(result: result, items: items).text()
    case .classes:
      if let comparison = result.comparison {
        let line = result.topFive.map { PairedText($0).text("true class among the first five") }
        return ComparisonText(comparison: comparison, noun: noun, topFive: line).text()
      }
      if let confusion = result.confusion(result.judged) {
        return ConfusionText(confusion).text(name: "Test \(noun)s") + topFiveAlone(result)
      }
      return result.agreement.text
    }
  }

  private func topFiveAlone(_ result: OutputResult) -> String {
    guard let found = result.judged?.classes?.topFive, !found.isEmpty else { return "" }
    let share = Double(found.count { $0 }) / Double(found.count)
    return "True class among the first five: \(NumberText.percent(share, decimals: 2))\n"
  }

  /// What a model gives, where it is not one output of classes.
  static func meanings(_ outputs: [OutputDescription]) -> String {
    if outputs.count == 1 { return outputs[0].meaning == .classes ? "" : "Output: \(outputs[0].words)\n" }
    return "Outputs: " + outputs.map { "\($0.name.shown) (\($0.words))" }.joined(separator: ", ") + "\n"
  }
}

extension FigureWarnings {
  /// What there is to say of classes: an accuracy near chance, or too few items for an interval.
  mutating func add(_ outputs: [OutputResult], _ cause: Cause) {
    for result in outputs {
      guard let judged = result.confusion(result.judged) else { continue }
      if let float = result.confusion(result.float), let comparison = result.comparison {
        add(float: float, int8: judged, cause)
        add(comparison)
      } else {
        add(result.integer == nil ? "float" : "int8", judged, cause)
      }
    }
  }

  /// Classes of the data that no output is compared with.
  mutating func add(unused items: TargetedItems, _ outputs: [OutputDescription]) {
    guard items.items.hasClasses, items.anomalies == nil,
      !items.targets.contains(where: { if case .classes = $0 { true } else { false } })
    else { return }
    let words = outputs.map(\.words).joined(separator: "; ")
    add(
      line:
        "the data has \(items.items.targets.description), and the model gives \(words): should these be scores of "
        + "classes, name the classes with --classes A,B,…")
  }

  /// An order of classes the wrong way round.
  mutating func add(anomalies items: TargetedItems, _ outputs: [OutputResult]) {
    for result in outputs {
      let rows = NumbersFigures(result: result, anomalies: items.anomalies).rows
      guard let name = items.anomalies?.name, let row = rows.first(where: { $0.name == "auc" }),
        let area = row.integer ?? row.float, area < 0.5
      else { continue }
      add(
        line:
          "the AUC is below 0.5, so \(name) is reconstructed better than the rest: name the class of anomalies with "
          + "--anomaly")
    }
  }
}
