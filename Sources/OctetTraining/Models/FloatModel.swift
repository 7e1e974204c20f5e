import Octet
import OctetHost
import OctetNetwork
import OctetText

/// A trained float network and how it came to be: what a float model file holds.
public struct FloatModel: Equatable, Sendable {
  package var network: NetworkDescription
  /// One for each of the network's outputs.
  package var outputs: [ModelOutput]
  /// Every parameter of the network, in its order, named "conv-1.weight".
  package var parameters: [NamedValues]
  /// How pictures in files become its input; nil if unknown. The quantized model keeps it.
  public var pictureForm: PictureForm?
  package var recipeName: String?
  /// Every training setting by name; empty for a model that was trained elsewhere.
  package var settings: [SettingText]
  package var history: [EpochRecord]
  /// JSON of what the finished model scored, as its author wrote it.
  package var metrics: String?
  /// The version of Octet that wrote the file; nil for a model that was made elsewhere.
  package var octetVersion: String?
  /// How the format that the model came from lays out its input. No model file keeps it.
  package var inputLayout: ArrayLayout
  /// Whether the first thing that the model does is to scale its input, so that it took other pixels than those from 0
  /// to 1 in training. No model file keeps it.
  package var scalesPixels = false
  /// The operators of the file that the model came from, and the values that hold what they give; empty for Octet's own
  /// models, whose layers are these themselves. No model file keeps it.
  package var sources: [SourceOperator] = []

  /// - Parameters:
  ///   - classNames: those of the first output; none where its meaning is not decided.
  ///   - outputs: nil for outputs of which nothing else is known.
  ///   - inputLayout: nil for Octet's own, of the network's input.
  package init(
    network: NetworkDescription, classNames: [String] = [], outputs: [ModelOutput]? = nil,
    parameters: [NamedValues],
    pictureForm: PictureForm? = nil, recipeName: String? = nil, settings: [SettingText] = [],
    history: [EpochRecord] = [], metrics: String? = nil,
    octetVersion: String? = nil, inputLayout: ArrayLayout? = nil
  ) {
    self.network = network
    // A network whose shapes do not fit is refused when it is checked.
    let shapes = (try? network.shapes()) ?? []
    self.outputs =
      outputs
      ?? network.outputs.enumerated().map { index, value in
        ModelOutput(
          name: network.outputs.count == 1 ? ModelOutput.usualName : "\(ModelOutput.usualName)_\(index)",
          layout: ArrayLayout(shapes.indices.contains(value) ? shapes[value] : network.input))
      }
    self.parameters = parameters
    self.pictureForm = pictureForm
    self.recipeName = recipeName
    self.settings = settings
    self.history = history
    self.metrics = metrics
    self.octetVersion = octetVersion
    self.inputLayout = inputLayout ?? ArrayLayout(network.input)
    if !classNames.isEmpty { self.classNames = classNames }
  }
}

extension FloatModel {
  /// Takes the weights of `network` as they are now.
  package init(
    network: Network, classNames: [String], pictureForm: PictureForm? = nil, recipeName: String,
    settings: TrainingSettings, history: [EpochRecord], metrics: JSONValue? = nil, octetVersion: String? = nil
  ) {
    self.init(
      network: network.description, classNames: classNames,
      parameters: network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) },
      pictureForm: pictureForm, recipeName: recipeName, settings: SettingText.list(settings),
      history: history, metrics: metrics?.text,
      octetVersion: octetVersion)
  }

  /// The network with these weights, for evaluation and quantization.
  ///
  /// - Parameter capacity: images per pass.
  package func makeNetwork(capacity: Int, workers: Workers) throws(NetworkError) -> Network {
    let made = try Network(network, capacity: capacity, seed: 0, workers: workers, forTraining: false)
    if let reason = try fault() { throw NetworkError(reason) }
    for (parameter, values) in zip(made.parameters, parameters) { parameter.array = values.values }
    return made
  }

  /// Why this is no usable model; nil when it is one.
  package func fault() throws(NetworkError) -> String? {
    let expected = try network.namedParameters()
    for (index, (tensor, _)) in expected.enumerated() {
      guard index < parameters.count, parameters[index].name == tensor.name else {
        return "tensor \(tensor.name.quoted) is missing or out of order"
      }
      let found = parameters[index]
      guard found.shape == tensor.shape, found.values.count == tensor.shape.reduce(1, *) else {
        return "tensor \(tensor.name.quoted) has shape \(found.shape), the network needs \(tensor.shape)"
      }
    }
    guard parameters.count == expected.count else {
      return "tensor \(parameters[expected.count].name.quoted) belongs to no layer of the network"
    }
    if let reason = ModelContainer.notFinite(parameters) { return reason }
    return try outputFault()
  }
}

extension PictureForm {
  /// How pictures become images for a model of such a recipe: as digits do for those of digits that come with Octet,
  /// else the usual way.
  package static func of(recipe: String?, for shape: ImageShape, classNames: [String]) -> PictureForm {
    let isOfDigits = recipe.map(Recipe.digitNames.contains) ?? false
    return isOfDigits ? .digits : .usual(for: shape, classNames: classNames)
  }

  /// How pictures become images like these: as digits do where they are of MNIST's size and classes, else as they are.
  package static func usual(for shape: ImageShape, classNames: [String]) -> PictureForm {
    let isDigits =
      shape == ImageShape(height: 28, width: 28, channels: 1) && classNames == (0..<10).map(String.init)
    return isDigits ? .digits : .unchanged
  }
}
