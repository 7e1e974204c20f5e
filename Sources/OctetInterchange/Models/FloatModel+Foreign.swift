import OctetHost
import OctetTraining

/// The formats of float models of other programs, told by the ends of their files' names.
package enum ForeignFileFormat: String, CaseIterable, Sendable {
  case onnx = ".onnx"
  case keras = ".keras"
  case hdf5 = ".h5"
  case lite = ".tflite"

  /// Nil for any other name, such as those of Octet's own files.
  package init?(path: String) {
    let lowercased = path.lowercased()
    guard let format = Self.allCases.first(where: { lowercased.hasSuffix($0.rawValue) }) else { return nil }
    self = format
  }

  /// Larger files are no classifiers of small pictures.
  package static let largestFile = 1 << 30
}

extension FloatModel {
  /// Reads the bytes of a model of another program.
  ///
  /// - Parameters:
  ///   - path: for errors.
  ///   - classNames: the classes in the order of the outputs; nil if they are not known.
  package init(
    _ format: ForeignFileFormat, _ bytes: [UInt8], path: String, classNames: [String]? = nil
  ) throws(ImportError) {
    switch format {
    case .onnx: self = try FloatModel(onnx: bytes, path: path, classNames: classNames)
    case .keras, .hdf5: self = try FloatModel(keras: bytes, path: path, classNames: classNames)
    case .lite:
      let network = try LiteNetwork(bytes, path: path)
      guard !network.isInteger else {
        throw ImportError(
          path: path,
          "its layers compute with integers; a float model is needed here (octet quantize converts it)")
      }
      self = try network.floatModel(classNames: classNames)
    }
  }
}

extension FloatModel {
  /// Reads a model that Keras saved, as .keras or .h5.
  ///
  /// - Parameter classNames: the classes in the order of the outputs; nil if they are not known.
  package init(keras file: [UInt8], path: String, classNames: [String]? = nil) throws(ImportError) {
    var (graph, rescalesInput) = try KerasImport.read(file, path: path)
    do throws(GraphFailure) {
      try graph.simplify()
      self = try graph.floatModel(classNames: classNames)
    } catch {
      throw ImportError(path: path, error.reason)
    }
    scalesPixels = rescalesInput
  }
}
