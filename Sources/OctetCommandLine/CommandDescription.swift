/// Everything that is known about a command before it runs.
///
/// Parsing, help texts and shell completions are all read off this one description, so they cannot disagree.
package struct CommandDescription: Sendable {
  package let name: String
  /// One line, shown beside the name in lists.
  package let summary: String
  /// Paragraphs separated by empty lines; wrapped when shown.
  package let discussion: String
  package let positionals: [PositionalDescription]
  package let options: [OptionDescription]
  /// Whole command lines, as typed.
  package let examples: [String]
  package let subcommands: [Subcommand]
  /// Words that other programs have for commands, for hints. No dictionary: to make one the runtime looks through all
  /// conformances, which took a fifteenth of a start.
  package let otherNames: KeyValuePairs<String, String>

  /// A command within, whose description is built only when it is needed: a program that runs one of many commands
  /// would otherwise spend a tenth of its start on the others.
  package struct Subcommand: Sendable {
    package let name: String
    private let describe: @Sendable () -> CommandDescription

    package init(name: String, _ describe: @escaping @Sendable () -> CommandDescription) {
      self.name = name
      self.describe = describe
    }

    package var description: CommandDescription { describe() }
  }

  package init(
    name: String,
    summary: String,
    discussion: String = "",
    positionals: [PositionalDescription] = [],
    options: [OptionDescription] = [],
    examples: [String],
    subcommands: [Subcommand] = [],
    otherNames: KeyValuePairs<String, String> = [:]
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.positionals = positionals
    self.options = options
    self.examples = examples
    self.subcommands = subcommands
    self.otherNames = otherNames
  }

  /// The command's own options and `--help`, which every command has.
  package var allOptions: [OptionDescription] {
    options + [OptionDescription("help", short: "h", help: "print this help and exit")]
  }
}

/// What a value may be, with the word that stands for it in help. Values are checked against choices, and files that
/// are read against those that are written (`CommandFiles`); all kinds steer help and completions.
package enum ValueKind: Sendable, Equatable {
  case text(String)
  case choice(String, of: [String])
  /// A file that is read, or a folder with the files that are.
  case input(String = "FILE", folder: FolderReading = .nothing)
  /// A file that is written.
  case output(String = "FILE")
  /// A folder that files are written into whose names end so.
  case outputFolder(String = "FOLDER", of: String)
  /// The name of one of the program's commands.
  case command

  package var placeholder: String {
    switch self {
    case .text(let placeholder), .choice(let placeholder, _): placeholder
    case .input(let placeholder, _), .output(let placeholder), .outputFolder(let placeholder, _): placeholder
    case .command: "COMMAND"
    }
  }

  /// The only values allowed; nil when anything goes.
  package var choices: [String]? {
    guard case .choice(_, let choices) = self else { return nil }
    return choices
  }
}

/// An argument known by its place.
package struct PositionalDescription: Sendable {
  /// How often an argument may stand in its place.
  package enum Arity: Sendable {
    case one
    case optional
    case oneOrMore
    case zeroOrMore

    var isRequired: Bool { self == .one || self == .oneOrMore }
    var repeats: Bool { self == .oneOrMore || self == .zeroOrMore }
  }

  package let kind: ValueKind
  package let arity: Arity
  package let help: String

  package init(_ kind: ValueKind, arity: Arity = .one, help: String) {
    self.kind = kind
    self.arity = arity
    self.help = help
  }

  /// As written in a usage line: `FILE`, `[FILE]`, `FILE...`.
  var usage: String {
    let name = kind.placeholder + (arity.repeats ? "..." : "")
    return arity.isRequired ? name : "[\(name)]"
  }
}

/// An argument known by its name: a flag, or a name with a value.
package struct OptionDescription: Sendable {
  /// Without the dashes.
  package let name: String
  package let short: Character?
  /// What the value may be; nil makes the option a flag.
  package let kind: ValueKind?
  package let isRepeatable: Bool
  /// What holds when the option is not given, for the help text only.
  package let defaultText: String?
  package let help: String

  package init(
    _ name: String,
    short: Character? = nil,
    takes kind: ValueKind? = nil,
    repeatable isRepeatable: Bool = false,
    default defaultText: String? = nil,
    help: String
  ) {
    self.name = name
    self.short = short
    self.kind = kind
    self.isRepeatable = isRepeatable
    self.defaultText = defaultText
    self.help = help
  }

  /// As typed: `-q` and `--quiet`.
  var spellings: [String] { (short.map { ["-\($0)"] } ?? []) + ["--\(name)"] }
}
