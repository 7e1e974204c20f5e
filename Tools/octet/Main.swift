import OctetCommandLine

@main
struct Main {
  static let version = "0.1.0"

  static func main() {
    Program(CommandTable.description, CommandTable.nodes).runAndExit { parsed in
      if parsed.flag("version") { try StandardOutput.write("octet \(version)\n") }
    }
  }
}
