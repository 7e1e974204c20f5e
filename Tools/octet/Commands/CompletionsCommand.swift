import OctetCommandLine

/// `octet completions SHELL`: a script that teaches a shell the tool's commands and options.
enum CompletionsCommand: Command {
  /// The shells known, each with the script for it.
  private static let scripts: [(shell: String, script: @Sendable (CommandDescription) -> String)] = [
    ("bash", { $0.bashCompletions() }),
    ("zsh", { $0.zshCompletions() }),
    ("fish", { $0.fishCompletions() }),
  ]

  static let name = "completions"

  static let description = CommandDescription(
    name: name,
    summary: "print a completion script for a shell",
    discussion: """
      The script is written to standard output. Source it from the shell's start-up file, or save it where \
      the shell looks for completions.
      """,
    positionals: [PositionalDescription(.choice("SHELL", of: scripts.map(\.shell)), help: "the shell")],
    examples: [
      "source <(octet completions bash)",
      "octet completions zsh > ~/.zfunc/_octet",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    for (shell, script) in scripts where arguments.positionals == [shell] {
      try StandardOutput.write(script(CommandTable.description))
    }
  }
}
