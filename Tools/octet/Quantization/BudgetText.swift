import Octet
import OctetCommandLine
import OctetQuantization
import OctetTraining

/// Which bits a budget led to, and why.
struct BudgetText {
  let budget: Int
  let found: BitBudget

  /// For people: a line for each layer with weights, its bytes and its noise at the outputs in each encoding.
  func text() -> String {
    var table = TextTable(
      columns: [.init("layer"), .init("weights", .right), .init("stored as"), .init("bytes", .right)]
        + WeightEncoding.allCases.map { .init("dB as \($0.name)", .right) })
    for layer in found.layers {
      table.addRow(
        [
          layer.name, NumberText.grouped(layer.weights),
          layer.encoding.name + (layer.isDescribed ? ", as described" : ""),
          NumberText.grouped(layer.bytes[Int(layer.encoding.rawValue)]),
        ] + layer.noise.map(Self.decibels))
    }
    return """
      Budget: \(NumberText.grouped(budget)) bytes; these encodings take \(NumberText.grouped(found.fileBytes))

      \(table.rendered())
      Signal to noise at the outputs where the layer alone is quantized. Layers went to fewer bits in the order of the \
      noise that each saved byte costs.

      """
  }

  private static func decibels(_ noise: Double) -> String {
    noise == 0 ? "exact" : NumberText.fixed(-10 * logarithm(noise) / logarithm(10), decimals: 1)
  }

  /// For programs.
  var json: JSONValue {
    .object([
      ("bytes", .integer(budget)),
      (
        "layers",
        .array(
          found.layers.map { layer in
            .object([
              ("name", .string(layer.name)), ("encoding", .string(layer.encoding.name)),
              ("bytes", .integer(layer.bytes[Int(layer.encoding.rawValue)])),
              ("noise", .array(layer.noise.map { .number($0) })),
            ])
          })
      ),
    ])
  }
}
