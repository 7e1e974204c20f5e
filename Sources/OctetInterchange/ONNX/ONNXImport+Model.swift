import OctetTraining

extension ONNXImport {
  /// The class names that Octet's own export leaves in a file.
  private var ownClassNames: [String]? {
    graph.properties[ONNXWriter.classesKey].flatMap { try? StrangersJSON.decode([String].self, from: $0) }
  }

  /// The finished model, with the class names that are given or stand in the file, or none.
  func model(classNames: [String]?) throws(ImportError) -> FloatModel {
    guard let output = graph.outputs.first?.name, let last = values[output] else {
      throw failure("no node makes its output \((graph.outputs.first?.name ?? "").quoted)")
    }
    guard last.index == layers.count, !layers.isEmpty else {
      throw failure("its output \(output.quoted) is not what the last layer gives; cut off what comes after")
    }
    // A file that was changed since may have names that no longer fit.
    let outputs = max(shapes[last.index].count, 2)
    let names = classNames ?? ownClassNames.flatMap { $0.count == outputs ? $0 : nil }
    do throws(NetworkError) {
      return try ForeignLayer.model(input: input, layers: layers, classNames: names)
    } catch {
      throw failure("\(error)")
    }
  }
}
