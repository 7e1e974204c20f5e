import OctetCommandLine
import OctetInterchange

/// `octet inspect`: what is in an .octet file.
enum InspectCommand: Command {
  static let name = "inspect"

  static let description = CommandDescription(
    name: name,
    summary: "show what an .octet file holds",
    discussion: """
      Shows the layers with their shapes, parameters and scales, the sizes, and where each ring of rows and each layer's \
      accumulators lie in the arena. The file is checked as the runtime checks it.
      """,
    positionals: [PositionalDescription(.input(), help: "the .octet file")],
    options: [OptionDescription("json", help: "print one JSON object")],
    examples: ["octet inspect cnn-two-pool.octet", "octet inspect cnn-two-pool.octet --json"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let file = try OctetModelFile(path: arguments.positionals[0])
    if arguments.flag("json") {
      try StandardOutput.write(InspectionJSON(file: file).value.text + "\n")
    } else {
      try StandardOutput.write(InspectionText(file: file).text())
    }
  }
}
