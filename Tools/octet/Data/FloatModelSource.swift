import Octet
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

  /// A float model of the same classes as an integer one.
  static func load(path: String, toCompareWith file: OctetModelFile) throws -> FloatModel {
    let model = try load(path: path)
    guard model.classNames == file.model.labels else {
      throw FileContentError(
        path: path,
        reason: "its classes are \(model.classNames.joined(separator: ", ")), those of \(file.path) are "
          + "\(file.model.labels.joined(separator: ", ")): compare two models of the same classes")
    }
    return model
  }

  /// The path without what tells its format.
  static func stem(of path: String) -> String {
    let lowercased = path.lowercased()
    for suffix in suffixes where lowercased.hasSuffix(suffix) { return String(path.dropLast(suffix.count)) }
    return path
  }
}
