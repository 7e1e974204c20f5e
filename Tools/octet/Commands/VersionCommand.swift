import OctetCommandLine
import OctetTraining

/// `octet version`: the same as `octet --version`.
enum VersionCommand: Command {
  static let name = "version"

  static let description = CommandDescription(
    name: name, summary: "print the version",
    options: [OptionDescription("json", help: "print one JSON object")],
    examples: ["octet version", "octet version --json"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    try StandardOutput.write(arguments.flag("json") ? VersionText.json.text + "\n" : VersionText.line)
  }
}
