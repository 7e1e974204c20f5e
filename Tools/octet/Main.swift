import OctetCommandLine

@main
struct Main {
  /// What the file VERSION at the top of the repository says, compiled in.
  static let version = String(decoding: PackageResources.VERSION, as: UTF8.self).filter { !$0.isWhitespace }

  static func main() {
    Program(CommandTable.description, CommandTable.nodes).runAndExit { parsed in
      if parsed.flag("version") { try StandardOutput.write(VersionText.line) }
    }
  }
}
