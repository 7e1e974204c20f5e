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
  /// A value that the model gives.
  struct Output {
    let name: String
    let value: Int
    let layout: ArrayLayout
    let givesLogarithms: Bool
    let choice: ArrayChoice?
  }

  /// The finished model; its layers are named after their kinds, and the classes of the first output that can have them
  /// have the names that are given, if any are.
  static func model(
    input: ImageShape, layers: [ForeignLayer], outputs: [Output], classNames: [String]?
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
    let network = NetworkDescription(input: input, layers: lines, outputs: outputs.map(\.value))
    try network.checkOutputs()
    var model = FloatModel(
      network: network,
      outputs: outputs.map {
        ModelOutput(
          name: $0.name, layout: $0.layout, givesLogarithms: $0.givesLogarithms, choice: $0.choice)
      }, parameters: parameters)
    if let classNames { model = try model.naming(classNames) }
    if let fault = try model.fault() { throw NetworkError(fault) }
    return model
  }
}
