import FoundationEssentials
import OctetCommandLine
import OctetData
import OctetText

/// `octet data fetch mnist`: the real digits, checked, in the user's cache.
enum DataFetchCommand: Command {
  static let name = "fetch"

  static let description = CommandDescription(
    name: name,
    summary: "download a data set and check it",
    discussion: """
      Downloads the four files of MNIST with curl and keeps each only if its contents have the right \
      SHA-256. An interrupted download continues where it stopped.
      """,
    positionals: [PositionalDescription(.choice("NAME", of: ["mnist"]), help: "the data set")],
    options: [
      OptionDescription(
        "mirror", takes: .text("ADDRESS"), default: "OCTET_MNIST_MIRROR, else \(MNISTDownload.defaultMirror)",
        help: "the address of the folder with the .gz files"),
      OptionDescription(
        "out", takes: .outputFolder(of: ".gz"), default: "the user's cache folder, where octet train looks",
        help: "the folder to write to"),
    ],
    examples: ["octet data fetch mnist", "octet data fetch mnist --out digits"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let download = try MNISTDownload(
      mirror: arguments.value("mirror"), folder: arguments.value("out"),
      environment: ProcessInfo.processInfo.environment)
    try download.run { event in
      switch event {
      case .alreadyThere(let file): StandardError.write("\(file): already there\n")
      case .started(let file, let address, let resumed):
        let from = resumed > 0 ? ", going on after \(NumberText.grouped(resumed)) bytes" : ""
        StandardError.write("\(file): from \(address.shown)\(from)\n")
      case .received(let file, let bytes):
        if Terminal.standardError.isInteractive {
          StandardError.write("\r\(file): \(NumberText.grouped(bytes)) bytes ")
        }
      case .verified(let file, let path):
        let start = Terminal.standardError.isInteractive ? "\r" : ""
        StandardError.write("\(start)\(file): checked, in \(path.shown)\n")
      }
    }
  }
}
