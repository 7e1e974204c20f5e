import OctetText

/// From which number on the uses of a model's layers are counted.
///
/// A layer's first use is number 0. A model that was built with an input of its own has a use by that input, which no
/// file writes, so that the first use by another model is number 1:
///
/// - In Keras 2 wherever the use is named. A Sequential model has no such use if it got its input from the other model.
/// - In Keras 3 in the list of a model's outputs alone, and not of a Sequential one.
struct UseNumbers {
  private var read: [String: Int] = [:]
  private var ended: [String: Int] = [:]

  /// - Parameter version: of the Keras that wrote the file, if it says so.
  init(_ model: KerasConfiguration, version: Int?) throws(GraphFailure) {
    let models = model.layers.filter(\.isModel)
    if models.isEmpty { return }
    let sources = model.layers.flatMap { $0.inbound.flatMap { $0 } }
    for layer in models {
      guard let name = layer.name else { continue }
      read[name] = try Self.first(layer, in: sources, version: version, areOutputs: false)
      ended[name] = try Self.first(layer, in: model.ends("output_layers"), version: version, areOutputs: true)
    }
  }

  /// The number of a layer's first use where another layer reads what it gives.
  func firstRead(_ layer: String) -> Int { read[layer] ?? 0 }

  /// An output of a model, named as layers of the model would.
  func asRead(_ output: KerasConfiguration.Source) -> KerasConfiguration.Source {
    let moved = firstRead(output.layer) - (ended[output.layer] ?? 0)
    return KerasConfiguration.Source(layer: output.layer, use: output.use + moved, output: output.output)
  }

  private static func first(
    _ layer: KerasConfiguration, in sources: [KerasConfiguration.Source], version: Int?, areOutputs: Bool
  ) throws(GraphFailure) -> Int {
    let possible: [Int]
    switch version {
    case let version? where version >= 3: possible = [areOutputs && !layer.isSequential ? 1 : 0]
    case _? where !layer.isSequential || layer.layers.first?.text("class_name") == "InputLayer":
      possible = [1]
    // Versions of Keras 2 differ in a Sequential model whose input the file does not list: its uses tell.
    default: possible = [0, 1]
    }
    let used = sources.filter { $0.layer == layer.name }.map(\.use)
    let count = layer.inbound.count
    let fitting = possible.filter { first in used.allSatisfy { (first..<first + count).contains($0) } }
    guard used.isEmpty || fitting.count < 2 else {
      throw GraphFailure(
        "layer \((layer.name ?? "").quoted) is a model that is used \(count) times, and the file does not tell which "
          + "use is which; save it with Keras 3")
    }
    return fitting.first ?? possible[0]
  }
}
