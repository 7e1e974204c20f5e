extension CommandDescription {
  /// A page of the manual, to be put into `share/man/man1`.
  package struct ManualPage: Sendable {
    /// Such as `octet-train.1`.
    package let fileName: String
    /// In the language of `man`, that is roff.
    package let text: String
  }

  /// The pages of this program and of all commands in it.
  ///
  /// - Parameter version: stands at the foot of each page. There is no date, so that the same source gives the same
  ///   bytes.
  package func manualPages(version: String) -> [ManualPage] {
    var pages: [ManualPage] = []
    visit(path: [name]) { path, command in
      pages.append(
        ManualPage(
          fileName: Self.pageName(path) + ".1",
          text: command.manual(path: path, program: self, version: version)))
    }
    return pages
  }

  private static func pageName(_ path: [String]) -> String { path.joined(separator: "-") }

  private func manual(path: [String], program: CommandDescription, version: String) -> String {
    let page = Self.pageName(path)
    var text = """
      .TH \(roff(page.uppercased())) 1 "" "\(roff("\(program.name) \(version)"))" "\(roff(program.name))"
      .SH NAME
      \(roff("\(page) - \(summary)"))
      .SH SYNOPSIS
      .B \(roff(path.joined(separator: " ")))

      """
    let arguments = (subcommands.isEmpty ? [] : ["COMMAND"]) + ["[options]"] + positionals.map(\.usage)
    text += "\(roff(arguments.joined(separator: " ")))\n"
    if !discussion.isEmpty {
      text += ".SH DESCRIPTION\n"
      text += discussion.split(separator: "\n\n").map { line(String($0)) }.joined(separator: ".PP\n")
    }
    if !subcommands.isEmpty {
      text += ".SH COMMANDS\n"
      for command in subcommands { text += item(bold(command.name), command.description.summary) }
    }
    if !positionals.isEmpty {
      text += ".SH ARGUMENTS\n"
      for positional in positionals {
        text += item("\\fI\(roff(positional.kind.placeholder))\\fR", positional.explanation)
      }
    }
    text += ".SH OPTIONS\n"
    for option in allOptions {
      let value = option.kind.map { " \\fI\(roff($0.placeholder))\\fR" } ?? ""
      text += item(option.spellings.map(bold).joined(separator: ", ") + value, option.explanation)
    }
    text += ".SH EXAMPLES\n.nf\n\(examples.map { "\(roff($0))\n" }.joined()).fi\n"
    text += """
      .SH EXIT STATUS
      0, or 1 if something could not be done, with a line on standard error that says what; 2 for wrong usage.

      """
    let others =
      path.count > 1 ? [Self.pageName(path.dropLast())] : subcommands.map { "\(name)-\($0.name)" }
    if !others.isEmpty {
      text += ".SH SEE ALSO\n" + others.map { "\(bold($0))(1)" }.joined(separator: ", ") + "\n"
    }
    return text
  }

  private func item(_ label: String, _ help: String) -> String { ".TP\n\(label)\n\(line(help))" }

  private func bold(_ word: String) -> String { "\\fB\(roff(word))\\fR" }

  /// A paragraph as one line, which `man` fills.
  private func line(_ text: String) -> String {
    roff(text.split(whereSeparator: \.isNewline).joined(separator: " ")) + "\n"
  }
}

/// Text in which roff sees no request and no escape, with hyphens that can be copied as minus signs.
private func roff(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "\\": result += "\\e"
    case "-": result += "\\-"
    default: result.append(character)
    }
  }
  return result.hasPrefix(".") || result.hasPrefix("'") ? "\\&\(result)" : result
}
