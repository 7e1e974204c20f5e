import OctetNetwork
import OctetTraining

/// Writes a float model as ONNX: images channels first, as most tools expect them, and any number of them at once.
package struct ONNXExport {
  private let model: FloatModel
  private let shapes: [ImageShape]
  private let parameters: [String: [Float]]
  var writer = ONNXWriter()

  /// The bytes of the file.
  package static func file(_ model: FloatModel, octetVersion: String) throws(NetworkError) -> [UInt8] {
    var export = try ONNXExport(model)
    export.write()
    return export.writer.file(
      input: model.network.input, classNames: model.classNames, operators: 17, format: 8,
      octetVersion: octetVersion)
  }

  private init(_ model: FloatModel) throws(NetworkError) {
    if let fault = try model.fault() { throw NetworkError(fault) }
    self.model = model
    shapes = try model.network.shapes()
    parameters = Dictionary(model.parameters.map { ($0.name, $0.values) }) { first, _ in first }
  }

  /// A layer as its kind writes it.
  struct Layer {
    let name: String
    /// The names of the values that it reads.
    let inputs: [String]
    let inputShapes: [ImageShape]
    var input: ImageShape { inputShapes[0] }
    let output: ImageShape
  }

  private mutating func write() {
    var values = [ONNXWriter.inputName]
    for (index, description) in model.network.layers.enumerated() {
      let layer = Layer(
        name: description.name, inputs: description.inputs.map { values[$0] },
        inputShapes: description.inputs.map { shapes[$0] }, output: shapes[index + 1])
      let first = writer.nodeCount
      let value = description.kind.layer.write(layer, to: &self)
      values.append(activate(value, description.activation, name: layer.name))
      writer.describe(from: first, facts(description, layer))
    }
    // Each under a name that says what it is, whatever made it.
    for (name, value) in zip(outputNames, model.network.outputs) {
      writer.markOutput(
        writer.node("Identity", [values[value]], name: name, output: name), shapes[value])
    }
  }

  /// What Octet knows of a layer, for whoever looks at the file.
  private func facts(_ description: LayerDescription, _ layer: Layer) -> String {
    var parts = ["\(layer.name) in Octet"]
    let count = parameters.reduce(0) { $0 + ($1.key.hasPrefix("\(layer.name).") ? $1.value.count : 0) }
    if count > 0 { parts.append("\(count) parameters") }
    let multiplyAdds = description.kind.specification.multiplyAdds(input: layer.input, output: layer.output)
    if multiplyAdds > 0 { parts.append("\(multiplyAdds) multiply-adds") }
    parts.append("gives \(layer.output)")
    return parts.joined(separator: "; ")
  }

  /// The names of the outputs, where they cannot be those of other values of the file.
  private var outputNames: [String] {
    if model.outputs.count == 1 { return [ModelOutput.usualName] }
    return ModelOutput.distinct(
      model.outputs.enumerated().map { index, output in
        let isTaken =
          output.name == ONNXWriter.inputName || output.name.hasPrefix("value_") || output.name.contains(".")
        return isTaken ? "\(ModelOutput.usualName)_\(index)" : output.name
      })
  }

  // MARK: what several kinds have

  /// - Parameter constants: what the node reads beside the value.
  mutating func windowed(
    _ type: String, _ layer: Layer, _ window: Window, constants: [String] = [],
    _ attributes: [(name: String, value: ONNXWriter.Attribute)] = []
  ) -> String {
    let image = writer.image(layer.inputs[0], layer.input, name: layer.name)
    let placement = ONNXWriter.Placement(window, input: layer.input, output: layer.output)
    let value = writer.node(
      type, [image] + constants, placement.attributes + attributes, name: layer.name)
    return writer.flat(value, layer.output, name: layer.name)
  }

  mutating func bias(_ layer: Layer, _ isThere: Bool, _ count: Int) -> [String] {
    isThere ? [constant(layer, "bias", [count])] : []
  }

  /// A parameter of a layer as it is.
  mutating func constant(_ layer: Layer, _ parameter: String, _ shape: [Int]) -> String {
    writer.constant("\(layer.name).\(parameter)", shape, floats: self.parameter(layer, parameter))
  }

  func parameter(_ layer: Layer, _ name: String) -> [Float] {
    guard let values = parameters["\(layer.name).\(name)"] else {
      preconditionFailure("a model without a fault has all parameters")
    }
    return values
  }
}
