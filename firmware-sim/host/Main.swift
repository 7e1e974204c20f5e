import OctetCommandLine

/// The host's side of firmware-sim: makes what goes into a firmware, and reads what comes out. `firmware-sim/run` calls
/// it.
@main
struct Main {
  private static let nodes: [CommandNode] = [
    .command(PrepareCommand.self),
    .command(FirmwareReportCommand.self),
    .command(ConsoleCommand.self),
  ]

  private static let description = CommandDescription(
    name: "octet-firmware",
    summary: "what firmware-sim/run needs on the host",
    examples: ["octet-firmware prepare model.octet --folder work --count 20"],
    subcommands: nodes.map(\.subcommand))

  static func main() { Program(description, nodes).runAndExit() }
}

/// Why a firmware cannot be made, or what it said not be believed.
struct FirmwareError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
