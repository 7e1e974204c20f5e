import OctetCommandLine
import OctetData
import OctetHost
import OctetText

/// Where the outputs of `octet predict` go, and in which form.
struct PredictionOutput {
  enum Format: String, CaseIterable {
    case npy, csv, jsonl

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

  init(_ arguments: ParsedArguments) throws {
    path = arguments.value("out")
    guard let path else {
      format = .jsonl
      return
    }
    guard let format = Format(path: path) else {
      throw arguments.usageError("--out takes a name that ends with .npy, .csv or .jsonl, not '\(path)'")
    }
    self.format = format
  }

  func write(_ outputs: NPYArray) throws {
    guard let path else { return try StandardOutput.write(Self.lines(outputs)) }
    let bytes =
      switch format {
      case .npy: outputs.file
      case .csv: Array(Self.table(outputs).utf8)
      case .jsonl: Array(Self.lines(outputs).utf8)
      }
    try AtomicFile.write(path: path, bytes: bytes)
  }

  /// A JSON object for each item, its output nested as its shape is.
  static func lines(_ outputs: NPYArray) -> String {
    let texts = texts(outputs)
    let shape = Array(outputs.shape.dropFirst())
    let size = shape.reduce(1, *)
    var lines = ""
    for item in 0..<outputs.shape[0] {
      lines += "{\"item\":\(item),\"output\":\(nested(texts[item * size..<(item + 1) * size], shape[...]))}\n"
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

  /// A line for each item, with its number and all its outputs in the order of the array.
  static func table(_ outputs: NPYArray) -> String {
    let texts = texts(outputs)
    let size = outputs.count / outputs.shape[0]
    var table = "item,\((0..<size).map { "output_\($0)" }.joined(separator: ","))\n"
    for item in 0..<outputs.shape[0] {
      table += "\(item),\(texts[item * size..<(item + 1) * size].joined(separator: ","))\n"
    }
    return table
  }

  /// The shortest text of each number that reads as the same number.
  private static func texts(_ outputs: NPYArray) -> [String] {
    let numbers = outputs.floats(0..<outputs.count)
    return outputs.element == .float32 ? numbers.map { "\($0)" } : numbers.map { "\(Int($0))" }
  }
}
