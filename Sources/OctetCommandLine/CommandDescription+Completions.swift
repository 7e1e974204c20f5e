extension CommandDescription {
  /// A completion script for bash, to be sourced. This description is the program's.
  package func bashCompletions() -> String {
    var levels: [String] = []
    var values: [String] = []
    visit(path: [name]) { path, command in
      let path = path.joined(separator: " ")
      let takers = command.allOptions.filter { $0.kind != nil }.flatMap(\.spellings)
      levels.append(
        """
            '\(path)')
              commands='\(command.subcommands.map(\.name).joined(separator: " "))'
              options='\(command.allOptions.flatMap(\.spellings).joined(separator: " "))'
              takers='\(takers.joined(separator: " "))' ;;
        """)
      for option in command.allOptions {
        guard let kind = option.kind else { continue }
        let patterns = option.spellings.map { "'\(path) \($0)'" }
        values.append("    \(patterns.joined(separator: " | "))) \(bashAction(for: kind)) ;;")
      }
      for (place, positional) in command.positionals.enumerated() {
        // Of the last one there may be many, so it takes every later place too.
        let pattern = positional.arity.repeats ? "'\(path) '[0-9]*" : "'\(path) \(place)'"
        values.append("    \(pattern)) \(bashAction(for: positional.kind)) ;;")
      }
    }
    return """
      # Completions of \(name) for bash. To have them: source <(\(name) completions bash)

      # What may follow the command $1; sets the caller's variables.
      _\(name)_level() {
        case "$1" in
      \(levels.joined(separator: "\n"))
        esac
      }

      # What may stand in the place $1, a command and an option or a number; sets the caller's variables.
      _\(name)_place() {
        action='' words=''
        case "$1" in
      \(values.joined(separator: "\n"))
        esac
      }

      _\(name)() {
        local current="${COMP_WORDS[COMP_CWORD]}" level='\(name)' option='' place=0 index word
        local commands options takers action words
        COMPREPLY=()
        _\(name)_level "$level"
        for ((index = 1; index < COMP_CWORD; index += 1)); do
          word="${COMP_WORDS[index]}"
          if [[ -n "$word" && " $takers " == *" $word "* ]]; then
            # Its value comes next; bash makes the = between them a word.
            index=$((index + 1))
            [[ "${COMP_WORDS[index]-}" != '=' ]] || index=$((index + 1))
            ((index < COMP_CWORD)) || option="$word"
          elif [[ -n "$word" && " $commands " == *" $word "* ]]; then
            level+=" $word" place=0
            _\(name)_level "$level"
          elif [[ "$word" != -?* ]]; then
            place=$((place + 1))
          fi
        done
        [[ "$current" != '=' ]] || current=''
        action=words
        if [[ -n "$option" ]]; then
          _\(name)_place "$level $option"
        elif [[ "$current" == -* ]]; then
          words="$options"
        elif [[ -n "$commands" ]]; then
          words="$commands"
        else
          _\(name)_place "$level $place"
        fi
        local -a how
        case "$action" in
          words) how=(-W "$words") ;;
          file) how=(-f) ;;
          folder) how=(-d) ;;
          *) return ;;
        esac
        [[ "$action" == words ]] || compopt -o filenames 2>/dev/null || true
        while IFS= read -r word; do
          COMPREPLY+=("$word")
        done < <(compgen "${how[@]}" -- "$current")
      }

      complete -F _\(name) \(name)

      """
  }

  private func bashAction(for kind: ValueKind) -> String {
    switch kind {
    case .text: "action=''"
    case .choice(_, let choices): "action=words words='\(choices.joined(separator: " "))'"
    case .command: "action=words words='\(subcommands.map(\.name).joined(separator: " "))'"
    case .input, .output: "action=file"
    case .outputFolder: "action=folder"
    }
  }

  /// Calls `body` for this command and all below it, with the words that lead there.
  func visit(path: [String], _ body: ([String], CommandDescription) -> Void) {
    body(path, self)
    for subcommand in subcommands { subcommand.description.visit(path: path + [subcommand.name], body) }
  }
}

extension CommandDescription {
  /// A completion script for zsh, to be sourced or to be put in the function path. This description is the program's.
  package func zshCompletions() -> String {
    var functions: [String] = []
    visit(path: [name]) { path, command in
      let function = "_" + path.joined(separator: "_")
      var specifications = command.allOptions.map(specification(of:))
      for (place, positional) in command.positionals.enumerated() {
        let start = positional.arity.repeats ? "*" : "\(place + 1)"
        specifications.append("'\(start):\(positional.kind.placeholder)\(zshAction(for: positional.kind))'")
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
    let value = option.kind.map { ":\($0.placeholder)\(zshAction(for: $0))" } ?? ""
    let text = "[\(quoted(option.help))]\(value)'"
    guard let short = option.short else {
      return "'\(exclusion)--\(option.name)\(option.kind == nil ? "" : "=")\(text)"
    }
    let spellings = option.kind == nil ? "-\(short),--\(option.name)" : "-\(short)+,--\(option.name)="
    return "'\(exclusion)'{\(spellings)}'\(text)"
  }

  private func zshAction(for kind: ValueKind) -> String {
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
