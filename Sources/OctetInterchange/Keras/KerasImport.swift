import OctetHost
import OctetNetwork
import OctetText

/// Turns a model that Keras saved, .keras or .h5, into a graph, layer by layer.
struct KerasImport {
  /// What a failure names when it is the model rather than a place in the file.
  static let noOffset = -1

  private var file: HDF5File
  /// Whether the weights are found by the kinds of the layers (.keras) or by their names (.h5).
  private let isArchive: Bool
  /// The first number of the version of Keras that wrote the file, if it says so.
  let version: Int?
  private let model: KerasConfiguration
  private let isSequential: Bool
  private var kindCounts: [String: Int] = [:]
  private var parameterCount = 0

  var builder: GraphBuilder
  /// Whether some layer has its channels first.
  let isChannelsFirst: Bool
  /// What each layer gives, by its name.
  private var views: [String: ArrayView] = [:]
  private var hasInput = false
  /// The sizes of the input with the batch, nil for those that are not fixed.
  private let sizes: [Int?]
  /// How many layers have been translated.
  private var progress = 0
  /// Whether the first thing that happens to a picture is that its numbers are scaled.
  var rescalesInput = false

  /// The graph of a file, not yet simplified, and whether it scales its input first.
  static func read(_ bytes: [UInt8], path: String) throws(ImportError) -> (graph: Graph, rescalesInput: Bool)
  {
    do throws(OffsetFailure) {
      let (configuration, file, isArchive, version) = try contents(bytes)
      return try translate(configuration, file, isArchive: isArchive, version: version)
    } catch {
      throw ImportError(path: path, error.offset < 0 ? error.reason : "byte \(error.offset): \(error.reason)")
    }
  }

  /// The description of the model, the file of its weights, whether they lie in an archive, and the version of Keras.
  static func contents(
    _ bytes: [UInt8]
  ) throws(OffsetFailure) -> (model: KerasConfiguration, weights: HDF5File, isArchive: Bool, version: Int?) {
    func number(_ text: String?) -> Int? { text.flatMap { Int($0.prefix { $0 != "." }) } }
    if UntrustedBytes(bytes).holds("PK", at: 0) {
      let archive = try ZIPArchive(bytes)
      let text = String(decoding: try part("config.json", of: archive), as: UTF8.self)
      let metadata = try archive.contents("metadata.json").map {
        (bytes) throws(OffsetFailure) in try KerasConfiguration(String(decoding: bytes, as: UTF8.self))
      }
      return (
        try KerasConfiguration(text), try HDF5File(part("model.weights.h5", of: archive)), true,
        number(metadata?.text("keras_version"))
      )
    }
    var file = try HDF5File(bytes)
    guard let text = try file.text("model_config", of: file.root) else {
      throw OffsetFailure(
        offset: noOffset,
        reason: "it holds weights without a model; save the whole model (model.save)")
    }
    return (try KerasConfiguration(text), file, false, number(try file.text("keras_version", of: file.root)))
  }

  private static func part(_ name: String, of archive: ZIPArchive) throws(OffsetFailure) -> [UInt8] {
    guard let bytes = try archive.contents(name) else {
      throw OffsetFailure(offset: 0, reason: "it has no \(name.quoted): this is not a Keras file")
    }
    return bytes
  }

  /// With the axes of the input as most layers take them, then otherwise; a flat input may be made an image.
  private static func translate(
    _ configuration: KerasConfiguration, _ file: HDF5File, isArchive: Bool, version: Int?
  ) throws(OffsetFailure) -> (graph: Graph, rescalesInput: Bool) {
    let kind = configuration.text("class_name") ?? ""
    guard ["Sequential", "Functional", "Model"].contains(kind), let model = configuration.part("config")
    else {
      throw OffsetFailure(
        offset: noOffset,
        reason: "it is of class \(kind.quoted); Sequential and Functional models are supported")
    }
    let isFirst = model.parts("layers").contains {
      $0.part("config")?.text("data_format") == "channels_first"
    }
    var failures: [(OffsetFailure, Int)] = []
    for channelsFirst in [isFirst, !isFirst] {
      var image: ImageShape?
      for _ in 0...1 {
        var attempt = try KerasImport(
          model, file, isArchive: isArchive, version: version, isSequential: kind == "Sequential",
          isChannelsFirst: isFirst, inputChannelsFirst: channelsFirst, image: image)
        do throws(GraphFailure) {
          let graph = try attempt.translated()
          return (graph, attempt.rescalesInput)
        } catch {
          guard let wanted = error.wantedInput, image == nil else {
            failures.append((OffsetFailure(offset: noOffset, reason: error.reason), attempt.progress))
            break
          }
          image = wanted
        }
      }
    }
    // The reading that came farther is the one that was meant.
    var failure = failures[0]
    for other in failures where other.1 > failure.1 { failure = other }
    throw failure.0
  }

  private init(
    _ model: KerasConfiguration, _ file: HDF5File, isArchive: Bool, version: Int?, isSequential: Bool,
    isChannelsFirst: Bool, inputChannelsFirst: Bool, image: ImageShape?
  ) throws(OffsetFailure) {
    self.model = model
    self.file = file
    self.isArchive = isArchive
    self.version = version
    self.isSequential = isSequential
    self.isChannelsFirst = isChannelsFirst
    let list = model.parts("layers")
    guard list.count <= 1_000 else {
      throw OffsetFailure(offset: Self.noOffset, reason: "it has \(list.count) layers; the limit is 1,000")
    }
    // Older files write the input's shape into the first layer.
    let inputs = list.filter { Kinds.keras[$0.text("class_name") ?? ""]?.inputs == .ofModel }
    let first = inputs.first ?? (isSequential ? list.first : nil)
    let own = first?.part("config") ?? first
    guard inputs.count <= 1, let own,
      let shape = own.integers("batch_shape") ?? own.integers("batch_input_shape"),
      (2...4).contains(shape.count)
    else {
      throw OffsetFailure(
        offset: Self.noOffset,
        reason:
          "it has \(inputs.count) inputs, or one without a shape of a batch and one to three sizes; one is supported"
      )
    }
    sizes = shape
    do throws(GraphFailure) {
      builder = try GraphBuilder(
        sizes: shape.dropFirst().map { $0 ?? 0 }, channelsFirst: inputChannelsFirst, image: image,
        batch: shape.first ?? nil)
    } catch {
      throw OffsetFailure(offset: Self.noOffset, reason: "its input \(error.reason)")
    }
  }

  private mutating func translated() throws(GraphFailure) -> Graph {
    var last = builder.graph.inputView
    var lastName = ""
    for layer in model.parts("layers") {
      let kind = layer.text("class_name") ?? ""
      let own = layer.part("config") ?? layer
      guard let name = own.text("name") ?? layer.text("name"), views[name] == nil else {
        throw GraphFailure("a layer has no name, or one that is taken")
      }
      let title = "\(kind) layer \(name.quoted)"
      let number = kindCounts[kind, default: 0]
      kindCounts[kind] = number + 1
      if Kinds.keras[kind]?.inputs == .ofModel {
        last = builder.graph.inputView
      } else {
        let before = builder.graph.nodes.count
        do throws(GraphFailure) {
          let inputs = isSequential ? [last] : try inputs(layer)
          last = try add(
            KerasLayer(
              kind: kind, title: title, configuration: own, inputs: inputs,
              arrays: try weights(kind, name, number)))
        } catch {
          throw GraphFailure("\(title) \(error.reason)", wantedInput: error.wantedInput)
        }
        builder.record(kind: kind, name: name, nodes: before, gives: last)
      }
      views[name] = last
      lastName = name
      progress += 1
    }
    builder.graph.outputs = isSequential ? [Graph.Output(name: lastName, view: last)] : try outputs()
    return builder.graph
  }

  /// What a layer of a functional model reads.
  private func inputs(_ layer: KerasConfiguration) throws(GraphFailure) -> [ArrayView] {
    guard layer.nodeCount == 1 else {
      throw GraphFailure("is used \(layer.nodeCount) times; once is supported")
    }
    if layer.isCalledInTraining {
      throw GraphFailure(
        "is called with training=True, so that it does in inference what it does in training")
    }
    var inputs: [ArrayView] = []
    for source in layer.inboundNames {
      guard let view = views[source] else {
        throw GraphFailure("reads \(source.quoted), which is not a layer before it")
      }
      inputs.append(view)
    }
    guard !inputs.isEmpty else { throw GraphFailure("reads nothing") }
    return inputs
  }

  /// In the order of the model, each under the name of its layer.
  private func outputs() throws(GraphFailure) -> [Graph.Output] {
    var names: [String] = []
    KerasConfiguration.collect(model["output_layers"], into: &names, depth: 0)
    guard (1...NetworkDescription.largestOutputCount).contains(names.count) else {
      throw GraphFailure(
        "it has \(names.count) outputs; 1 to \(NetworkDescription.largestOutputCount) in a list are supported"
      )
    }
    var outputs: [Graph.Output] = []
    for name in names {
      guard let view = views[name] else {
        throw GraphFailure("its output \(name.quoted) is not what a layer gives")
      }
      outputs.append(Graph.Output(name: name, view: view))
    }
    return outputs
  }

  // MARK: weights

  private mutating func weights(_ kind: String, _ name: String, _ number: Int) throws(GraphFailure)
    -> [String: KerasLayer.Weights]
  {
    do throws(OffsetFailure) {
      return try arrays(kind, name, number)
    } catch {
      throw GraphFailure(
        error.offset < 0 ? error.reason : "has weights at byte \(error.offset) where \(error.reason)")
    }
  }

  private mutating func arrays(_ kind: String, _ name: String, _ number: Int) throws(OffsetFailure)
    -> [String: KerasLayer.Weights]
  {
    var found: [String: KerasLayer.Weights] = [:]
    if isArchive {
      // The first layer of a kind is "dense", the second "dense_1".
      let folder = Self.snakeCase(kind) + (number == 0 ? "" : "_\(number)")
      guard let group = try file.object(["layers", folder, "vars"]) else { return [:] }
      for (name, address) in try file.children(group) { try read(address, as: name, into: &found) }
    } else {
      guard let group = try file.object(["model_weights", name]) else { return [:] }
      try collect(group, depth: 0, into: &found)
    }
    return found
  }

  private mutating func collect(_ group: Int, depth: Int, into found: inout [String: KerasLayer.Weights])
    throws(OffsetFailure)
  {
    guard depth < 8 else { return }
    for (name, address) in try file.children(group) {
      // Older names end with ":0".
      try read(address, as: String(name.prefix { $0 != ":" }), into: &found)
      try collect(address, depth: depth + 1, into: &found)
    }
  }

  private mutating func read(_ address: Int, as name: String, into found: inout [String: KerasLayer.Weights])
    throws(OffsetFailure)
  {
    guard let (shape, values) = try file.floats(address) else { return }
    parameterCount += values.count
    guard parameterCount <= NetworkDescription.largestParameterCount else {
      throw OffsetFailure(
        offset: Self.noOffset,
        reason: "it has more than \(NetworkDescription.largestParameterCount) parameters")
    }
    found[name] = KerasLayer.Weights(shape: shape, values: values)
  }

  /// "BatchNormalization" becomes "batch_normalization", "Conv2D" "conv2d".
  private static func snakeCase(_ name: String) -> String {
    var text = ""
    let letters = Array(name.prefix(100))
    for (index, letter) in letters.enumerated() {
      if letter.isUppercase, index > 0, index + 1 < letters.count, letters[index + 1].isLowercase {
        text += "_"
      }
      text += letter.lowercased()
    }
    return text
  }
}

/// One layer as Keras describes it.
struct KerasLayer {
  struct Weights {
    let shape: [Int]
    let values: [Float]
  }

  let kind: String
  /// For messages.
  let title: String
  let configuration: KerasConfiguration
  let inputs: [ArrayView]
  /// Its weights, by their name in Keras ("kernel") or by their number.
  let arrays: [String: Weights]
}
