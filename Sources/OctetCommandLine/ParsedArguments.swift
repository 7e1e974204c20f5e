/// A command line that fits its command's description.
///
/// Asking for an option that the description does not have, or for a flag's value, is a mistake of the program and not
/// of its user: it stops the program.
package struct ParsedArguments: Sendable {
  /// The words of the command, the program's name first.
  package let path: [String]
  package let command: CommandDescription
  /// Help was asked for; nothing else was checked or kept.
  package let wantsHelp: Bool
  package let positionals: [String]
  private let given: [GivenOption]

  init(
    path: [String], command: CommandDescription, wantsHelp: Bool, positionals: [String],
    given: [GivenOption]
  ) {
    self.path = path
    self.command = command
    self.wantsHelp = wantsHelp
    self.positionals = positionals
    self.given = given
  }

  /// Whether the command has an option of that name.
  package func takes(_ name: String) -> Bool { command.options.contains { $0.name == name } }

  package func flag(_ name: String) -> Bool {
    _ = described(name, takesValue: false)
    return given[name] != nil
  }

  package func value(_ name: String) -> String? {
    precondition(
      !described(name, takesValue: true).isRepeatable, "--\(name) is repeatable: ask for its values")
    return given[name]?.first
  }

  package func values(_ name: String) -> [String] {
    _ = described(name, takesValue: true)
    return given[name] ?? []
  }

  /// Every value on the command line with its kind, and what it is called in messages.
  var namedValues: [(value: String, kind: ValueKind, name: String)] {
    var values: [(value: String, kind: ValueKind, name: String)] = []
    for (place, word) in positionals.enumerated() {
      guard
        let described = place < command.positionals.count
          ? command.positionals[place] : command.positionals.last
      else { continue }
      values.append((word, described.kind, described.kind.placeholder))
    }
    for option in command.options {
      guard let kind = option.kind else { continue }
      for value in given[option.name] ?? [] { values.append((value, kind, "--\(option.name)")) }
    }
    return values
  }

  package func integer(_ name: String, in range: PartialRangeFrom<Int>) throws(UsageError) -> Int? {
    try integer(name, in: range.lowerBound...Int.max)
  }

  package func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    let wording =
      range.upperBound == Int.max
      ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
    guard let integer = Int(text) else {
      throw usageError("--\(name) must be a whole number \(wording), not '\(text)'")
    }
    guard range.contains(integer) else { throw usageError("--\(name) must be \(wording), not \(text)") }
    return integer
  }

  package func number(_ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double? {
    guard let text = value(name) else { return nil }
    let wording = "from \(range.lowerBound) to \(range.upperBound)"
    guard let number = Double(text), number.isFinite else {
      throw usageError("--\(name) must be a number \(wording), not '\(text)'")
    }
    guard range.contains(number) else { throw usageError("--\(name) must be \(wording), not \(text)") }
    return number
  }

  /// For what only the command can check, such as options that exclude each other.
  package func usageError(_ message: String) -> UsageError {
    UsageError(message, path: path)
  }

  private func described(_ name: String, takesValue: Bool) -> OptionDescription {
    guard let option = command.options.first(where: { $0.name == name }) else {
      preconditionFailure("\(path.joined(separator: " ")) does not describe --\(name)")
    }
    precondition((option.kind != nil) == takesValue, "--\(name) is asked for as the wrong kind of option")
    return option
  }
}

/// An option of a command line with all its values, which a flag has none of.
///
/// A list of these stands for a dictionary: there are few, and the first dictionary of a type costs the start of a
/// program a search through all that the program's types conform to.
struct GivenOption: Sendable {
  let name: String
  var values: [String]
}

extension [GivenOption] {
  /// Nil for an option that was not given.
  subscript(name: String) -> [String]? {
    first { $0.name == name }?.values
  }
}

/// The command line itself is wrong: exit status 2, and a pointer to the help of the command concerned.
package struct UsageError: Error, Equatable, CustomStringConvertible {
  package let message: String
  /// The words of the command, the program's name first: `["octet", "data", "fetch"]`.
  package let path: [String]

  package init(_ message: String, path: [String]) {
    self.message = message
    self.path = path
  }

  package var description: String {
    "\(message) (see '\((path + ["--help"]).joined(separator: " "))')"
  }
}
