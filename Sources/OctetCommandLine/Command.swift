/// Something that the program can be told to do.
package protocol Command: SendableMetatype {
  /// As it is typed.
  static var name: String { get }
  static var description: CommandDescription { get }
  /// Adds the files that the command reads or writes and that no option names: defaults, and what lies beside others.
  ///
  /// There is no default, so that it is not forgotten.
  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) throws
  static func run(_ arguments: ParsedArguments) throws
}

extension Command {
  /// All files that the command reads and writes with these arguments.
  package static func files(_ arguments: ParsedArguments) throws -> CommandFiles {
    var files = CommandFiles(arguments)
    try addFiles(arguments, to: &files)
    return files
  }
}

/// The program's commands as a tree: what can run, and what only gathers others under a name.
package indirect enum CommandNode: Sendable {
  case command(any Command.Type)
  case group(name: String, summary: String, examples: [String], members: [CommandNode])

  var name: String {
    switch self {
    case .command(let command): command.name
    case .group(let name, _, _, _): name
    }
  }

  private var description: CommandDescription {
    switch self {
    case .command(let command): command.description
    case .group(let name, let summary, let examples, let members):
      CommandDescription(
        name: name, summary: summary, examples: examples, subcommands: members.map(\.subcommand))
    }
  }

  package var subcommand: CommandDescription.Subcommand { .init(name: name) { description } }

  /// What `path`, which starts at one of `nodes`, leads to.
  package static func command(at path: some Collection<String>, among nodes: [CommandNode]) -> (
    any Command.Type
  )? {
    guard let name = path.first, let node = nodes.first(where: { $0.name == name }) else {
      return nil
    }
    switch node {
    case .command(let command): return path.count == 1 ? command : nil
    case .group(_, _, _, let members): return CommandNode.command(at: path.dropFirst(), among: members)
    }
  }
}
