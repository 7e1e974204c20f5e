import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// A float model in any of the formats that Octet reads, told by the name of its file.
enum FloatModelSource {
  /// What the name of a model may end with; the first is Octet's own.
  static let suffixes = [".safetensors"] + ForeignFileFormat.allCases.map(\.rawValue)

  /// For help texts.
  static let kinds = "the float model: .safetensors, .onnx, .keras, .h5 or .tflite"

  /// Whether the file is of Octet's own format, and so says everything itself.
  static func isOwn(_ path: String) -> Bool { ForeignFileFormat(path: path) == nil }

  /// The model that takes in what its file describes.
  static func read(path: String) throws -> FloatModel {
    if let mistake = FileKind.mistakenForFloat(path) { throw mistake }
    guard let format = ForeignFileFormat(path: path) else { return try FloatModelFile.load(path: path) }
    let bytes = try ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile)
    return try FloatModel(format, bytes, path: path)
  }

  /// The model for values of data: for pixels it takes in numbers from 0 to 1, for all else what it took before.
  ///
  /// - Parameter pixels: what pixels of 0 and 255 were when it was trained.
  static func model(
    _ model: FloatModel, path: String, for values: ItemValues, pixels: PixelRange?
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
    _ model: FloatModel, path: String, _ pixels: PixelRange?
  ) throws -> FloatModel {
    if isOwn(path) { return model }
    guard pixels != nil || !model.scalesPixels else {
      throw FileContentError(
        path: path,
        reason:
          "its first layer scales its input: say what pixels of 0 and 255 were, most likely --pixels 0:255")
    }
    do throws(NetworkError) {
      return try model.taking(pixels: pixels ?? .unit)
    } catch {
      throw FileContentError(path: path, reason: "\(error)")
    }
  }

  /// A float model with the same outputs as an integer one. Names in a file from elsewhere may be replaced.
  static func read(path: String, toCompareWith file: OctetModelFile) throws -> FloatModel {
    var model = try read(path: path)
    let wanted = file.model.outputDescriptions()
    func failure(_ reason: String) -> FileContentError {
      FileContentError(path: path, reason: "\(reason): compare two models of the same outputs")
    }
    let shapes = try model.network.shapes()
    let found = model.network.outputs.map { shapes[$0] }
    guard found.map(\.count) == wanted.map(\.shape.count) else {
      throw failure(
        "its outputs are \(words(found.map(\.description))), those of \(file.path) are "
          + "\(words(wanted.map(\.shape.description)))")
    }
    for (index, output) in wanted.enumerated() {
      let own = model.outputs[index]
      if own.meaning == nil || (!isOwn(path) && (own.meaning != output.meaning || own.names != output.names))
      {
        model.outputs[index].meaning = output.meaning
        model.outputs[index].names = output.meaning == .numbers ? [] : output.names
      }
      let described = try model.outputDescriptions()[index]
      guard described.meaning == output.meaning else {
        throw failure(
          "its output \(described.name) is \(described.words), that of \(file.path) \(output.words)")
      }
      guard described.meaning == .numbers || described.names == output.names else {
        throw failure(
          "its \(output.meaning) are \(described.names.joined(separator: ", ")), those of \(file.path) are "
            + "\(output.names.joined(separator: ", "))")
      }
    }
    if let reason = try model.fault() { throw FileContentError(path: path, reason: reason) }
    return model
  }

  private static func words(_ shapes: [String]) -> String { shapes.joined(separator: ", ") }

  /// The path without what tells its format.
  static func stem(of path: String) -> String {
    let lowercased = path.lowercased()
    for suffix in suffixes where lowercased.hasSuffix(suffix) { return String(path.dropLast(suffix.count)) }
    return path
  }

  /// The model with a meaning for each of its outputs.
  ///
  /// - Parameters:
  ///   - given: names that the user chose.
  ///   - targets: of the data that it is used with.
  static func decided(
    _ model: FloatModel, path: String, given: [String]?, targets: ItemTargets
  ) throws(FileContentError) -> FloatModel {
    do throws(NetworkError) {
      return try model.deciding(given: given, targets: targets)
    } catch {
      throw FileContentError(path: path, reason: "\(error)")
    }
  }

  /// The outputs of a network of integers with a meaning for each, and the names of classes if they have some.
  static func outputs(
    of network: LiteNetwork, given: [String]?, targets: ItemTargets
  ) throws(FileContentError) -> [ModelOutput] {
    do throws(NetworkError) {
      return try network.decidedOutputs(given: given, targets: targets)
    } catch {
      throw FileContentError(path: network.path, reason: "\(error)")
    }
  }
}
