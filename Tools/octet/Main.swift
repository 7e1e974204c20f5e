import OctetCommandLine

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the command that was asked for, runs it, and turns whatever it throws into one line and an exit status.
@main
struct Main {
  static let version = "0.1.0"

  static func main() {
    StandardStreams.prepare()
    exit(status(of: Array(CommandLine.arguments.dropFirst())))
  }

  /// 0 when all went well, 2 when the command line is wrong, 1 for every other failure.
  private static func status(of arguments: [String]) -> Int32 {
    do {
      try run(arguments)
      try StandardOutput.flush()
      return 0
    } catch OutputError.readerLeft {
      return 0
    } catch let error as UsageError {
      report(error)
      return 2
    } catch {
      report(error)
      return 1
    }
  }

  private static func run(_ arguments: [String]) throws {
    let parsed = try CommandTable.description.parse(arguments)
    if parsed.wantsHelp {
      try StandardOutput.write(parsed.command.help(path: parsed.path))
    } else if let command = CommandNode.command(at: parsed.path.dropFirst(), among: CommandTable.nodes) {
      try command.run(parsed)
    } else if parsed.flag("version") {
      try StandardOutput.write("octet \(version)\n")
    }
  }

  /// Keeps to one line whatever a file name or a message from below contains.
  private static func report(_ error: any Error) {
    let label = Terminal.standardError.allowsColor ? "\u{1B}[1;31moctet:\u{1B}[0m" : "octet:"
    StandardError.write("\(label) \("\(error)".withVisibleControls)\n")
  }
}
