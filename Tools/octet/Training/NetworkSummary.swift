import OctetCommandLine
import OctetNetwork

/// A network layer by layer: kind, output shape, parameters, multiply-adds.
struct NetworkSummary {
  private let network: NetworkDescription

  init(_ network: NetworkDescription) { self.network = network }

  /// What is said of one layer.
  struct Row {
    let name: String
    let kind: String
    let output: ImageShape
    let parameters: Int
    /// Of these not trained.
    let kept: Int
    let multiplyAdds: Int
  }

  func rows() throws -> [Row] {
    let shapes = try network.shapes()
    let parameters = try network.parameters()
    return network.layers.enumerated().map { index, layer in
      let output = shapes[index + 1]
      return Row(
        name: layer.name, kind: kind(layer, index), output: output,
        parameters: parameters[index].reduce(0) { $0 + $1.count },
        kept: parameters[index].reduce(0) { $0 + ($1.isTrained ? 0 : $1.count) },
        multiplyAdds: layer.kind.specification.multiplyAdds(input: shapes[layer.inputs[0]], output: output))
    }
  }

  func text() throws -> String {
    var table = TextTable(
      .init("layer"), .init("kind"), .init("output", .right), .init("parameters", .right),
      .init("multiply-adds", .right))
    table.addRow(["input", "", "\(network.input)", "", ""])
    var totals = (parameters: 0, kept: 0, multiplyAdds: 0)
    for row in try rows() {
      totals.parameters += row.parameters
      totals.kept += row.kept
      totals.multiplyAdds += row.multiplyAdds
      table.addRow([
        row.name, row.kind, "\(row.output)", NumberText.grouped(row.parameters),
        NumberText.grouped(row.multiplyAdds),
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
    if layer.activation != .linear { words.append(layer.activation.word) }
    if layer.inputs[0] != index { words.append("from \(network.valueName(layer.inputs[0]))") }
    return words.joined(separator: " ")
  }
}
