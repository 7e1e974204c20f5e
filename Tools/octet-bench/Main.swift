import OctetCommandLine

/// Measures parts of Octet. A developers' program: Tools/bench runs it, and it is not installed.
@main
struct Main {
  private static let nodes: [CommandNode] = [
    .command(MatricesCommand.self),
    .command(InferencesCommand.self),
    .command(SyntheticCommand.self),
  ]

  private static let description = CommandDescription(
    name: "octet-bench",
    summary: "measure parts of Octet",
    examples: ["octet-bench matrices --json"],
    subcommands: nodes.map(\.subcommand))

  static func main() { Program(description, nodes).runAndExit() }
}
