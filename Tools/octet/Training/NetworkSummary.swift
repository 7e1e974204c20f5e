import OctetCommandLine
import OctetNetwork

/// A network layer by layer: kind, output shape, parameters, multiply-adds.
struct NetworkSummary {
  private let network: NetworkDescription

  init(_ network: NetworkDescription) { self.network = network }

  func text() throws -> String {
    let shapes = try network.shapes()
    let parameters = try network.parameters()
    var table = TextTable(
      .init("layer"), .init("kind"), .init("output", .right), .init("parameters", .right),
      .init("multiply-adds", .right))
    table.addRow(["input", "", "\(network.input)", "", ""])
    var totals = (parameters: 0, kept: 0, multiplyAdds: 0)
    for (index, layer) in network.layers.enumerated() {
      let specification = layer.kind.specification
      let count = parameters[index].reduce(0) { $0 + $1.count }
      let multiplyAdds = specification.multiplyAdds(input: shapes[layer.inputs[0]], output: shapes[index + 1])
      totals.parameters += count
      totals.kept += parameters[index].reduce(0) { $0 + ($1.isTrained ? 0 : $1.count) }
      totals.multiplyAdds += multiplyAdds
      table.addRow([
        layer.name, kind(layer, index), "\(shapes[index + 1])", NumberText.grouped(count),
        NumberText.grouped(multiplyAdds),
      ])
    }
    table.addRule()
    table.addRow([
      "total", "", "", NumberText.grouped(totals.parameters), NumberText.grouped(totals.multiplyAdds),
    ])
    if totals.kept > 0 {
      table.addRow(["of these not trained", "", "", NumberText.grouped(totals.kept), ""])
    }
    return table.rendered()
  }

  /// The line of the description without the name, as a reader would write it.
  func kind(_ layer: LayerDescription, _ index: Int) -> String {
    let specification = layer.kind.specification
    var words = [type(of: specification).keyword]
    switch layer.kind {
    case .batchNormalization, .activation: break
    default: if !specification.settings.isEmpty { words.append(specification.settings) }
    }
    if layer.inputs.count > 1 { words.append(network.valueName(layer.inputs[1])) }
    if layer.activation != .linear { words.append(layer.activation.rawValue) }
    if layer.inputs[0] != index { words.append("from \(network.valueName(layer.inputs[0]))") }
    return words.joined(separator: " ")
  }
}
