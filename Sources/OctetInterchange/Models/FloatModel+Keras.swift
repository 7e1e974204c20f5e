import OctetTraining

extension FloatModel {
  /// Brings in a model that Keras saved, as .keras or .h5.
  ///
  /// - Parameters:
  ///   - classNames: the classes in the order of the outputs; nil if they are not known.
  ///   - pixels: what pixels of 0 and 255 were in training; a model that scales them itself must be told.
  package init(
    keras file: [UInt8], path: String, classNames: [String]? = nil, pixels: ClosedRange<Float>? = nil
  ) throws(ImportError) {
    let source = try KerasImport(file, path: path)
    guard pixels != nil || !source.rescalesInput else {
      throw ImportError(
        path: path,
        "its first layer scales its input: say what pixels of 0 and 255 were, most likely --pixels 0:255")
    }
    self = try source.finished(classNames: classNames)
  }
}
