import CWebModule
import Octet
import OctetCommandLine
import OctetHost
import OctetInterchange
import OctetReports
import OctetText

/// `octet draw`: a page on which a model can be tried.
enum DrawCommand: Command {
  static let name = "draw"

  static let description = CommandDescription(
    name: name,
    summary: "write a page to draw on, with the model inside",
    discussion: """
      Writes one HTML file that runs the model in the browser, as WebAssembly, and makes no network requests. Draw \
      with mouse, finger, pen or keys, or give it pictures: it shows what the network sees, the probabilities, \
      each layer row by row, and the arena with its rings. Pictures are fitted as octet classify fits them. A \
      model of features gets a table of numbers.
      """,
    positionals: [PositionalDescription(.input("MODEL"), help: "the .octet file")],
    options: [
      OptionDescription(
        "out", takes: .output("FILE.html"), default: "MODEL.html", help: "the page to write"),
      OptionDescription(
        "wasm", takes: .input(), default: "the one in this program",
        help: "the runtime, octet.wasm, for a program that was built without it"),
      MaxWorkOption.option,
    ],
    examples: ["octet draw cnn-two-pool.octet", "octet draw mine.octet --out page.html"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    if arguments.value("out") == nil {
      files.add(CommandFiles.Output(pagePath(arguments), name: "the page"))
    }
  }

  private static func pagePath(_ arguments: ParsedArguments) -> String {
    if let path = arguments.value("out") { return path }
    return stem(arguments.positionals[0]) + ".html"
  }

  private static func stem(_ path: String) -> String {
    path.lowercased().hasSuffix(".octet") ? String(path.dropLast(6)) : path
  }

  static func run(_ arguments: ParsedArguments) throws {
    let path = arguments.positionals[0]
    let file = try OctetModelFile.open(path, workLimit: MaxWorkOption.limit(arguments))
    let runtime = try runtime(arguments)
    let name = stem(path).split(separator: "/").last.map(String.init) ?? path
    let page = DrawPage(
      name: name, model: Array(file.block.bytes), runtime: runtime, layers: file.model.layerNames,
      outputs: file.model.outputCount > 1 ? (1...file.model.outputCount).map { "output \($0)" } : [],
      version: Main.version)
    let out = pagePath(arguments)
    let bytes = Array(page.html.utf8)
    try AtomicFile.write(path: out, bytes: bytes)
    try StandardOutput.write("Wrote \(out.shown): \(NumberText.grouped(bytes.count)) bytes\n")
  }

  private static func runtime(_ arguments: ParsedArguments) throws -> [UInt8] {
    if let path = arguments.value("wasm") {
      let bytes = try ByteFile.contents(at: path, limit: 1 << 24)
      guard bytes.starts(with: [0x00, 0x61, 0x73, 0x6D]) else {
        throw FileContentError(
          path: path, reason: "is not WebAssembly; give the octet.wasm that web/build writes")
      }
      return bytes
    }
    var count = 0
    guard let start = octet_web_module(&count), count > 0 else {
      throw arguments.usageError(
        "this octet was built without octet.wasm: build it with Tools/build, or write octet.wasm with web/build and "
          + "give it by --wasm FILE")
    }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }
}
