extension CommandDescription {
  /// A completion script for fish, to be sourced or to be put into `vendor_completions.d`. This description is the
  /// program's.
  package func fishCompletions() -> String {
    var takers: Set<String> = []
    visit(path: []) { _, command in
      for option in command.allOptions where option.kind != nil { takers.formUnion(option.spellings) }
    }
    var text = """
      # Completions of \(name) for fish. To have them: \(name) completions fish | source

      # Whether the words before the cursor lead to a command: its words, and then those of commands in it, which must
      # not follow.
      function __\(name)_at
          set -l words (commandline -opc)
          set -e words[1]
          set -l takers \(takers.sorted().joined(separator: " "))
          set -l level
          set -l is_value
          for word in $words
              if test -n "$is_value"
                  set is_value
                  continue
              end
              contains -- $word $takers; and set is_value yes
              string match -q -- '-*' $word; or set -a level $word
          end
          set -l wanted (string split ' ' -- $argv[1])
          test -z "$argv[1]"; and set wanted
          test (count $level) -ge (count $wanted); or return 1
          for place in (seq (count $wanted))
              test "$level[$place]" = "$wanted[$place]"; or return 1
          end
          set -l next (math (count $wanted) + 1)
          test (count $level) -ge $next; and contains -- $level[$next] $argv[2..-1]; and return 1
          return 0
      end

      complete -c \(name) -f

      """
    visit(path: []) { path, command in
      let within = command.subcommands.map(\.name)
      let test = "__\(name)_at \(fish(path.joined(separator: " "))) \(within.joined(separator: " "))"
      let place = "-n \(fish(test))"
      for subcommand in command.subcommands {
        let summary = fish(subcommand.description.summary)
        text += "complete -c \(name) \(place) -a \(subcommand.name) -d \(summary)\n"
      }
      for option in command.allOptions {
        let short = option.short.map { " -s \($0)" } ?? ""
        let value = option.kind.map { " -r\(fishAction(for: $0))" } ?? ""
        text += "complete -c \(name) \(place)\(short) -l \(option.name)\(value) -d \(fish(option.help))\n"
      }
      for positional in command.positionals {
        let action = fishAction(for: positional.kind)
        if !action.isEmpty { text += "complete -c \(name) \(place)\(action)\n" }
      }
    }
    return text
  }

  /// What may stand there; nothing where anything may.
  private func fishAction(for kind: ValueKind) -> String {
    switch kind {
    case .text: ""
    case .choice(_, let choices): " -a \(fish(choices.joined(separator: " ")))"
    case .command: " -a \(fish(subcommands.map(\.name).joined(separator: " ")))"
    case .input, .output: " -F"
    case .outputFolder: " -a '(__fish_complete_directories)'"
    }
  }
}

/// A word in single quotes, in which fish knows two escapes.
private func fish(_ text: String) -> String {
  let escaped = text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
  return "'\(escaped)'"
}
