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
  /// By option name, in the order given; a flag that was given has an empty list.
  private let given: [String: [String]]

  init(
    path: [String], command: CommandDescription, wantsHelp: Bool, positionals: [String],
    given: [String: [String]]
  ) {
    self.path = path
    self.command = command
    self.wantsHelp = wantsHelp
    self.positionals = positionals
    self.given = given
  }

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

  package func integer(_ name: String, in range: some RangeExpression<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let integer = Int(text) else {
      throw usageError("--\(name) must be a whole number \(wording(of: range)), not '\(text)'")
    }
    guard range.contains(integer) else {
      throw usageError("--\(name) must be \(wording(of: range)), not \(text)")
    }
    return integer
  }

  package func number(_ name: String, in range: some RangeExpression<Double>) throws(UsageError) -> Double? {
    guard let text = value(name) else { return nil }
    guard let number = Double(text), number.isFinite else {
      throw usageError("--\(name) must be a number \(wording(of: range)), not '\(text)'")
    }
    guard range.contains(number) else {
      throw usageError("--\(name) must be \(wording(of: range)), not \(text)")
    }
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

extension RangeExpression where Self == PartialRangeFrom<Double> {
  /// Every number above zero, which no literal range can say.
  package static var positive: Self { Double.leastNonzeroMagnitude... }
}

private func wording<Bound>(of range: some RangeExpression<Bound>) -> String {
  switch range {
  case let range as ClosedRange<Bound>: "from \(range.lowerBound) to \(range.upperBound)"
  case let range as Range<Bound>: "from \(range.lowerBound) to below \(range.upperBound)"
  case let range as PartialRangeFrom<Double> where range.lowerBound == .leastNonzeroMagnitude: "above 0"
  case let range as PartialRangeFrom<Bound>: "at least \(range.lowerBound)"
  case let range as PartialRangeThrough<Bound>: "at most \(range.upperBound)"
  case let range as PartialRangeUpTo<Bound>: "below \(range.upperBound)"
  default: "within \(range)"
  }
}
