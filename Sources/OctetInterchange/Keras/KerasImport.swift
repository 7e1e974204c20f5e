import OctetTraining

/// Turns a model that Keras saved, .keras or .h5, into a float model, layer by layer.
struct KerasImport {
  /// What a failure names when it is the model rather than a place in the file.
  static let noOffset = -1

  let path: String
  private var file: HDF5File
  /// Whether the weights are found by the kinds of the layers (.keras) or by their names (.h5).
  private let isArchive: Bool
  let model: KerasConfiguration
  let isSequential: Bool

  var input: ImageShape?
  var layers: [ForeignLayer] = []
  var shapes: [ImageShape] = []
  /// Octet's value for the output of each of Keras' layers, by name.
  var values: [String: Int] = [:]
  /// Zeros put around a value, by the name of the layer that did.
  var borders: [String: Window.Padding] = [:]
  /// Whether the first thing that happens to a picture is that its numbers are scaled.
  var rescalesInput = false
  private var kindCounts: [String: Int] = [:]
  private var parameterCount = 0
  /// What layers hold, those included that are not in the file but made here.
  var madeParameters = 0

  init(_ bytes: [UInt8], path: String) throws(ImportError) {
    self.path = path
    do throws(OffsetFailure) {
      isArchive = StrangersBytes(bytes).holds("PK", at: 0)
      let configuration: KerasConfiguration
      if isArchive {
        let archive = try ZIPArchive(bytes)
        configuration = try KerasConfiguration(
          String(decoding: archive.contents("config.json"), as: UTF8.self))
        file = try HDF5File(archive.contents("model.weights.h5"))
      } else {
        file = try HDF5File(bytes)
        guard let text = try file.text("model_config", of: file.root) else {
          throw OffsetFailure(
            offset: Self.noOffset,
            reason: "it holds weights without a model; save the whole model (model.save)")
        }
        configuration = try KerasConfiguration(text)
      }
      let kind = configuration.text("class_name") ?? ""
      isSequential = kind == "Sequential"
      guard isSequential || kind == "Functional" || kind == "Model", let own = configuration.part("config")
      else {
        throw OffsetFailure(
          offset: Self.noOffset,
          reason:
            "it is of class \(kind.quoted); Sequential and Functional models are known. \(Self.advice(path))")
      }
      model = own
      try addLayers()
    } catch {
      throw ImportError(path: path, error.offset < 0 ? error.reason : "byte \(error.offset): \(error.reason)")
    }
  }

  /// What always works for a model that this does not know.
  static func advice(_ path: String) -> String {
    "Where Keras is, this makes an ONNX file: python3 -c 'import keras; keras.models.load_model(\"\(path)\").export(\"model.onnx\", format=\"onnx\")'"
  }

  func failure(_ reason: String) -> OffsetFailure { OffsetFailure(offset: Self.noOffset, reason: reason) }

  func finished(classNames: [String]?) throws(ImportError) -> FloatModel {
    guard let input else { throw ImportError(path: path, "it has no input") }
    do throws(NetworkError) {
      return try ForeignLayer.model(input: input, layers: layers, classNames: classNames)
    } catch {
      throw ImportError(path: path, "\(error)")
    }
  }

  private mutating func addLayers() throws(OffsetFailure) {
    var last: String?
    let list = model.parts("layers")
    guard list.count <= 1_000 else { throw failure("it has \(list.count) layers; 1,000 is the most") }
    for layer in list {
      let kind = layer.text("class_name") ?? ""
      let own = layer.part("config") ?? layer
      guard let name = own.text("name") ?? layer.text("name") else { throw failure("a layer has no name") }
      let title = "\(kind) layer \(name.quoted)"
      let number = kindCounts[kind, default: 0]
      kindCounts[kind] = number + 1
      if isSequential, input == nil, kind != "InputLayer" {
        // Older files write the input's shape into the first layer.
        try setInput(own, title)
        last = "input "
        values["input "] = 0
      }
      if kind == "InputLayer" {
        try setInput(own, title)
        values[name] = 0
      } else {
        let inbound = isSequential ? [last ?? ""] : layer.inboundNames
        guard isSequential || layer.nodeCount == 1 else {
          throw failure("\(title) is used \(layer.nodeCount) times; once is known")
        }
        var inputs: [Int] = []
        for source in inbound {
          guard let value = values[source] else {
            throw failure("\(title) reads \(source.quoted), which no layer before it is")
          }
          inputs.append(value)
        }
        guard !inputs.isEmpty else { throw failure("\(title) reads nothing") }
        try add(
          KerasLayer(
            kind: kind, name: name, title: title, configuration: own, inputs: inputs, sources: inbound,
            weights: try weights(kind, name, number)))
      }
      last = name
    }
    try checkOutput(last)
  }

  private func checkOutput(_ last: String?) throws(OffsetFailure) {
    var names: [String] = []
    if isSequential {
      if let last { names = [last] }
    } else {
      KerasConfiguration.collect(model["output_layers"], into: &names, depth: 0)
    }
    guard names.count == 1, let output = values[names[0]], output == layers.count, !layers.isEmpty,
      borders[names[0]] == nil
    else {
      let listed = names.isEmpty ? "none" : names.map(\.quoted).joined(separator: ", ")
      throw failure("its outputs are: \(listed); a classifier has one, made by its last layer")
    }
  }

  private mutating func setInput(_ layer: KerasConfiguration, _ title: String) throws(OffsetFailure) {
    guard input == nil else {
      throw failure("\(title) is a second input; a classifier of one picture has one")
    }
    guard let shape = layer.integers("batch_shape") ?? layer.integers("batch_input_shape"),
      (2...4).contains(shape.count)
    else { throw failure("\(title) has no shape of a batch and one to three sizes") }
    let sizes = shape.dropFirst().map { $0 ?? 0 }
    guard sizes.allSatisfy({ (1...4096).contains($0) }) else {
      throw failure(
        "\(title) has sizes \(sizes.map { $0 == 0 ? "?" : "\($0)" }.joined(separator: "x")); 1 to 4,096 are known"
      )
    }
    let found =
      switch sizes.count {
      case 1: ImageShape(flat: sizes[0])
      case 2: ImageShape(height: sizes[0], width: sizes[1], channels: 1)
      default: ImageShape(height: sizes[0], width: sizes[1], channels: sizes[2])
      }
    guard found.count <= NetworkDescription.largestValueCount else { throw failure("\(title) is too large") }
    input = found
    shapes = [found]
  }

  // MARK: weights

  /// The arrays of a layer, by their name in Keras ("kernel") or by their number.
  private mutating func weights(_ kind: String, _ name: String, _ number: Int) throws(OffsetFailure)
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
      throw failure("it has more than \(NetworkDescription.largestParameterCount) parameters")
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
  let name: String
  /// For messages.
  let title: String
  let configuration: KerasConfiguration
  let inputs: [Int]
  /// The names of the layers that it reads.
  let sources: [String]
  let weights: [String: Weights]
}
