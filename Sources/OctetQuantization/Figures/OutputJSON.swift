import Octet
import OctetData
import OctetInterchange
import OctetNetwork
import OctetTraining

/// How one model did, or what quantization cost, at each output of a model, for programs.
package struct OutputJSON {
  private let outputs: [OutputResult]
  private let items: TargetedItems

  package init(outputs: [OutputResult], items: TargetedItems) {
    self.outputs = outputs
    self.items = items
  }

  /// What is known without a test.
  package static func untested(_ outputs: [OutputDescription]) -> [(name: String, value: JSONValue)] {
    let meanings = outputs.map { ("meaning", JSONValue.string("\($0.meaning)")) }
    if outputs.count == 1 { return meanings }
    return [
      (
        "outputs",
        .array(zip(outputs, meanings).map { .object([("output", .string($0.name)), $1]) })
      )
    ]
  }

  /// Of one output the figures themselves, of several an object for each.
  package var members: [(name: String, value: JSONValue)] {
    if outputs.count == 1 { return [("meaning", meaning(outputs[0]))] + members(outputs[0]) }
    return [
      (
        "outputs",
        .array(
          outputs.map { result in
            .object(
              [("output", .string(result.output.name)), ("meaning", meaning(result))] + members(result))
          })
      )
    ]
  }

  private func meaning(_ result: OutputResult) -> JSONValue { .string("\(result.output.meaning)") }

  private func members(_ result: OutputResult) -> [(name: String, value: JSONValue)] {
    guard result.isTested else { return [("images", .integer(items.items.count)), ("compared_with", .null)] }
    switch result.output.meaning {
    case .labels: return LabelsJSON.members(result)
    case .numbers: return NumbersJSON.members(result, items)
    case .classes:
      if let comparison = result.comparison {
        return ComparisonJSON.members(comparison)
          + (result.topFive.map { PairedJSON.members($0, "top_five") } ?? [])
      }
      if let confusion = result.confusion(result.judged) {
        let found = result.judged?.classes?.topFive ?? []
        return ComparisonJSON.members(confusion)
          + (found.isEmpty
            ? [] : [("top_five", .number(Double(found.count { $0 }) / Double(found.count)))])
      }
      return result.agreement.members
    }
  }
}
