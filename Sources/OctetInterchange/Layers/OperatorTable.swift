import OctetNetwork

/// A format of other tools whose models are read.
package enum ForeignFormat: String, CaseIterable, Sendable {
  case onnx
  case keras
  case tflite

  /// Every operator or layer class that is read, in the order of the kinds of layer that they become.
  package var operators: [OperatorDescription] {
    switch self {
    case .onnx: Kinds.onnx.descriptions + ONNXConstantOperator.others
    case .keras: Kinds.keras.descriptions
    case .tflite: Kinds.lite.descriptions
    }
  }
}

/// An operator or layer class of another format as messages and documents name it.
package struct OperatorDescription: Hashable, Sendable {
  /// As the format writes it.
  package let name: String
  /// What it becomes in Octet, with words of network files in backquotes.
  package let becomes: String
  /// What is needed for that; nil where there is nothing to say.
  package let conditions: String?
}

/// An operator of a format with what translates it.
protocol ListedOperator: Sendable {
  var description: OperatorDescription { get }
}

/// The operators of a format by their names.
struct OperatorTable<Entry: ListedOperator>: Sendable {
  private let entries: [String: Entry]
  let descriptions: [OperatorDescription]

  /// A name that stands in the list twice is a programming error, which every use of the table finds.
  init(_ list: [Entry]) {
    entries = Dictionary(list.map { ($0.description.name, $0) }) { first, _ in
      preconditionFailure("\(first.description.name) is listed twice")
    }
    descriptions = list.map(\.description)
  }

  subscript(name: String) -> Entry? { entries[name] }

  /// For messages about what is not among them.
  var supported: String { "Supported: " + entries.keys.sorted().joined(separator: ", ") }
}
