import OctetCommandLine

/// `octet help COMMAND`: what `octet COMMAND --help` shows.
enum HelpCommand: Command {
  static let name = "help"

  static let description = CommandDescription(
    name: name,
    summary: "show the help of a command",
    positionals: [
      PositionalDescription(
        .command, arity: .zeroOrMore,
        help: "a command, with its subcommand if it has any; octet itself without")
    ],
    examples: ["octet help completions"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    var command = CommandTable.description
    var path = [command.name]
    for word in arguments.positionals {
      command = try command.subcommand(named: word, path: path)
      path.append(word)
    }
    try StandardOutput.write(command.help(path: path))
  }
}
