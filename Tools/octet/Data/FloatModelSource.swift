import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// A float model in any of the formats that Octet reads, told by the name of its file.
enum FloatModelSource {
  /// What the name of a model may end with; the first is Octet's own.
  static let suffixes = [".safetensors"] + ForeignFileFormat.allCases.map(\.rawValue)

  /// For help texts.
  static let kinds = "the float model: .safetensors, .onnx, .keras, .h5 or .tflite"

  /// Whether the file is of Octet's own format, and so says everything itself.
  static func isOwn(_ path: String) -> Bool { ForeignFileFormat(path: path) == nil }

  /// - Parameters:
  ///   - pixels: what pixels of 0 and 255 were when it was trained.
  ///   - takesPixels: whether it will be given pixels, and so must be told.
  static func load(
    path: String, classNames: [String]? = nil, pixels: ClosedRange<Float>? = nil, takesPixels: Bool = true
  ) throws -> FloatModel {
    if let mistake = FileKind.mistakenForFloat(path) { throw mistake }
    guard let format = ForeignFileFormat(path: path) else { return try FloatModelFile.load(path: path) }
    let bytes = try ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile)
    let model = try FloatModel(format, bytes, path: path, classNames: classNames)
    guard pixels != nil || !takesPixels || !model.scalesPixels else {
      throw FileContentError(
        path: path,
        reason:
          "its first layer scales its input: say what pixels of 0 and 255 were, most likely --pixels 0:255")
    }
    return try model.taking(pixels: pixels ?? 0...1)
  }

  /// A float model of the same classes as an integer one.
  static func load(
    path: String, toCompareWith file: OctetModelFile, pixels: ClosedRange<Float>? = nil
  ) throws -> FloatModel {
    let labels = file.model.labels
    var model = try load(path: path, pixels: pixels)
    if model.classNames.isEmpty {
      model = try classifier(model, path: path, given: labels)
    } else if !isOwn(path), model.classNames.count == labels.count {
      // Names in a file from elsewhere may be replaced.
      model.classNames = labels
    }
    guard model.classNames == labels else {
      throw FileContentError(
        path: path,
        reason: "its classes are \(model.classNames.joined(separator: ", ")), those of \(file.path) are "
          + "\(labels.joined(separator: ", ")): compare two models of the same classes")
    }
    return model
  }

  /// The path without what tells its format.
  static func stem(of path: String) -> String {
    let lowercased = path.lowercased()
    for suffix in suffixes where lowercased.hasSuffix(suffix) { return String(path.dropLast(suffix.count)) }
    return path
  }

  /// The model with names for its classes; an error that says why it has no classes if it has none.
  static func classifier(
    _ model: FloatModel, path: String, given: [String]?, data: [String]? = nil
  ) throws(FileContentError) -> FloatModel {
    do throws(NetworkError) {
      return try model.naming(given: given, data: data)
    } catch {
      throw FileContentError(path: path, reason: "this model is not a classifier: \(error)")
    }
  }

  /// What the output of a network of integers means, and the names of its classes if it has some.
  static func meaning(
    _ network: LiteNetwork, given: [String]?, data: [String]?
  ) throws -> (meaning: OutputMeaning, names: [String]) {
    do throws(NetworkError) {
      return try network.classifierOutput.meaning(given: given, data: data)
    } catch {
      throw FileContentError(path: network.path, reason: "this model is not a classifier: \(error)")
    }
  }
}
