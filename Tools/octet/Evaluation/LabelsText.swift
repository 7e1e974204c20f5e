import OctetCommandLine
import OctetData
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText
import OctetTraining

/// How labels of which several can hold together were found, for people.
struct LabelsText {
  let result: OutputResult
  /// What an item is called.
  let noun: String

  func text() -> String {
    guard let truth = result.trueLabels else { return agreement }
    let count = result.judged?.labels?.items ?? 0
    return """
      Test \(noun)s: \(NumberText.grouped(count))
      \(headline(truth))

      \(table(truth))
      """
  }

  private func headline(_ truth: [UInt8]) -> String {
    guard let counts = result.allRight else {
      let right = result.judged?.labels?.allRight(truth) ?? []
      return "all labels right: \(percent(Double(right.count { $0 }) / Double(max(right.count, 1))))"
    }
    return PairedText(counts).text("all labels right")
  }

  private func table(_ truth: [UInt8]) -> String {
    let names = result.output.names
    guard let float = result.float?.labels?.scores(truth), let integer = result.integer?.labels?.scores(truth)
    else {
      var table = TextTable(
        .init("label"), .init("accuracy", .right), .init("precision", .right), .init("recall", .right),
        .init("F1", .right), .init("\(noun)s", .right))
      for (name, scores) in zip(names, result.judged?.labels?.scores(truth) ?? []) {
        table.addRow([
          name, percent(scores.accuracy), share(scores.precision), share(scores.recall), share(scores.f1),
          NumberText.grouped(scores.support),
        ])
      }
      return table.rendered()
    }
    var table = TextTable(
      .init("label"), .init("\(noun)s", .right), .init("float accuracy", .right), .init("int8", .right),
      .init("float precision", .right), .init("int8", .right), .init("float recall", .right),
      .init("int8", .right), .init("float F1", .right), .init("int8", .right))
    for (index, name) in names.enumerated() {
      let (one, other) = (float[index], integer[index])
      table.addRow([
        name, NumberText.grouped(one.support), percent(one.accuracy), percent(other.accuracy),
        share(one.precision), share(other.precision), share(one.recall), share(other.recall), share(one.f1),
        share(other.f1),
      ])
    }
    return table.rendered()
  }

  /// Of two models where nobody knows the labels.
  private var agreement: String {
    let count = result.judged?.labels?.items ?? 0
    let changed = (0..<count).count { result.isChanged($0) == true }
    return """
      Test \(noun)s: \(NumberText.grouped(count)), without labels, so the accuracy is not known
      float and int8 give the same labels to \(percent(1 - Double(changed) / Double(max(count, 1)))): \
      \(NumberText.grouped(changed)) of \(NumberText.grouped(count)) changed

      """
  }

  private func percent(_ share: Double?) -> String {
    share.map { NumberText.percent($0, decimals: 2) } ?? "·"
  }

  private func share(_ value: Double?) -> String { value.map { NumberText.fixed($0, decimals: 4) } ?? "·" }
}

/// A share that two models have, in a line.
struct PairedText {
  private let counts: PairedCounts

  init(_ counts: PairedCounts) { self.counts = counts }

  func text(_ what: String) -> String {
    let (loss, interval) = (counts.lossPoints, counts.interval)
    return """
      \(what): float \(NumberText.percent(counts.floatShare, decimals: 2)), \
      int8 \(NumberText.percent(counts.share, decimals: 2)): \(loss < 0 ? "a gain" : "a loss") of \
      \(NumberText.fixed(abs(loss), decimals: 2)) points (95 % interval of the loss: \
      \(Self.signed(interval.lowerBound)) to \(Self.signed(interval.upperBound)))
      """
  }

  static func signed(_ value: Double) -> String {
    (value < 0 ? "" : "+") + NumberText.fixed(value, decimals: 3)
  }
}
