import OctetCommandLine
import OctetQuantization

/// The option `--arena`: how much memory a model may take to run.
enum MemoryOption {
  static let option = OptionDescription(
    "arena", takes: .text("BYTES"), default: "what streaming takes, or less where that saves a tenth",
    help: "memory that the model may take to run: a number of bytes, as in 4000 or 16K, or smallest")

  static let smallest = "smallest"

  static func goal(_ arguments: ParsedArguments) throws(UsageError) -> MemoryGoal {
    guard let text = arguments.value("arena") else { return .usual }
    if text == smallest { return .smallest }
    let isThousands = text.hasSuffix("K")
    guard let number = Int(isThousands ? String(text.dropLast()) : text), number >= 1,
      number <= 1 << 28
    else {
      throw arguments.usageError(
        "--arena takes a number of bytes, as in 4000 or 16K, or the word smallest, not '\(text)'")
    }
    return .bytes(isThousands ? number * 1_024 : number)
  }
}
