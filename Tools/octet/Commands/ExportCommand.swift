import Octet
import OctetCSource
import OctetCommandLine
import OctetHost
import OctetInterchange
import OctetText

/// `octet export`: a model in forms that other tools take.
enum ExportCommand: Command {
  static let name = "export"

  static let description = CommandDescription(
    name: name,
    summary: "write a model as ONNX or C",
    discussion: """
      --onnx writes a float model as ONNX. The other forms take an .octet file: --onnx-qdq writes it as ONNX \
      with QuantizeLinear and DequantizeLinear around each layer, so that other tools can check its \
      integers. --c-source writes one C99 file without dependencies that runs the model with integers only \
      and gives the same bits, and a header beside it. --project writes a folder around them that a build \
      system takes, with an example. --c-array writes the .octet file as an array, for firmware that reads it \
      in place.
      """,
    positionals: [
      PositionalDescription(.input(), help: "the .octet file; for --onnx \(FloatModelSource.kinds)")
    ],
    options: [
      OptionDescription("onnx", takes: .output(), help: "write the float model as ONNX"),
      ForeignModelOptions.pixels,
      OptionDescription("onnx-qdq", takes: .output(), help: "write the int8 model as ONNX"),
      OptionDescription("c-source", takes: .output(), help: "write C source, FILE.c, and its header, FILE.h"),
      OptionDescription(
        "project", takes: .choice("KIND", of: CProjectKind.allCases.map(\.rawValue)),
        help: "write a folder for a build system, that of --out"),
      OptionDescription("out", takes: .outputFolder(of: ""), help: "the folder to create, with --project"),
      OptionDescription("c-array", takes: .output(), help: "write a C array"),
      OptionDescription(
        "name", takes: .text("NAME"), default: "octet; with --project the model's",
        help: "prefix of the names in C"),
      OptionDescription("json", help: "print one JSON object"),
    ],
    examples: [
      "octet export cnn-two-pool.safetensors --onnx digits.onnx",
      "octet export cnn-two-pool.octet --onnx-qdq digits-int8.onnx",
      "octet export cnn-two-pool.octet --c-source digits.c",
      "octet export cnn-two-pool.octet --project cmake --out digits --name digits",
      "octet export cnn-two-pool.octet --c-array model.c --name digits_model",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    guard let source = arguments.value("c-source") else { return }
    files.add(CommandFiles.Output(headerPath(source), name: "the header"))
  }

  /// Beside the source.
  private static func headerPath(_ source: String) -> String {
    (source.hasSuffix(".c") ? String(source.dropLast(2)) : source) + ".h"
  }

  static func run(_ arguments: ParsedArguments) throws {
    let name = arguments.value("name") ?? "octet"
    guard let first = name.utf8.first, name.utf8.allSatisfy(isPartOfName), !(48...57).contains(first) else {
      throw arguments.usageError("--name must be a name in C (letters, digits and _), not '\(name)'")
    }
    let path = arguments.positionals[0]
    let isInteger = path.lowercased().hasSuffix(".octet")
    let source = arguments.value("c-source")
    let array = arguments.value("c-array")
    let quantized = arguments.value("onnx-qdq")
    let project = arguments.value("project").flatMap(CProjectKind.init)
    guard (project == nil) == (arguments.value("out") == nil) else {
      throw arguments.usageError(
        "--project and --out go together: the kind of project, and the folder to create")
    }
    if arguments.value("onnx") != nil {
      guard source == nil, array == nil, quantized == nil, project == nil else {
        throw arguments.usageError(
          "--onnx takes a float model, the other forms an .octet file: export one at a time")
      }
      guard !isInteger else {
        throw arguments.usageError("--onnx takes a float model; for an .octet file there is --onnx-qdq")
      }
    } else {
      guard arguments.value("pixels") == nil else {
        throw arguments.usageError("--pixels goes with --onnx")
      }
      guard source != nil || array != nil || quantized != nil || project != nil else {
        throw arguments.usageError(
          "say what to write: --onnx FILE, --onnx-qdq FILE, --c-source FILE, --c-array FILE or --project KIND"
        )
      }
    }
    guard arguments.value("name") == nil || source != nil || array != nil || project != nil else {
      throw arguments.usageError(
        "--name goes with --c-source, --c-array and --project; ONNX has no names in C")
    }
    let isJSON = arguments.flag("json")
    if let path = arguments.value("onnx") {
      let file = try floatFile(arguments, path: path)
      try file.write(announcing: !isJSON)
      if isJSON { try print([file], arguments, arenaBytes: nil) }
      return
    }
    let model = try OctetModelFile.open(path).model
    var files: [ExportedFile] = []
    if let quantized {
      let bytes = ONNXQuantizedExport.file(model, octetVersion: Main.version)
      files.append(
        ExportedFile(
          form: "onnx-qdq", path: quantized, bytes: bytes, words: "\(NumberText.grouped(bytes.count)) bytes"))
    }
    if let source {
      files.append(
        ExportedFile(
          form: "c-source", path: source, bytes: Array(CSource(model, prefix: name).source.utf8),
          words: "a C99 program that needs \(model.ownArenaBytes) bytes of memory"))
      files.append(
        ExportedFile(
          form: "c-header", path: headerPath(source), bytes: Array(CHeader(model, prefix: name).source.utf8),
          words: "what it offers to C and C++"))
    }
    if let array {
      files.append(
        ExportedFile(
          form: "c-array", path: array, bytes: Array(CArray.source(model.fileBytes, name: name).utf8),
          words: "\(model.fileBytes.count) bytes as an array"))
    }
    if let project, let folder = arguments.value("out") {
      let name =
        arguments.value("name")
        ?? CProject.name(for: Folder.name(of: isInteger ? String(path.dropLast(6)) : path))
      files += try projectFiles(CProject(model, kind: project, name: name), folder: folder)
    }
    for file in files { try file.write(announcing: !isJSON) }
    if isJSON { try print(files, arguments, arenaBytes: model.ownArenaBytes) }
  }

  /// In a folder that has nothing yet, so that nothing of the user's is replaced.
  private static func projectFiles(_ project: CProject, folder: String) throws -> [ExportedFile] {
    try Folder.createForOutput(folder)
    guard try Folder.visibleNames(in: folder).isEmpty else {
      throw FileError(folder, "has files already", advice: "name a folder that is new or empty")
    }
    return try project.files.map { file in
      let path = Folder.join(folder, file.path)
      let parts = file.path.split(separator: "/").dropLast()
      if !parts.isEmpty { try Folder.create(Folder.join(folder, parts.joined(separator: "/"))) }
      return ExportedFile(
        form: "project", path: path, bytes: Array(file.text.utf8),
        words: file.path == "README.md" ? "says how the \(project.files.count) files are built" : nil)
    }
  }

  private static func floatFile(_ arguments: ParsedArguments, path: String) throws -> ExportedFile {
    let source = arguments.positionals[0]
    let foreign = try ForeignModelOptions(arguments, path: source, takesClasses: false)
    let model = try FloatModelSource.takingPixels(
      FloatModelSource.read(path: source), path: source, foreign.pixels)
    let bytes = try ONNXExport.file(model, octetVersion: Main.version)
    return ExportedFile(
      form: "onnx", path: path, bytes: bytes, words: "\(NumberText.grouped(bytes.count)) bytes")
  }

  /// - Parameter arenaBytes: nil for a float model, which has no arena.
  private static func print(
    _ files: [ExportedFile], _ arguments: ParsedArguments, arenaBytes: Int?
  ) throws {
    let members: [(name: String, value: JSONValue)] =
      [
        ("model", .string(arguments.positionals[0])),
        (
          "written",
          .array(
            files.map {
              .object([
                ("form", .string($0.form)), ("path", .string($0.path)), ("bytes", .integer($0.bytes.count)),
              ])
            })
        ),
      ] + (arenaBytes.map { [("arena_bytes", .integer($0))] } ?? [])
    try StandardOutput.write(JSONValue.object(members).text + "\n")
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte)
      || (97...122).contains(byte)
  }
}

/// One of the files that an export writes.
private struct ExportedFile {
  /// The option that asks for it.
  let form: String
  let path: String
  let bytes: [UInt8]
  /// For people; nil for a file that others speak for.
  let words: String?

  func write(announcing isAnnounced: Bool) throws {
    try AtomicFile.write(path: path, bytes: bytes)
    if isAnnounced, let words { try StandardOutput.write("Wrote \(path.shown): \(words)\n") }
  }
}
