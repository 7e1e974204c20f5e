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

extension OutputResult {
  /// How often all labels of an item are right in both models.
  var allRight: PairedCounts? {
    guard let truth = trueLabels, let float = float?.labels, let integer = integer?.labels else { return nil }
    return PairedCounts(zip(float.allRight(truth), integer.allRight(truth)))
  }
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

/// For programs.
enum LabelsJSON {
  static func members(_ result: OutputResult) -> [(name: String, value: JSONValue)] {
    let count = result.judged?.labels?.items ?? 0
    var members: [(name: String, value: JSONValue)] = [("images", .integer(count))]
    if result.float != nil, result.integer != nil {
      members.append(("changed", .integer((0..<count).count { result.isChanged($0) == true })))
    }
    guard let truth = result.trueLabels else { return members }
    if let counts = result.allRight {
      members += PairedJSON.members(counts, "all_right")
    } else {
      let right = result.judged?.labels?.allRight(truth) ?? []
      members.append(("all_right", .number(Double(right.count { $0 }) / Double(max(right.count, 1)))))
    }
    let judged = result.judged?.labels?.scores(truth) ?? []
    let float = result.integer == nil ? nil : result.float?.labels?.scores(truth)
    members.append(
      (
        "labels",
        .array(
          result.output.names.indices.map { index in
            .object(
              [("label", .string(result.output.names[index])), ("images", .integer(judged[index].support))]
                + scores(judged[index], "") + (float.map { scores($0[index], "float_") } ?? []))
          })
      ))
    return members
  }

  private static func scores(
    _ scores: LabelAnswers.Scores, _ prefix: String
  ) -> [(name: String, value: JSONValue)] {
    [
      ("accuracy", scores.accuracy), ("precision", scores.precision), ("recall", scores.recall),
      ("f1", scores.f1),
    ].map { (prefix + $0.0, $0.1.map { .number($0) } ?? .null) }
  }
}

enum PairedJSON {
  static func members(_ counts: PairedCounts, _ name: String) -> [(name: String, value: JSONValue)] {
    [
      (name, .number(counts.share)), ("float_\(name)", .number(counts.floatShare)),
      ("\(name)_loss_points", .number(counts.lossPoints)),
      (
        "\(name)_interval",
        .array([.number(counts.interval.lowerBound), .number(counts.interval.upperBound)])
      ),
    ]
  }
}
