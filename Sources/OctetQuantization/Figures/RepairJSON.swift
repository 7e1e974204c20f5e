import OctetInterchange

/// What a repair found and did, for programs.
package enum RepairJSON {
  /// - Parameter seconds: what it took; nil where that is not told.
  package static func value(_ repair: Repair, seconds: Double? = nil) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = [("tried", .integer(repair.tried))]
    if let seconds { members.append(("seconds", .number(seconds))) }
    members += [
      ("trial_items", .integer(repair.trialCount)), ("proof_items", .integer(repair.proofCount)),
      ("before", measure(repair.before)), ("after", measure(repair.after)),
      ("float_accuracy", optional(repair.floatAccuracy)),
      ("layers_before", .array(repair.layers.map(loss))), ("kept", .array(repair.steps.map(step))),
    ]
    if let fault = repair.trainingFault { members.append(("training_fault", .string(fault))) }
    return .object(members)
  }

  private static func optional(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }

  private static func measure(_ measure: Repair.Measure) -> JSONValue {
    .object([
      ("divergence", .number(measure.divergence)), ("answers_changed", optional(measure.changed)),
      ("accuracy", optional(measure.accuracy)),
    ])
  }

  private static func loss(_ layer: QuantizationReport.Layer) -> JSONValue {
    .object([
      ("name", .string(layer.name)), ("isolated_decibels", .number(layer.isolated)),
      ("accumulated_decibels", .number(layer.accumulated)),
      ("output_decibels", .number(layer.atOutputs)), ("answers_changed", optional(layer.changedAnswers)),
    ])
  }

  private static func step(_ step: Repair.Step) -> JSONValue {
    .object([
      ("remedy", .string(step.remedy.name)), ("words", .string(step.remedy.words)),
      ("layer", step.layer.map { .string($0) } ?? .null), ("before", measure(step.before)),
      ("after", measure(step.after)), ("added_file_bytes", .integer(step.addedFileBytes)),
      ("added_arena_bytes", .integer(step.addedArenaBytes)), ("added_operations", .integer(step.addedWork)),
    ])
  }
}
