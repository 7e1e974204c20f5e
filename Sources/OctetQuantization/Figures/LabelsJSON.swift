import OctetInterchange
import OctetTraining

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

extension OutputResult {
  /// How often all labels of an item are right in both models.
  package var allRight: PairedCounts? {
    guard let truth = trueLabels, let float = float?.labels, let integer = integer?.labels else { return nil }
    return PairedCounts(zip(float.allRight(truth), integer.allRight(truth)))
  }
}
