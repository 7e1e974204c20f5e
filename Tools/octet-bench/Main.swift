import OctetCommandLine

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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
    subcommands: nodes.map(\.description))

  static func main() {
    StandardStreams.prepare()
    exit(status(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// 0 when all went well, 2 when the command line is wrong, 1 for every other failure.
  private static func status(of arguments: [String]) -> Int32 {
    do {
      let parsed = try description.parse(arguments.isEmpty ? ["--help"] : arguments)
      if parsed.wantsHelp {
        try StandardOutput.write(parsed.command.help(path: parsed.path))
      } else if let command = CommandNode.command(at: parsed.path.dropFirst(), among: nodes) {
        try command.run(parsed)
      }
      return 0
    } catch OutputError.readerLeft {
      return 0
    } catch {
      StandardError.write("octet-bench: \("\(error)".withVisibleControls)\n")
      return error is UsageError ? 2 : 1
    }
  }
}
