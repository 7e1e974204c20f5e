import Octet
import OctetCommandLine
import OctetData
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText
import OctetTraining

/// How far numbers lie from what they should be, and the integer model's from the float model's.
struct NumbersFigures {
  /// One figure of one or two models.
  struct Row {
    /// For people.
    let title: String
    /// For programs.
    let name: String
    let float: Double?
    let integer: Double?
    /// What the integer model's is more, in the mean of pairs.
    var interval: ClosedRange<Double>?

    var change: Double? { float.flatMap { float in integer.map { $0 - float } } }
  }

  let result: OutputResult
  let anomalies: Anomalies?

  /// None where it is not known what the numbers should be.
  var rows: [Row] {
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

  var items: Int { result.judged?.errors?.items ?? result.difference?.square.count ?? 0 }
}

/// The same for people.
struct NumbersText {
  let result: OutputResult
  let items: TargetedItems

  func text() -> String {
    let figures = NumbersFigures(result: result, anomalies: items.anomalies)
    let rows = figures.rows
    let noun = items.items.values.noun
    var text = "Test \(noun)s: \(NumberText.grouped(figures.items))\(about)\n"
    if !rows.isEmpty { text += "\(table(rows))" }
    if let perNumber { text += "\n\(perNumber)" }
    if let difference = result.difference {
      text += """
        int8 differs from float by \(Self.short(difference.meanDifference)) in the mean, \
        \(Self.short(difference.largestDifference)) at most; float stands \
        \(Self.decibels(difference.decibels)) above the difference

        """
    }
    return text
  }

  private var about: String {
    switch result.target {
    case .none: ", without targets, so the errors are not known"
    case .input:
      ", compared with the input"
        + (items.items.values.areBytes
          ? ", pixels as \(Self.short(Double(items.pixels.whole.lowerBound))) to "
            + Self.short(Double(items.pixels.whole.upperBound))
          : "") + (items.anomalies.map { "; \($0.name.shown) counts as the anomaly" } ?? "")
    case .classes, .labels, .numbers: ""
    }
  }

  private func table(_ rows: [NumbersFigures.Row]) -> String {
    guard result.float != nil, result.integer != nil else {
      var table = TextTable(.init("figure"), .init(result.integer == nil ? "float" : "int8", .right))
      for row in rows { table.addRow([row.title, Self.short(row.integer ?? row.float)]) }
      return table.rendered()
    }
    var table = TextTable(
      .init("figure"), .init("float", .right), .init("int8", .right), .init("change", .right),
      .init("95 % interval of the change"))
    for row in rows {
      table.addRow([
        row.title, Self.short(row.float), Self.short(row.integer), Self.signed(row.change),
        row.interval.map { "\(Self.signed($0.lowerBound)) to \(Self.signed($0.upperBound))" } ?? "",
      ])
    }
    return table.rendered()
  }

  /// More numbers of an item than this are not listed one by one.
  private static let mostListed = 32

  private var perNumber: String? {
    guard case .numbers = result.target, (2...Self.mostListed).contains(result.output.shape.count) else {
      return nil
    }
    let sides = [("float", result.float?.errors), ("int8", result.integer?.errors)].filter { $0.1 != nil }
    var table = TextTable(
      columns: [.init("mean absolute error of")] + sides.map { .init($0.0, .right) })
    for place in 0..<result.output.shape.count {
      let name = result.output.names.indices.contains(place) ? result.output.names[place] : "number \(place)"
      table.addRow([name] + sides.map { Self.short($0.1?.meanAbsolute(ofNumber: place)) })
    }
    return table.rendered()
  }

  static func short(_ value: Double?) -> String { value.map(NumberText.significant) ?? "·" }

  private static func signed(_ value: Double?) -> String {
    guard let value else { return "·" }
    return (value < 0 ? "" : "+") + short(value)
  }

  static func decibels(_ value: Double) -> String {
    if value.isFinite { return "\(NumberText.fixed(value, decimals: 1)) dB" }
    return value > 0 ? "infinitely far" : "not at all"
  }
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
