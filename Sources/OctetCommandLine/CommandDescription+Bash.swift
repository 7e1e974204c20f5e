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
        values.append("    \(patterns.joined(separator: " | "))) \(action(for: kind)) ;;")
      }
      for (place, positional) in command.positionals.enumerated() {
        // Of the last one there may be many, so it takes every later place too.
        let pattern = positional.arity.repeats ? "'\(path) '[0-9]*" : "'\(path) \(place)'"
        values.append("    \(pattern)) \(action(for: positional.kind)) ;;")
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

  private func action(for kind: ValueKind) -> String {
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
