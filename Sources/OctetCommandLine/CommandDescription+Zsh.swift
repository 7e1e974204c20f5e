extension CommandDescription {
  /// A completion script for zsh, to be sourced or to be put in the function path. This description is the program's.
  package func zshCompletions() -> String {
    var functions: [String] = []
    visit(path: [name]) { path, command in
      let function = "_" + path.joined(separator: "_")
      var specifications = command.allOptions.map(specification(of:))
      for (place, positional) in command.positionals.enumerated() {
        let start = positional.arity.repeats ? "*" : "\(place + 1)"
        specifications.append("'\(start):\(positional.kind.placeholder)\(action(for: positional.kind))'")
      }
      guard !command.subcommands.isEmpty else {
        functions.append(
          """
          \(function)() {
            _arguments \(specifications.joined(separator: " \\\n    "))
          }
          """)
        return
      }
      specifications += ["'1:command:->command'", "'*::argument:->argument'"]
      let names = command.subcommands.map { "'\($0.name):\(quoted($0.description.summary))'" }
      let branches = command.subcommands.map { "        \($0.name)) \(function)_\($0.name) ;;" }
      functions.append(
        """
        \(function)() {
          local curcontext="$curcontext" state
          local -a line commands
          commands=(
            \(names.joined(separator: "\n    "))
          )
          _arguments -C \(specifications.joined(separator: " \\\n    "))
          case "$state" in
            command) _describe command commands ;;
            argument)
              case "$line[1]" in
        \(branches.joined(separator: "\n"))
              esac ;;
          esac
        }
        """)
    }
    return """
      #compdef \(name)
      # Completions of \(name) for zsh. To have them: source <(\(name) completions zsh)

      \(functions.joined(separator: "\n\n"))

      # Run as a completion function by zsh itself, or sourced by somebody.
      if [[ "$funcstack[1]" == '_\(name)' ]]; then
        _\(name) "$@"
      else
        compdef _\(name) \(name)
      fi

      """
  }

  private func specification(of option: OptionDescription) -> String {
    let exclusion = option.isRepeatable ? "*" : "(\(option.spellings.joined(separator: " ")))"
    let value = option.kind.map { ":\($0.placeholder)\(action(for: $0))" } ?? ""
    let text = "[\(quoted(option.help))]\(value)'"
    guard let short = option.short else {
      return "'\(exclusion)--\(option.name)\(option.kind == nil ? "" : "=")\(text)"
    }
    let spellings = option.kind == nil ? "-\(short),--\(option.name)" : "-\(short)+,--\(option.name)="
    return "'\(exclusion)'{\(spellings)}'\(text)"
  }

  private func action(for kind: ValueKind) -> String {
    switch kind {
    case .text: ": "
    case .choice(_, let choices): ":(\(choices.joined(separator: " ")))"
    case .command: ":(\(subcommands.map(\.name).joined(separator: " ")))"
    case .input, .output: ":_files"
    case .outputFolder: ":_files -/"
    }
  }

  /// Text inside single quotes in which zsh gives brackets and colons a meaning.
  private func quoted(_ text: String) -> String {
    var quoted = ""
    for character in text {
      if "[]:\\".contains(character) { quoted.append("\\") }
      quoted += character == "'" ? "'\\''" : String(character)
    }
    return quoted
  }
}
