import OctetCommandLine
import OctetInterchange
import OctetNetwork

/// `octet inspect`: what is in a model, and what it takes as an .octet file.
enum InspectCommand: Command {
  static let name = "inspect"

  static let description = CommandDescription(
    name: name,
    summary: "show the contents of a model, and what it takes to run",
    discussion: """
      Shows the layers with their shapes, parameters and multiply-adds, the bytes of the file, and the place of \
      each ring of rows and of each layer's accumulators in the arena. An .octet file is checked as by the runtime.

      A model of another format is shown as the .octet file that octet quantize makes of it, with the same \
      sizes, before any data is needed; a table says what becomes of each of its layers. A model that cannot \
      become one is shown as far as it can be read, then comes the reason, and the exit status is 1.
      """,
    positionals: [
      PositionalDescription(.input(), help: "the model: .octet, .safetensors, .onnx, .keras, .h5 or .tflite")
    ],
    options: [
      OptionDescription(
        "classes", takes: .text("NAMES"), default: "those of the file, or numbers",
        help: "names of the classes, in the order of the outputs, for a model from elsewhere; as in cat,dog"),
      ForeignModelOptions.pixels,
      OptionDescription(
        "picture", takes: .text("SHAPE"), default: "a square, for a model trained by octet on pictures",
        help: "pictures that a flat input is made of, as in 28x28 or 32x32x3"),
      OptionDescription("json", help: "print one JSON object"),
    ],
    examples: [
      "octet inspect cnn-two-pool.octet", "octet inspect mine.onnx", "octet inspect mine.keras --json",
      "octet inspect dense.onnx --picture 28x28",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let path = arguments.positionals[0]
    let picture = try picture(arguments)
    let options = ModelInspection.Options(
      foreign: try ForeignModelOptions(arguments, path: path), picture: picture)
    let isJSON = arguments.flag("json")
    do throws(any Error) {
      let inspection = try ModelInspection(path: path, options)
      if picture != nil, inspection.source == nil {
        throw arguments.usageError("--picture is for models that are to be quantized; \(path) has its input")
      }
      try StandardOutput.write(
        isJSON
          ? InspectionJSON(inspection: inspection).value.text + "\n"
          : InspectionText(inspection: inspection).text())
    } catch let refused as RefusedModel {
      try StandardOutput.write(isJSON ? refused.json().text + "\n" : refused.text())
      try StandardOutput.flush()
      throw refused
    }
  }

  private static func picture(_ arguments: ParsedArguments) throws -> ImageShape? {
    guard let text = arguments.value("picture") else { return nil }
    let sizes = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard (2...3).contains(sizes.count), sizes.allSatisfy({ (1...4096).contains($0) }) else {
      throw arguments.usageError(
        "--picture takes rows, columns and, unless 1, channels, as in 28x28 or 32x32x3, not '\(text)'")
    }
    return ImageShape(height: sizes[0], width: sizes[1], channels: sizes.count == 3 ? sizes[2] : 1)
  }
}
