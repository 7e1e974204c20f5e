import OctetInterchange

/// A float model in any of the formats that Octet reads, told by the name of its file.
enum FloatModelSource {
  /// What the name of a model may end with; the first is Octet's own.
  static let suffixes = [".safetensors", ".onnx"]

  /// Larger files are no classifiers of small pictures.
  private static let largestFile = 1 << 30

  static func load(path: String) throws -> FloatModel {
    guard path.lowercased().hasSuffix(".onnx") else { return try FloatModelFile.load(path: path) }
    return try FloatModel(onnx: FileReading.bytes(path: path, limit: largestFile), path: path)
  }

  /// The path without what tells its format.
  static func stem(of path: String) -> String {
    let lowercased = path.lowercased()
    for suffix in suffixes where lowercased.hasSuffix(suffix) { return String(path.dropLast(suffix.count)) }
    return path
  }
}
