import FoundationEssentials
import OctetCommandLine
import OctetHost
import OctetReports

/// `octet-bench page`: the score sheet of `Tools/bench tiny` as a page.
enum PageCommand: Command {
  static let name = "page"

  static let description = CommandDescription(
    name: name,
    summary: "write the score sheet of Tools/bench tiny as a self-contained page",
    positionals: [
      PositionalDescription(.input("SHEET.json"), help: "what Tools/peers/bench_tiny.py has measured")
    ],
    options: [OptionDescription("out", takes: .output("FILE.html"), help: "the page to write")],
    examples: ["octet-bench page tiny.json --out tiny.html"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    guard let out = arguments.value("out") else {
      throw arguments.usageError("say with --out where the page goes")
    }
    let path = arguments.positionals[0]
    let bytes = try ByteFile.stored(at: path, limit: 1 << 24)
    let sheet: ScoreSheet
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      sheet = try decoder.decode(ScoreSheet.self, from: Data(bytes))
    } catch {
      throw BenchError.sheet(path: path, reason: "\(error)")
    }
    let page = Page(
      title: "MLPerf Tiny's networks", about: sheet.about, sections: sheet.sections, version: sheet.version)
    try AtomicFile.write(path: out, bytes: Array(page.html.utf8))
  }
}
