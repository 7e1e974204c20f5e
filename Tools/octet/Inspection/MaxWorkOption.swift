import Octet
import OctetCommandLine

/// The option `--max-work`, shared by every command that runs an .octet file.
enum MaxWorkOption {
  static let option = OptionDescription(
    "max-work", takes: .text("N"), default: "20000000000",
    help: "reject a model that takes more operations per image; octet inspect shows its number")

  static func limit(_ arguments: ParsedArguments) throws(UsageError) -> UInt64 {
    try arguments.integer("max-work", in: 1...).map(UInt64.init) ?? Work.defaultLimit
  }

  /// What is said of a model that is not loaded.
  ///
  /// - Parameter load: loads it without a limit, as only a model that was loaded knows its work to the last operation.
  static func refusal(
    _ error: ModelError, path: String, limit: UInt64, _ load: () throws -> Model
  ) -> FileContentError {
    guard error.rule == .work, let model = try? load() else {
      return FileContentError(path: path, reason: "\(error)")
    }
    return FileContentError(
      path: path,
      reason: "an image takes \(model.work.total) operations, and the limit is \(limit); "
        + "octet inspect shows where they go, and --max-work raises it")
  }
}
