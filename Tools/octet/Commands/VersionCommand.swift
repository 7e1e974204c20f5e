import OctetCommandLine

/// `octet version`: the same as `octet --version`.
enum VersionCommand: Command {
  static let name = "version"

  static let description = CommandDescription(
    name: name, summary: "print the version", examples: ["octet version"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws { try StandardOutput.write(VersionText.line) }
}
