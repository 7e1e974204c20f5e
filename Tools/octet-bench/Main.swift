import OctetCommandLine

/// Measures parts of Octet. A developers' program: Tools/bench runs it, and it is not installed.
@main
struct Main {
  private static let nodes: [CommandNode] = [
    .command(MatricesCommand.self),
    .command(InferencesCommand.self),
    .command(SyntheticCommand.self),
    .command(PageCommand.self),
  ]

  private static let description = CommandDescription(
    name: "octet-bench",
    summary: "measure parts of Octet",
    examples: ["octet-bench matrices --json"],
    subcommands: nodes.map(\.subcommand))

  static func main() { Program(description, nodes).runAndExit() }
}

/// Why nothing can be measured.
enum BenchError: Error, CustomStringConvertible {
  case noOpenBLAS
  case noMNIST
  case model(path: String, reason: String)
  case sheet(path: String, reason: String)

  var description: String {
    switch self {
    case .noOpenBLAS:
      "OpenBLAS is not in use, so there is nothing to compare: install libopenblas0 and unset OCTET_MATRIX"
    case .noMNIST:
      "OCTET_MNIST is not set: it names the folder with the four files of MNIST (octet data fetch mnist gets them)"
    case .model(let path, let reason): "\(path): \(reason)"
    case .sheet(let path, let reason):
      "\(path) is no score sheet of Tools/peers/bench_tiny.py: \(reason)"
    }
  }
}
