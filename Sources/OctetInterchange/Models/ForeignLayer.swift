import OctetNetwork
import OctetTraining

/// One layer of a model from elsewhere as it is being imported.
struct ForeignLayer {
  var kind: FloatLayerKind
  var activation = Activation.linear
  /// The values it reads: 0 is the input, `i` the output of layer `i - 1`.
  var inputs: [Int]
  var parameters: [(name: String, shape: [Int], values: [Float])] = []

  var parameterCount: Int { parameters.reduce(0) { $0 + $1.values.count } }
}

extension ForeignLayer {
  /// The finished model; its layers are named after their kinds, and its classes have the names that are given, if any
  /// are.
  static func model(
    input: ImageShape, layers: [ForeignLayer], classNames: [String]?
  ) throws(NetworkError) -> FloatModel {
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
    for layer in lines.dropLast() where layer.activation == .softmax {
      throw NetworkError("layer \(layer.name) has softmax, which only the last layer can")
    }
    let model = FloatModel(network: network, classNames: classNames ?? [], parameters: parameters)
    if let fault = try model.fault() { throw NetworkError(fault) }
    return model
  }
}
