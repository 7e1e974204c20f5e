import Octet
import OctetCommandLine
import OctetInterchange
import OctetNetwork

/// `octet operators`: of what models may consist.
enum OperatorsCommand: Command {
  static let name = "operators"

  static let description = CommandDescription(
    name: name,
    summary: "list the operators and layers that are read",
    discussion: """
      Lists what models of other tools may consist of: the operators of ONNX and TensorFlow Lite and the layer \
      classes of Keras, each with what it becomes in a network of Octet and, in parentheses, the conditions. \
      With --format network it lists the layers of a network file with their grammar, with --format octet \
      the kinds of layer of an .octet file.
      """,
    options: [
      OptionDescription(
        "format", takes: .choice("FORMAT", of: formats), help: "the format; all unless given"),
      OptionDescription("json", help: "print one JSON object; words of network files are in backquotes"),
    ],
    examples: ["octet operators", "octet operators --format onnx", "octet operators --json"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let wanted = arguments.value("format")
    let shown = formats.filter { wanted == nil || $0 == wanted }.map(section)
    if arguments.flag("json") {
      try StandardOutput.write(JSONValue.object(shown.map { ($0.format, $0.json) }).text + "\n")
    } else {
      let lists = shown.map { TwoColumns.list($0.title, $0.rows) }
      try StandardOutput.write(lists.joined(separator: "\n\n") + "\n")
    }
  }

  private static let networkFormat = "network"
  private static let octetFormat = "octet"
  private static let formats = ForeignFormat.allCases.map(\.rawValue) + [networkFormat, octetFormat]

  private struct Section {
    let format: String
    let title: String
    let rows: [(label: String, text: String)]
    let json: JSONValue
  }

  /// What is read in a format.
  private static func section(_ name: String) -> Section {
    guard let format = ForeignFormat(rawValue: name) else {
      return name == networkFormat ? networkFiles : octetFiles
    }
    let title =
      switch format {
      case .onnx: "ONNX operators"
      case .keras: "Keras layer classes"
      case .tflite: "TensorFlow Lite operators"
      }
    return Section(
      format: format.rawValue, title: title,
      rows: format.operators.map { operation in
        let becomes = operation.becomes.filter { $0 != "`" }
        return (operation.name, becomes + (operation.conditions.map { " (\($0))" } ?? ""))
      },
      json: .array(
        format.operators.map { operation in
          .object(
            [("name", .string(operation.name)), ("becomes", .string(operation.becomes))]
              + (operation.conditions.map { [("conditions", .string($0))] } ?? []))
        }))
  }

  private static var networkFiles: Section {
    Section(
      format: networkFormat, title: "Layers of network files",
      rows: FloatLayerKind.grammars.map { ($0.keyword, $0.grammar) },
      json: .array(
        FloatLayerKind.grammars.map {
          .object([
            ("name", .string($0.keyword)), ("grammar", .string($0.grammar)), ("does", .string($0.summary)),
          ])
        }))
  }

  private static var octetFiles: Section {
    Section(
      format: octetFormat, title: "Kinds of layer of .octet files",
      rows: LayerKind.allCases.map {
        ("\($0.name)", "number \($0.rawValue); window: \($0.windowText); constants: \($0.constantsText)")
      },
      json: .array(
        LayerKind.allCases.map {
          .object([
            ("number", .integer(Int($0.rawValue))), ("name", .string("\($0.name)")),
            ("window", .string($0.windowText)), ("constants", .string($0.constantsText)),
          ])
        }))
  }
}

extension LayerKind {
  /// What docs/FORMAT.md says of the window in the record of such a layer.
  fileprivate var windowText: String {
    if traits.contains(.window) { return traits.contains(.fusedPool) ? "yes, fused pool allowed" : "yes" }
    return traits.contains(.wholeInput) ? "the whole input, written as 1, 1" : "none"
  }

  /// What it says of the layer's constants.
  fileprivate var constantsText: String {
    if traits.contains(.weights) { return "parameters, weights" }
    if traits.contains(.means) { return "pairs" }
    if traits.contains(.secondInput) { return "factors" }
    return traits.contains(.lookup) ? "the table" : "none"
  }
}
