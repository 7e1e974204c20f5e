import OctetCommandLine

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The host's side of firmware-sim: makes what goes into a firmware, and reads what comes out. `firmware-sim/run` calls it.
@main
struct Main {
  private static let nodes: [CommandNode] = [
    .command(PrepareCommand.self),
    .command(ReportCommand.self),
    .command(ConsoleCommand.self),
  ]

  private static let description = CommandDescription(
    name: "octet-firmware",
    summary: "what firmware-sim/run needs on the host",
    examples: ["octet-firmware prepare model.octet --folder work --count 20"],
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
      StandardError.write("octet-firmware: \("\(error)".withVisibleControls)\n")
      return error is UsageError ? 2 : 1
    }
  }
}
