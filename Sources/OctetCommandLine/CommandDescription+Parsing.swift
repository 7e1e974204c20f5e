extension CommandDescription {
  /// Fits the words after the program's name to this description, the program's.
  package func parse(_ arguments: [String]) throws(UsageError) -> ParsedArguments {
    var command = self
    var path = [name]
    var rest = arguments[...]
    while !command.subcommands.isEmpty, let word = rest.first, !word.hasPrefix("-") {
      command = try command.subcommand(named: word, path: path)
      path.append(word)
      rest.removeFirst()
    }
    // Before any check: help is given even if the rest is wrong.
    if rest.prefix(while: { $0 != "--" }).contains(where: { $0 == "--help" || $0 == "-h" }) {
      return ParsedArguments(path: path, command: command, wantsHelp: true, positionals: [], given: [])
    }
    var scan = ArgumentScan(command: command, path: path)
    while let word = rest.popFirst() { try scan.take(word, rest: &rest) }
    return try scan.finish()
  }

  package func subcommand(named word: String, path: [String]) throws(UsageError) -> CommandDescription {
    if let found = subcommands.first(where: { $0.name == word }) { return found.description }
    let names = subcommands.map(\.name)
    guard !names.isEmpty else {
      throw UsageError("'\(path.joined(separator: " "))' has no commands such as '\(word)'", path: path)
    }
    if word.contains("/") || word.contains(".") {
      throw UsageError(
        "'\(word)' looks like a file; a command comes before it, one of \(names.joined(separator: ", "))",
        path: path)
    }
    let meant = otherNames.first { $0.key == word.lowercased() }?.value
    let hint =
      (meant ?? Spelling.nearest(to: word, among: names)).map { "did you mean '\($0)'?" }
      ?? "the commands are \(names.joined(separator: ", "))"
    throw UsageError("unknown command '\(word)'; \(hint)", path: path)
  }
}

/// The state of going through the words that follow a command.
private struct ArgumentScan {
  let command: CommandDescription
  let path: [String]
  var positionals: [String] = []
  var given: [GivenOption] = []
  var optionsEnded = false

  init(command: CommandDescription, path: [String]) {
    self.command = command
    self.path = path
  }

  mutating func take(_ word: String, rest: inout ArraySlice<String>) throws(UsageError) {
    if optionsEnded || word == "-" || !word.hasPrefix("-") {
      try takePositional(word)
    } else if word == "--" {
      optionsEnded = true
    } else {
      try takeOption(word, rest: &rest)
    }
  }

  private mutating func takePositional(_ word: String) throws(UsageError) {
    let described = command.positionals
    guard let place = positionals.count < described.count ? described[positionals.count] : described.last,
      positionals.count < described.count || place.arity.repeats
    else { throw usageError("unexpected argument '\(word)'") }
    guard !word.isEmpty else { throw usageError("\(place.kind.placeholder) is empty") }
    try check(word, kind: place.kind, name: place.kind.placeholder)
    positionals.append(word)
  }

  private mutating func takeOption(_ word: String, rest: inout ArraySlice<String>) throws(UsageError) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    guard let option = command.allOptions.first(where: { $0.spellings.contains(spelling) }) else {
      throw unknown(spelling)
    }
    guard option.isRepeatable || given[option.name] == nil else {
      throw usageError("\(spelling) is given more than once")
    }
    guard let kind = option.kind else {
      guard parts.count == 1 else { throw usageError("\(spelling) takes no value, but got '\(parts[1])'") }
      given.append(GivenOption(name: option.name, values: []))
      return
    }
    let value: String
    if parts.count == 2 {
      value = String(parts[1])
    } else {
      guard let next = rest.first else {
        throw usageError("\(spelling) needs a value: \(spelling) \(kind.placeholder)")
      }
      // Numbers may be negative, and a lone dash stands for standard input or output.
      guard !next.hasPrefix("-") || next == "-" || Double(next) != nil else {
        throw usageError(
          "\(spelling) needs a value, but '\(next)' follows; if that is the value, write \(spelling)=\(next)")
      }
      value = next
      rest.removeFirst()
    }
    guard !value.isEmpty else { throw usageError("\(spelling) has an empty value") }
    try check(value, kind: kind, name: spelling)
    if let place = given.firstIndex(where: { $0.name == option.name }) {
      given[place].values.append(value)
    } else {
      given.append(GivenOption(name: option.name, values: [value]))
    }
  }

  func finish() throws(UsageError) -> ParsedArguments {
    // A group alone has something to do only when one of its own options asks for it, as `--version` does.
    if !command.subcommands.isEmpty, given.isEmpty {
      let names = command.subcommands.map(\.name).joined(separator: ", ")
      throw usageError("'\(path.joined(separator: " "))' needs a command, one of \(names)")
    }
    if let missing = command.positionals.dropFirst(positionals.count).first(where: \.arity.isRequired) {
      throw usageError("\(missing.kind.placeholder) is missing: \(missing.help)")
    }
    return ParsedArguments(
      path: path, command: command, wantsHelp: false, positionals: positionals, given: given)
  }

  private func check(_ value: String, kind: ValueKind, name: String) throws(UsageError) {
    guard let choices = kind.choices, !choices.contains(value) else { return }
    let hint = Spelling.nearest(to: value, among: choices).map { "; did you mean '\($0)'?" } ?? ""
    throw usageError("\(name) cannot be '\(value)', only one of \(choices.joined(separator: ", "))\(hint)")
  }

  private func unknown(_ spelling: String) -> UsageError {
    let bare = String(spelling.drop { $0 == "-" })
    let names = command.allOptions.map(\.name)
    let usual = String(bare.lowercased().map { $0 == "_" ? "-" : $0 })
    let meant = Self.otherNames.first { $0.key == usual && names.contains($0.value) }?.value
    let nearest = meant ?? Spelling.nearest(to: usual, among: names)
    return usageError("unknown option \(spelling)" + (nearest.map { "; did you mean --\($0)?" } ?? ""))
  }

  /// What other tools call options that a command may have.
  private static let otherNames: KeyValuePairs = [
    "v": "version", "lr": "learning-rate", "batch-size": "batch", "bs": "batch", "output": "out", "o": "out",
    "dataset": "data", "input": "data", "num-threads": "threads", "jobs": "threads", "j": "threads",
    "reference": "against", "float": "against", "optimiser": "optimizer", "wd": "weight-decay",
    "batchsize": "batch", "img": "image", "picture": "image", "index": "image", "number": "image",
    "html": "report", "page": "report", "html": "out", "page": "out", "file": "out", "iterations": "epochs",
    "silent": "quiet",
  ]

  private func usageError(_ message: String) -> UsageError {
    UsageError(message, path: path)
  }
}
