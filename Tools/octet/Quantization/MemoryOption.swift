import OctetCommandLine
import OctetQuantization

/// The options that say what a model may take to run: `--arena` or `--regions`, and `--input`.
struct MemoryOption {
  static let options = [
    OptionDescription(
      "arena", takes: .text("BYTES"), default: "what streaming takes, or less where that saves a tenth",
      help: "memory that the model may take to run: a number of bytes, as in 4000 or 16K, or smallest"),
    OptionDescription(
      "regions", takes: .text("SIZES"), default: "one block",
      help:
        "two memories in place of one arena, as in fast=8K,slow=64K: what is used most goes to the fast one"),
    OptionDescription(
      "input", takes: .choice("HOW", of: [rows, held]), default: rows,
      help: "how the input comes: row by row, or held by the caller as a whole, which then takes no arena"),
  ]

  static let rows = "rows"
  static let held = "held"

  let goal: MemoryGoal
  /// Whether the caller may hold the input.
  let holdsInput: Bool

  static let usual = MemoryOption(goal: .usual, holdsInput: false)

  private init(goal: MemoryGoal, holdsInput: Bool) {
    self.goal = goal
    self.holdsInput = holdsInput
  }

  init(_ arguments: ParsedArguments) throws(UsageError) {
    goal = try Self.goal(arguments)
    holdsInput = arguments.value("input") == Self.held
  }

  private static func goal(_ arguments: ParsedArguments) throws(UsageError) -> MemoryGoal {
    if let text = arguments.value("regions") {
      guard arguments.value("arena") == nil else {
        throw arguments.usageError(
          "--regions and --arena both say how much memory there is: give one of them")
      }
      guard let goal = MemoryGoal(regions: text) else {
        throw arguments.usageError("--regions takes two sizes, as in fast=8K,slow=64K, not '\(text)'")
      }
      return goal
    }
    guard let text = arguments.value("arena") else { return .usual }
    guard let goal = MemoryGoal(arena: text) else {
      throw arguments.usageError(
        "--arena takes a number of bytes, as in 4000 or 16K, or the word smallest, not '\(text)'")
    }
    return goal
  }
}
