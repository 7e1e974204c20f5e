import OctetTraining

extension FloatModel {
  /// Brings in an ONNX file.
  ///
  /// - Parameter classNames: the classes in the order of the outputs; nil if they are not known.
  package init(onnx file: [UInt8], path: String, classNames: [String]? = nil) throws(ImportError) {
    self = try ONNXImport(file, path: path).model(classNames: classNames)
  }
}
