extension CommandDescription {
  /// The help text, at most 80 columns wide. `path` is the words that lead here, this command's name included.
  package func help(path: [String]) -> String {
    var sections = ["\(path.joined(separator: " ")): \(summary)"]
    let arguments = (subcommands.isEmpty ? [] : ["COMMAND"]) + ["[options]"] + positionals.map(\.usage)
    sections.append("Usage: " + (path + arguments).joined(separator: " "))
    if !discussion.isEmpty {
      let paragraphs = discussion.split(separator: "\n\n", omittingEmptySubsequences: true)
      sections.append(paragraphs.map { TwoColumns.wrap(String($0), indent: 0) }.joined(separator: "\n\n"))
    }
    sections.append(TwoColumns.list("Commands", subcommands.map { ($0.name, $0.description.summary) }))
    sections.append(
      TwoColumns.list("Arguments", positionals.map { ($0.kind.placeholder, $0.explanation) }))
    // Long names line up whether or not a short one stands before them.
    let labels = allOptions.map { option in
      (option.short.map { "-\($0), " } ?? "    ") + "--\(option.name)"
        + (option.kind.map { " \($0.placeholder)" } ?? "")
    }
    sections.append(TwoColumns.list("Options", Array(zip(labels, allOptions.map(\.explanation)))))
    let title = examples.count == 1 ? "Example:" : "Examples:"
    sections.append(([title] + examples.map { "  \($0)" }).joined(separator: "\n"))
    return sections.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }
}

extension PositionalDescription {
  /// The help, with the values that it may have.
  var explanation: String { explained(help, kind) }
}

extension OptionDescription {
  /// The help, with the values that it may have and what holds without it.
  var explanation: String { explained(help, kind, defaultText, repeatable: isRepeatable) }
}

private func explained(
  _ help: String, _ kind: ValueKind?, _ defaultText: String? = nil, repeatable: Bool = false
) -> String {
  var notes: [String] = []
  if let choices = kind?.choices { notes.append("one of " + choices.joined(separator: ", ")) }
  if let defaultText { notes.append("default: \(defaultText)") }
  if repeatable { notes.append("may be repeated") }
  return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
}
