import OctetNetwork
import OctetText

/// Models and their layers: each layer as often as it is used, and models that stand as layers in others.
extension KerasImport {
  /// One model of the file.
  struct Model {
    let configuration: KerasConfiguration
    /// Where its weights lie: the folders of an archive, or the names of the models around it and its own.
    let path: [String]
  }

  /// A use of a layer, which may be one of several.
  private struct Use {
    let layer: KerasConfiguration
    let name: String
    /// The folder of its weights in an archive.
    let folder: String
    /// Which use of the layer it is.
    let number: Int
    /// The use as the file describes it.
    var node: UntrustedValue?
    /// What it reads; empty in a Sequential model, where each layer reads what the one before gives.
    let sources: [KerasConfiguration.Source]
  }

  /// Uses of layers that a model may have, counted in each place where it stands.
  private static let mostUses = 10_000

  mutating func translated() throws(GraphFailure) -> Graph {
    let whole = Model(configuration: model, path: [])
    builder.graph.outputs = try translate(whole, inputs: [builder.graph.inputView])
    try builder.orderOutputs(channelsFirst: [])
    return builder.graph
  }

  /// What a model gives, in its order, each under the name of its layer.
  private mutating func translate(
    _ model: Model, inputs: [ArrayView]
  ) throws(GraphFailure) -> [Graph.Output] {
    var given: [KerasConfiguration.Source: ArrayView] = [:]
    var waiting = try uses(model, inputs: inputs, given: &given)
    if model.configuration.isSequential {
      var (last, lastName) = (inputs[0], "")
      for use in waiting {
        let made = try translate(use, of: model, inputs: [last])
        guard made.count == 1 else {
          throw GraphFailure("layer \(use.name.quoted) gives \(made.count) values")
        }
        (last, lastName) = (made[0], use.name)
      }
      return [Graph.Output(name: lastName, view: last)]
    }
    let numbers = try UseNumbers(model.configuration, version: version)
    // Layers stand in an order in which the first use of each comes after what it reads; further uses may come later.
    while !waiting.isEmpty {
      var left: [Use] = []
      for use in waiting {
        let views = use.sources.compactMap { given[$0] }
        guard views.count == use.sources.count else {
          left.append(use)
          continue
        }
        for (place, view) in try translate(use, of: model, inputs: views).enumerated() {
          let number = use.number + numbers.firstRead(use.name)
          given[KerasConfiguration.Source(layer: use.name, use: number, output: place)] = view
        }
      }
      if left.count == waiting.count, let use = left.first {
        let missing = use.sources.first { given[$0] == nil }?.layer ?? ""
        throw GraphFailure("layer \(use.name.quoted) reads \(missing.quoted), which no layer before it gives")
      }
      waiting = left
    }
    return try outputs(model, given, numbers)
  }

  /// The uses of a model's layers in the file's order; its inputs are given at once.
  private func uses(
    _ model: Model, inputs: [ArrayView], given: inout [KerasConfiguration.Source: ArrayView]
  ) throws(GraphFailure) -> [Use] {
    var order: [KerasConfiguration.Source] = model.configuration.ends("input_layers")
    if order.isEmpty, let first = model.configuration.layers.first { order = [first.ownSource] }
    var uses: [Use] = []
    var kindCounts: [String: Int] = [:]
    var names: Set<String> = []
    for layer in model.configuration.layers {
      let kind = KerasOldFunctions.kind(layer)
      guard let name = layer.name, names.insert(name).inserted else {
        throw GraphFailure("a layer has no name, or one that is taken")
      }
      guard layer.isOfKeras else {
        throw GraphFailure("\(kind) layer \(name.quoted) \(layer.classOfAuthor)")
      }
      let number = kindCounts[kind, default: 0]
      kindCounts[kind] = number + 1
      if Kinds.keras[kind]?.inputs == .ofModel {
        if model.configuration.isSequential { continue }
        guard let place = order.firstIndex(where: { $0.layer == name }) ?? (inputs.count == 1 ? 0 : nil),
          place < inputs.count
        else { throw GraphFailure("layer \(name.quoted) is an input that nothing is given to") }
        given[layer.ownSource] = inputs[place]
        continue
      }
      // The first layer of a kind is "dense", the second "dense_1".
      let folder = Self.snakeCase(kind) + (number == 0 ? "" : "_\(number)")
      if model.configuration.isSequential {
        uses.append(Use(layer: layer, name: name, folder: folder, number: 0, sources: []))
        continue
      }
      if layer.isCalledInTraining {
        throw GraphFailure(
          "layer \(name.quoted) is called with training=True, so that it does in inference what it does in training"
        )
      }
      for (number, sources) in layer.inbound.enumerated() {
        guard !sources.isEmpty else { throw GraphFailure("layer \(name.quoted) reads nothing") }
        uses.append(
          Use(
            layer: layer, name: name, folder: folder, number: number,
            node: layer.list("inbound_nodes")?[number],
            sources: sources))
      }
    }
    return uses
  }

  /// What a use of a layer gives; of a model that stands as a layer, all that it gives.
  private mutating func translate(_ use: Use, of model: Model, inputs: [ArrayView]) throws(GraphFailure)
    -> [ArrayView]
  {
    progress += 1
    guard progress <= Self.mostUses else {
      throw GraphFailure("it has more than \(Self.mostUses) layers, each counted as often as it is used")
    }
    let kind = KerasOldFunctions.kind(use.layer)
    if use.layer.isModel {
      let inner = Model(
        configuration: use.layer, path: model.path + [isArchive ? use.folder : use.name])
      guard use.layer.ends("input_layers").count <= 1 || use.layer.ends("input_layers").count == inputs.count
      else { throw GraphFailure("\(kind) layer \(use.name.quoted) reads \(inputs.count) values") }
      return try translate(inner, inputs: inputs).map(\.view)
    }
    let title = "\(kind) layer \(use.name.quoted)"
    let before = builder.graph.nodes.count
    let made: [ArrayView]
    do throws(GraphFailure) {
      made = try add(
        KerasLayer(
          kind: kind, title: title, configuration: use.layer.part("config") ?? use.layer, inputs: inputs,
          arrays: try weights(isArchive ? use.folder : use.name, of: model), node: use.node,
          values: Dictionary(zip(use.sources, inputs)) { first, _ in first }))
    } catch {
      throw GraphFailure("\(title) \(error.reason)", wantedInput: error.wantedInput)
    }
    builder.record(kind: kind, name: use.name, nodes: before, gives: made.last)
    return made
  }

  /// In the order of the model, each under the name of its layer.
  private func outputs(
    _ model: Model, _ given: [KerasConfiguration.Source: ArrayView], _ numbers: UseNumbers
  ) throws(GraphFailure) -> [Graph.Output] {
    let ends = model.configuration.ends("output_layers")
    guard (1...NetworkDescription.largestOutputCount).contains(ends.count) else {
      throw GraphFailure(
        "it has \(ends.count) outputs; 1 to \(NetworkDescription.largestOutputCount) in a list are supported"
      )
    }
    var outputs: [Graph.Output] = []
    for end in ends {
      guard let view = given[numbers.asRead(end)] else {
        throw GraphFailure("its output \(end.layer.quoted) is not what a layer gives")
      }
      outputs.append(Graph.Output(name: end.layer, view: view))
    }
    return outputs
  }
}
