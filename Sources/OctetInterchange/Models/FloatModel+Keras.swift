import OctetTraining

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
