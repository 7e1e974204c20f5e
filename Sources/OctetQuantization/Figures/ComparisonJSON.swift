import OctetInterchange
import OctetTraining

/// What quantization cost, for programs.
package enum ComparisonJSON {
  package static func members(_ comparison: PairedComparison) -> [(name: String, value: JSONValue)] {
    [
      ("images", .integer(comparison.images)), ("accuracy", .number(comparison.accuracy)),
      ("float_accuracy", .number(comparison.floatAccuracy)), ("loss_points", .number(comparison.lossPoints)),
      (
        "interval",
        .array([.number(comparison.interval.lowerBound), .number(comparison.interval.upperBound)])
      ),
      ("p_value", .number(comparison.pValue)), ("changed", .integer(comparison.changed)),
      ("lost", .integer(comparison.lost)), ("gained", .integer(comparison.gained)),
      (
        "classes",
        .array(
          comparison.classes.map { figures in
            .object([
              ("class", .string(figures.name)), ("images", .integer(figures.images)),
              ("accuracy", share(figures.correct, figures.images)),
              ("float_accuracy", share(figures.floatCorrect, figures.images)),
              ("changed", .integer(figures.changed)),
            ])
          })
      ),
    ]
  }

  /// Without `--against` there is only one side.
  package static func members(_ confusion: ConfusionMatrix) -> [(name: String, value: JSONValue)] {
    [
      ("images", .integer(confusion.total)), ("accuracy", .number(confusion.accuracy)),
      (
        "classes",
        .array(
          confusion.classNames.indices.map { index in
            .object([
              ("class", .string(confusion.classNames[index])),
              ("images", .integer(confusion.scores(of: index).support)),
              ("accuracy", share(confusion.counts[index][index], confusion.scores(of: index).support)),
            ])
          })
      ),
    ]
  }

  package static func matrix(_ confusion: ConfusionMatrix) -> JSONValue {
    .array(confusion.counts.map { row in .array(row.map { .integer($0) }) })
  }

  private static func share(_ part: Int, _ whole: Int) -> JSONValue {
    whole == 0 ? .null : .number(Double(part) / Double(whole))
  }
}

/// What a float model and the int8 model made from it say of items whose classes are not known: how often they agree.
package struct Agreement {
  package let items: Int
  /// Those that the two put in different classes.
  package let changed: Int

  package var share: Double { items == 0 ? 1 : Double(items - changed) / Double(items) }

  /// For programs.
  package var members: [(name: String, value: JSONValue)] {
    [("images", .integer(items)), ("changed", .integer(changed)), ("agreement", .number(share))]
  }
}

extension OutputResult {
  /// Of classes.
  package var agreement: Agreement {
    let count = judged?.classes?.classes.count ?? 0
    return Agreement(items: count, changed: (0..<count).count { isChanged($0) == true })
  }
}
