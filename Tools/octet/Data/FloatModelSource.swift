import Octet
import OctetData
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

  /// The model that takes in what its file describes.
  static func read(path: String, classNames: [String]? = nil) throws -> FloatModel {
    if let mistake = FileKind.mistakenForFloat(path) { throw mistake }
    guard let format = ForeignFileFormat(path: path) else { return try FloatModelFile.load(path: path) }
    let bytes = try ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile)
    return try FloatModel(format, bytes, path: path, classNames: classNames)
  }

  /// The model for values of data: for pixels it takes in numbers from 0 to 1, for all else what it took before.
  ///
  /// - Parameter pixels: what pixels of 0 and 255 were when it was trained.
  static func model(
    _ model: FloatModel, path: String, for values: ItemValues, pixels: ClosedRange<Float>?
  ) throws -> FloatModel {
    switch values {
    case .bytes: return try takingPixels(model, path: path, pixels)
    case .integers(_, nil): throw FileContentError(path: path, reason: integersWithoutScale)
    case .integers, .floats:
      guard pixels == nil else {
        throw FileContentError(
          path: "--pixels",
          reason: "it says what pixels were, and the data holds \(values.words): leave it out")
      }
      return model
    }
  }

  private static let integersWithoutScale =
    "the data holds int8 integers, and a float model needs what they stand for: give --input-scale SCALE:ZERO"

  /// The model for pixels as numbers from 0 to 1, which those of Octet's own format are.
  static func takingPixels(
    _ model: FloatModel, path: String, _ pixels: ClosedRange<Float>?
  ) throws -> FloatModel {
    if isOwn(path) { return model }
    guard pixels != nil || !model.scalesPixels else {
      throw FileContentError(
        path: path,
        reason:
          "its first layer scales its input: say what pixels of 0 and 255 were, most likely --pixels 0:255")
    }
    return try model.taking(pixels: pixels ?? 0...1)
  }

  /// A float model of the same classes as an integer one.
  static func read(path: String, toCompareWith file: OctetModelFile) throws -> FloatModel {
    let labels = file.model.labels
    var model = try read(path: path)
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
