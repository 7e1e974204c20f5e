import OctetCommandLine
import OctetHost

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
    options: [
      OptionDescription(
        "man", takes: .outputFolder(of: ".1"),
        help: "write the pages of the manual, of all commands, to a folder")
    ],
    examples: ["octet help completions", "octet help --man man1"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    if let folder = arguments.value("man") {
      guard arguments.positionals.isEmpty else {
        throw arguments.usageError("--man writes the pages of all commands: name none")
      }
      try Folder.createForOutput(folder)
      for page in CommandTable.description.manualPages(version: Main.version) {
        try AtomicFile.write(path: Folder.join(folder, page.fileName), bytes: Array(page.text.utf8))
      }
      return
    }
    var command = CommandTable.description
    var path = [command.name]
    for word in arguments.positionals {
      command = try command.subcommand(named: word, path: path)
      path.append(word)
    }
    try StandardOutput.write(command.help(path: path))
  }
}
