import OctetCommandLine
import OctetInterchange

/// `octet inspect`: what is in an .octet file.
enum InspectCommand: Command {
  static let name = "inspect"

  static let description = CommandDescription(
    name: name,
    summary: "show the contents of an .octet file",
    discussion: """
      Shows the layers with their shapes, parameters and scales, the sizes, and the place of each ring of \
      rows and of each layer's accumulators in the arena. The file is checked as by the runtime.
      """,
    positionals: [PositionalDescription(.input(), help: "the .octet file")],
    options: [OptionDescription("json", help: "print one JSON object")],
    examples: ["octet inspect cnn-two-pool.octet", "octet inspect cnn-two-pool.octet --json"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let file = try OctetModelFile.open(arguments.positionals[0])
    if arguments.flag("json") {
      try StandardOutput.write(InspectionJSON(file: file).value.text + "\n")
    } else {
      try StandardOutput.write(InspectionText(file: file).text())
    }
  }
}
