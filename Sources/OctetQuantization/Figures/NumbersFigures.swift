import OctetData
import OctetInterchange
import OctetTraining

/// How far numbers lie from what they should be, and the integer model's from the float model's.
package struct NumbersFigures {
  /// One figure of one or two models.
  package struct Row {
    /// For people.
    package let title: String
    /// For programs.
    package let name: String
    package let float: Double?
    package let integer: Double?
    /// What the integer model's is more, in the mean of pairs.
    package var interval: ClosedRange<Double>?

    package var change: Double? { float.flatMap { float in integer.map { $0 - float } } }
  }

  private let result: OutputResult
  private let anomalies: Anomalies?

  package init(result: OutputResult, anomalies: Anomalies?) {
    self.result = result
    self.anomalies = anomalies
  }

  /// None where it is not known what the numbers should be.
  package var rows: [Row] {
    let (float, integer) = (result.float?.errors, result.integer?.errors)
    guard float != nil || integer != nil else { return [] }
    var rows: [Row] = []
    func add(
      _ title: String, _ name: String, _ figure: (NumberErrors) -> Double?,
      _ each: ((NumberErrors) -> [Double])? = nil
    ) {
      var row = Row(
        title: title, name: name, float: float.flatMap(figure), integer: integer.flatMap(figure))
      if let each, let float, let integer {
        row.interval = PairedMean(float: each(float), integer: each(integer)).interval
      }
      rows.append(row)
    }
    add("mean absolute error", "mean_absolute_error", { $0.meanAbsolute }, { $0.absolute })
    add("mean square error", "mean_square_error", { $0.meanSquare }, { $0.square })
    add("root mean square error", "root_mean_square_error", { $0.rootMeanSquare })
    add("R²", "r2", { $0.explained })
    let (floatScores, integerScores) = (scores(float), scores(integer))
    if floatScores != nil || integerScores != nil {
      var row = Row(
        title: "AUC of the mean square error", name: "auc", float: floatScores?.area,
        integer: integerScores?.area)
      if let floatScores { row.interval = integerScores?.interval(against: floatScores) }
      rows.append(row)
    }
    return rows
  }

  private func scores(_ errors: NumberErrors?) -> AnomalyScores? {
    guard let errors, let anomalies, result.givesInput else { return nil }
    return AnomalyScores(errors.square, isAnomaly: anomalies.isAnomaly)
  }

  package var items: Int { result.judged?.errors?.items ?? result.difference?.square.count ?? 0 }
}

/// For programs.
enum NumbersJSON {
  static func members(_ result: OutputResult, _ items: TargetedItems) -> [(name: String, value: JSONValue)] {
    let figures = NumbersFigures(result: result, anomalies: items.anomalies)
    var members: [(name: String, value: JSONValue)] = [
      ("images", .integer(figures.items)),
      (
        "compared_with",
        result.givesInput ? "input" : result.target.isKnown ? "targets" : .null
      ),
    ]
    let hasBoth = result.float != nil && result.integer != nil
    for row in figures.rows {
      members.append((row.name, number(row.integer ?? row.float)))
      guard hasBoth else { continue }
      members.append(("float_\(row.name)", number(row.float)))
      if let interval = row.interval {
        members.append(
          (
            "\(row.name)_change_interval",
            .array([.number(interval.lowerBound), .number(interval.upperBound)])
          ))
      }
    }
    if let name = items.anomalies?.name, result.givesInput { members.append(("anomaly", .string(name))) }
    if let difference = result.difference {
      members += [
        ("mean_difference", .number(difference.meanDifference)),
        ("largest_difference", .number(difference.largestDifference)),
        ("decibels", .number(difference.decibels)),
      ]
    }
    return members
  }

  private static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
}
