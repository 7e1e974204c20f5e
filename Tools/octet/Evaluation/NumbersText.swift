import Octet
import OctetCommandLine
import OctetData
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText
import OctetTraining

/// How far numbers lie from what they should be, for people.
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
