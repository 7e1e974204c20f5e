import OctetTraining

extension ONNXImport {
  /// The finished model, with class names 0, 1, 2, … unless others are given.
  func model(classNames: [String]?) throws(ImportError) -> FloatModel {
    guard let output = graph.outputs.first?.name, let last = values[output] else {
      throw failure("no node makes its output \((graph.outputs.first?.name ?? "").quoted)")
    }
    guard last.index == layers.count, !layers.isEmpty else {
      throw failure("its output \(output.quoted) is not what the last layer gives; cut off what comes after")
    }
    var counts: [String: Int] = [:]
    var lines: [LayerDescription] = []
    var parameters: [NamedValues] = []
    for layer in layers {
      let keyword = layer.kind.keyword
      counts[keyword, default: 0] += 1
      let name = "\(keyword)-\(counts[keyword] ?? 0)"
      lines.append(
        LayerDescription(
          name: name, kind: layer.kind, activation: layer.activation, inputs: layer.inputs,
          line: lines.count + 2))
      for parameter in layer.parameters {
        parameters.append(
          NamedValues(name: "\(name).\(parameter.name)", shape: parameter.shape, values: parameter.values))
      }
    }
    let network = NetworkDescription(input: input, layers: lines)
    let outputs = shapes[layers.count].count
    let names = classNames ?? (0..<max(outputs, 2)).map(String.init)
    let model = FloatModel(network: network, classNames: names, parameters: parameters)
    do throws(NetworkError) {
      if let fault = try model.fault() { throw NetworkError(fault) }
    } catch {
      throw failure("\(error)")
    }
    return model
  }
}
