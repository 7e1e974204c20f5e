import Octet
import OctetCommandLine
import OctetInterchange

/// `octet export`: a model in forms that other tools take.
enum ExportCommand: Command {
  static let description = CommandDescription(
    name: "export",
    summary: "write a model as ONNX or C",
    discussion: """
      --onnx writes a float model as ONNX. The other forms take an .octet file: --onnx-qdq writes it as ONNX with \
      QuantizeLinear and DequantizeLinear around each layer, so that other tools can check what its integers give. \
      --c-source writes one C99 file without dependencies that runs the model with integers only and gives the same \
      bits; its first lines say how to call it. --c-array writes the .octet file as an array, for firmware that reads \
      it in place.
      """,
    positionals: [
      PositionalDescription(.file(), help: "the .octet file; for --onnx \(FloatModelSource.kinds)")
    ],
    options: [
      OptionDescription("onnx", takes: .file(), help: "where the float model goes as ONNX"),
      ForeignModelOptions.pixels,
      OptionDescription("onnx-qdq", takes: .file(), help: "where the int8 model goes as ONNX"),
      OptionDescription("c-source", takes: .file(), help: "where the C program goes"),
      OptionDescription("c-array", takes: .file(), help: "where the C array goes"),
      OptionDescription(
        "name", takes: .text("NAME"), default: "octet", help: "what the names in C begin with"),
    ],
    examples: [
      "octet export cnn-two-pool.safetensors --onnx digits.onnx",
      "octet export cnn-two-pool.octet --onnx-qdq digits-int8.onnx",
      "octet export cnn-two-pool.octet --c-source digits.c",
      "octet export cnn-two-pool.octet --c-array model.c --name digits_model",
    ])

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
    if let float = arguments.value("onnx") {
      guard source == nil, array == nil, quantized == nil else {
        throw arguments.usageError(
          "--onnx takes a float model, the other forms an .octet file: export one at a time")
      }
      guard !isInteger else {
        throw arguments.usageError("--onnx takes a float model; for an .octet file there is --onnx-qdq")
      }
      try writeFloat(path, to: float, arguments)
      return
    }
    guard arguments.value("pixels") == nil else {
      throw arguments.usageError("--pixels goes with --onnx")
    }
    guard source != nil || array != nil || quantized != nil else {
      throw arguments.usageError(
        "say what to write: --onnx FILE, --onnx-qdq FILE, --c-source FILE or --c-array FILE")
    }
    let model = try OctetModelFile(path: path).model
    if let quantized {
      let bytes = ONNXQuantizedExport.file(model, octetVersion: Main.version)
      try AtomicFile.write(path: quantized, bytes: bytes)
      try StandardOutput.write("Wrote \(quantized): \(NumberText.grouped(bytes.count)) bytes\n")
    }
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

  private static func writeFloat(_ path: String, to target: String, _ arguments: ParsedArguments) throws {
    let foreign = try ForeignModelOptions(arguments, path: path, takesClasses: false)
    let model = try FloatModelSource.load(path: path, pixels: foreign.pixels)
    let bytes = try ONNXExport.file(model, octetVersion: Main.version)
    try AtomicFile.write(path: target, bytes: bytes)
    try StandardOutput.write("Wrote \(target): \(NumberText.grouped(bytes.count)) bytes\n")
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (48...57).contains(byte) || (65...90).contains(byte)
      || (97...122).contains(byte)
  }
}
