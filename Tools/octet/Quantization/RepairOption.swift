import OctetCommandLine

/// The option that lets `octet quantize` look for remedies.
enum RepairOption {
  static let option = OptionDescription(
    "repair",
    help: "find the layers that cost accuracy and what helps; keep what training items held out confirm")

  static func isGiven(_ arguments: ParsedArguments) throws(UsageError) -> Bool {
    guard arguments.flag("repair") else { return false }
    if arguments.value("finetune") != nil {
      throw arguments.usageError("--repair trains where that helps, and --finetune always: give one of them")
    }
    return true
  }
}
