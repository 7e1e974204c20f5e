import OctetCommandLine
import OctetData
import OctetHost
import OctetText
import OctetTraining

/// What a model gives for all items at one of its outputs.
struct PredictedOutput {
  let name: String
  let array: NPYArray

  init(name: String, array: NPYArray) {
    self.name = name
    self.array = array
  }

  /// The places that a model chooses among the values of each item.
  init(name: String, choice: ArrayChoice, of values: [some Comparable], shape: [Int]) {
    let count = values.count / shape.reduce(1, *)
    let places = choice.places(of: values, shape: shape).map { Int32($0) }
    self.init(name: name, array: NPYArray(shape: [count] + choice.shape(of: shape), places))
  }
}

/// Where the outputs of `octet predict` go, in which form, and which of them.
struct PredictionOutput {
  enum Format: String, CaseIterable {
    case npy, npz, csv, jsonl

    /// Told by the end of a file's name.
    init?(path: String) {
      guard let found = Self.allCases.first(where: { path.lowercased().hasSuffix(".\($0.rawValue)") }) else {
        return nil
      }
      self = found
    }
  }

  /// Nil for standard output.
  let path: String?
  let format: Format
  /// The output that is wanted, by its name or number; nil for all.
  private let wanted: String?
  private let model: String

  static let option = OptionDescription(
    "output", takes: .text("NAME"), default: "all outputs",
    help: "give one output of a model with several, by its name or its number from 0")

  init(_ arguments: ParsedArguments) throws {
    path = arguments.value("out")
    wanted = arguments.value("output")
    model = arguments.positionals[0]
    guard let path else {
      format = .jsonl
      return
    }
    guard let format = Format(path: path) else {
      throw arguments.usageError(
        "--out takes a name that ends with .npy, .npz, .csv or .jsonl, not '\(path)'")
    }
    self.format = format
  }

  /// The places of the outputs that are wanted.
  func places(_ names: [String]) throws -> [Int] {
    guard let wanted else {
      guard names.count == 1 || format != .npy else {
        throw FileContentError(
          path: model,
          reason:
            "it has \(names.count) outputs (\(Self.listed(names))), and an .npy file holds one array: choose one "
            + "with --output NAME, or write an .npz file")
      }
      return Array(names.indices)
    }
    if let place = names.firstIndex(of: wanted) { return [place] }
    if let place = Int(wanted), names.indices.contains(place) { return [place] }
    throw FileContentError(
      path: model, reason: "it has no output \(wanted.quoted); there are: \(Self.listed(names))")
  }

  private static func listed(_ names: [String]) -> String {
    names.enumerated().map { "\($0) \($1.shown(atMost: 80))" }.joined(separator: ", ")
  }

  func write(_ outputs: [PredictedOutput]) throws {
    guard let path else { return try StandardOutput.write(Self.lines(outputs)) }
    let bytes: [UInt8] =
      switch format {
      case .npy: outputs[0].array.file
      case .npz: try archive(outputs)
      case .csv: Array(Self.table(outputs).utf8)
      case .jsonl: Array(Self.lines(outputs).utf8)
      }
    try AtomicFile.write(path: path, bytes: bytes)
  }

  /// Each array under the name of its output, without characters that could be part of a path.
  private func archive(_ outputs: [PredictedOutput]) throws -> [UInt8] {
    let names = outputs.map { NamedTargets.arrayName($0.name) }
    var writer = ZIPWriter()
    for (name, output) in zip(ModelOutput.distinct(names), outputs) {
      let file = output.array.file
      guard file.count < ZIPWriter.largest else { throw tooLarge }
      writer.add(file, name: "\(name).npy")
    }
    guard let file = writer.file else { throw tooLarge }
    return file
  }

  private var tooLarge: FileError {
    FileError(path ?? "", "would have 4 GiB or more", advice: "give fewer items, or choose an output")
  }

  /// A JSON object for each item: its output, or its outputs by their names, nested as their shapes are.
  static func lines(_ outputs: [PredictedOutput]) -> String {
    let texts = outputs.map { Self.texts($0.array) }
    func value(_ output: Int, _ item: Int) -> String {
      let shape = Array(outputs[output].array.shape.dropFirst())
      let size = shape.reduce(1, *)
      return nested(texts[output][item * size..<(item + 1) * size], shape[...])
    }
    var lines = ""
    for item in 0..<outputs[0].array.shape[0] {
      if outputs.count == 1 {
        lines += "{\"item\":\(item),\"output\":\(value(0, item))}\n"
      } else {
        let members = outputs.indices.map { "\(outputs[$0].name.json):\(value($0, item))" }
        lines += "{\"item\":\(item),\"outputs\":{\(members.joined(separator: ","))}}\n"
      }
    }
    return lines
  }

  private static func nested(_ texts: ArraySlice<String>, _ shape: ArraySlice<Int>) -> String {
    guard let count = shape.first else { return texts.first ?? "" }
    let size = texts.count / max(count, 1)
    let parts = (0..<count).map { part in
      let start = texts.startIndex + part * size
      return nested(texts[start..<start + size], shape.dropFirst())
    }
    return "[\(parts.joined(separator: ","))]"
  }

  /// A line for each item, with its number and all its outputs in the order of the arrays.
  static func table(_ outputs: [PredictedOutput]) -> String {
    let texts = outputs.map { Self.texts($0.array) }
    let sizes = outputs.map { $0.array.count / $0.array.shape[0] }
    var table = "item"
    for (output, size) in zip(outputs, sizes) {
      let name = outputs.count == 1 ? ModelOutput.usualName : output.name
      for place in 0..<size { table += ",\("\(name)_\(place)".csv)" }
    }
    table += "\n"
    for item in 0..<outputs[0].array.shape[0] {
      table += "\(item)"
      for (texts, size) in zip(texts, sizes) {
        table += ",\(texts[item * size..<(item + 1) * size].joined(separator: ","))"
      }
      table += "\n"
    }
    return table
  }

  /// The shortest text of each number that reads as the same number.
  private static func texts(_ outputs: NPYArray) -> [String] {
    let numbers = outputs.floats(0..<outputs.count)
    return outputs.element == .float32 ? numbers.map { "\($0)" } : numbers.map { "\(Int($0))" }
  }
}
