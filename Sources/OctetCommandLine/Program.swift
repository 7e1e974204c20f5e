import OctetHost
import OctetText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A program of commands: finds the one that was asked for, runs it, and turns whatever it throws into one line and an
/// exit status.
package struct Program {
  private let description: CommandDescription
  private let nodes: [CommandNode]

  /// - Parameter description: of the whole program, with the commands in `nodes` as its subcommands.
  package init(_ description: CommandDescription, _ nodes: [CommandNode]) {
    self.description = description
    self.nodes = nodes
  }

  /// Does not return.
  ///
  /// - Parameter otherwise: what is done when no command is named.
  package func runAndExit(otherwise: (ParsedArguments) throws -> Void = { _ in }) -> Never {
    StandardStreams.prepare()
    exit(status(of: Self.arguments, otherwise))
  }

  /// The words behind the program's name, which may be names of files and so no UTF-8.
  private static var arguments: [String] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { CommandLine.unsafeArgv[$0].map { String(fileName: $0) } }
  }

  /// 0 when all went well, 2 when the command line is wrong, 1 for every other failure.
  private func status(of arguments: [String], _ otherwise: (ParsedArguments) throws -> Void) -> Int32 {
    do {
      let parsed = try description.parse(arguments)
      if parsed.wantsHelp {
        try StandardOutput.write(parsed.command.help(path: parsed.path))
      } else if let command = CommandNode.command(at: parsed.path.dropFirst(), among: nodes) {
        try OpenFiles.require(OpenFiles.usual)
        if let clash = try command.files(parsed).clash() { throw parsed.usageError(clash) }
        try command.run(parsed)
      } else {
        try otherwise(parsed)
      }
      try StandardOutput.flush()
      return 0
    } catch OutputError.readerLeft {
      return 0
    } catch {
      report(error)
      return error is UsageError ? 2 : 1
    }
  }

  /// Keeps to one line, but for the width of a terminal, whatever a file name or a message from below contains.
  private func report(_ error: any Error) {
    let label = "\(description.name):"
    var text = "\(label) \("\(error)".shown)"
    // Before it has colors, which have no width.
    if let width = Terminal.standardError.columns { text = FittedText.wrapped(text, width: width) }
    if Terminal.standardError.allowsColor {
      text = "\u{1B}[1;31m\(label)\u{1B}[0m" + text.dropFirst(label.count)
    }
    StandardError.write(text + "\n")
  }
}
