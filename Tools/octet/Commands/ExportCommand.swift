import Octet
import OctetCommandLine
import OctetInterchange

/// `octet export`: an int8 model in forms that other tools take.
enum ExportCommand: Command {
  static let description = CommandDescription(
    name: "export",
    summary: "write an int8 model as C",
    discussion: """
      --c-source writes one C99 file without dependencies that runs the model with integers only and gives the same \
      bits; its first lines say how to call it. --c-array writes the .octet file as an array, for firmware that reads \
      it in place.
      """,
    positionals: [PositionalDescription(.file(), help: "the .octet file")],
    options: [
      OptionDescription("c-source", takes: .file(), help: "where the C program goes"),
      OptionDescription("c-array", takes: .file(), help: "where the C array goes"),
      OptionDescription(
        "name", takes: .text("NAME"), default: "octet", help: "what the names in C begin with"),
    ],
    examples: [
      "octet export cnn-two-pool.octet --c-source digits.c",
      "octet export cnn-two-pool.octet --c-array model.c --name digits_model",
    ])

  static func run(_ arguments: ParsedArguments) throws {
    let name = arguments.value("name") ?? "octet"
    guard let first = name.utf8.first, name.utf8.allSatisfy(isPartOfName), !(48...57).contains(first) else {
      throw arguments.usageError("--name must be a name in C (letters, digits and _), not '\(name)'")
    }
    let source = arguments.value("c-source")
    let array = arguments.value("c-array")
    guard source != nil || array != nil else {
      throw arguments.usageError("say what to write: --c-source FILE or --c-array FILE")
    }
    let model = try OctetModelFile(path: arguments.positionals[0]).model
    if let source {
      try AtomicFile.write(path: source, bytes: Array(CSource(model, prefix: name).source.utf8))
      try StandardOutput.write(
        "Wrote \(source): a C99 program that needs \(model.arenaBytes) bytes of memory\n")
    }
    if let array {
      try AtomicFile.write(path: array, bytes: Array(CArray.source(model.fileBytes, name: name).utf8))
      try StandardOutput.write("Wrote \(array): \(model.fileBytes.count) bytes as an array\n")
    }
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte)
      || (97...122).contains(byte)
  }
}
