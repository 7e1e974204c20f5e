import OctetHost
import OctetNetwork
import OctetText

/// Turns a model that Keras saved, .keras or .h5, into a graph, layer by layer.
struct KerasImport {
  /// What a failure names when it is the model rather than a place in the file.
  static let noOffset = -1

  var file: HDF5File
  /// Whether the weights are found by the kinds of the layers (.keras) or by their names (.h5).
  let isArchive: Bool
  /// The first number of the version of Keras that wrote the file, if it says so.
  let version: Int?
  let model: KerasConfiguration
  var parameterCount = 0

  var builder: GraphBuilder
  /// Whether some layer has its channels first.
  let isChannelsFirst: Bool
  /// How many layers have been translated; one that is used twice counts twice.
  var progress = 0
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
    guard configuration.isModel else {
      let kind = configuration.text("class_name") ?? ""
      throw OffsetFailure(
        offset: noOffset,
        reason: "it is of class \(kind.quoted); Sequential and Functional models are supported")
    }
    guard configuration.isOfKeras else {
      throw OffsetFailure(offset: noOffset, reason: "it \(configuration.classOfAuthor)")
    }
    let isFirst = configuration.layersOfAllModels.contains {
      $0.part("config")?.text("data_format") == "channels_first"
    }
    var failures: [(OffsetFailure, Int)] = []
    // A reading in which the input need not be put into another order comes before one in which it must.
    var reordered: (graph: Graph, rescalesInput: Bool)?
    for channelsFirst in [isFirst, !isFirst] {
      var image: ImageShape?
      for _ in 0...1 {
        var attempt = try KerasImport(
          configuration, file, isArchive: isArchive, version: version, isChannelsFirst: isFirst,
          inputChannelsFirst: channelsFirst, image: image)
        do throws(GraphFailure) {
          let graph = try attempt.translated()
          guard graph.arrangesInput else { return (graph, attempt.rescalesInput) }
          if reordered == nil { reordered = (graph, attempt.rescalesInput) }
          break
        } catch {
          guard let wanted = error.wantedInput, image == nil else {
            failures.append((OffsetFailure(offset: noOffset, reason: error.reason), attempt.progress))
            break
          }
          image = wanted
        }
      }
    }
    if let reordered { return reordered }
    // The reading that came farther is the one that was meant.
    var failure = failures[0]
    for other in failures where other.1 > failure.1 { failure = other }
    throw failure.0
  }

  private init(
    _ model: KerasConfiguration, _ file: HDF5File, isArchive: Bool, version: Int?, isChannelsFirst: Bool,
    inputChannelsFirst: Bool, image: ImageShape?
  ) throws(OffsetFailure) {
    self.model = model
    self.file = file
    self.isArchive = isArchive
    self.version = version
    self.isChannelsFirst = isChannelsFirst
    let shape = try Self.inputShape(model)
    do throws(GraphFailure) {
      builder = try GraphBuilder(
        sizes: shape.dropFirst().map { $0 ?? 0 }, channelsFirst: inputChannelsFirst, image: image,
        batch: shape.first ?? nil)
    } catch {
      throw OffsetFailure(offset: Self.noOffset, reason: "its input \(error.reason)")
    }
  }

  /// The sizes of the input with the batch, nil for those that are not fixed.
  private static func inputShape(_ model: KerasConfiguration) throws(OffsetFailure) -> [Int?] {
    var list = model.layers
    guard model.layersOfAllModels.count <= 1_000 else {
      throw OffsetFailure(
        offset: noOffset, reason: "it has \(model.layersOfAllModels.count) layers; the limit is 1,000")
    }
    let inputs = list.filter { Kinds.keras[$0.text("class_name") ?? ""]?.inputs == .ofModel }
    var first = inputs.first
    // Older files write the input's shape into the first layer, which may be a model.
    if first == nil, model.isSequential {
      first = list.first
      while let inner = first, inner.isModel {
        list = inner.layers
        first = list.first
      }
    }
    guard inputs.count <= 1 else {
      let names = inputs.map { ($0.name ?? "").quoted }.joined(separator: ", ")
      throw OffsetFailure(
        offset: noOffset,
        reason: "it has \(inputs.count) inputs (\(names)); \(GraphBuilder.oneInput)")
    }
    let own = first?.part("config") ?? first
    guard let shape = own?.integers("batch_shape") ?? own?.integers("batch_input_shape") else {
      throw OffsetFailure(
        offset: noOffset,
        reason: "it has no input with a shape: build it with one (keras.Input) and save it again")
    }
    return shape
  }
}

/// One layer as Keras describes it.
struct KerasLayer {
  struct Weights {
    let shape: [Int]
    let values: [Float]
  }

  /// The class; of a function "ops.Add".
  let kind: String
  /// For messages.
  let title: String
  let configuration: KerasConfiguration
  let inputs: [ArrayView]
  /// Its weights, by their name in Keras ("kernel") or by their number.
  let arrays: [String: Weights]
  /// The use of the layer as the file describes it, and the values that it speaks of.
  let node: UntrustedValue?
  let values: [KerasConfiguration.Source: ArrayView]

  /// What a function is called with.
  ///
  /// - Parameter parameters: the names of all that it may be given, in its order.
  func call(_ parameters: [String]) throws(GraphFailure) -> KerasCall {
    let isOld = configuration["function"] != nil
    return try KerasCall(
      node, settings: configuration, parameters: parameters, names: isOld ? KerasOldFunctions.names : [:]
    ) { values[$0] }
  }
}
