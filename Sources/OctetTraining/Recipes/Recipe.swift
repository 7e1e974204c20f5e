import OctetNetwork

/// A network, or several to choose from, with the settings to train it: what a `.network` file says.
///
/// ```swift
/// var recipe = try Recipe(named: "cnn-two-pool")
/// try recipe.set("epochs", to: "3")
/// let model = try recipe.train(on: images)
/// try model.write(to: "digits.safetensors")
/// ```
public struct Recipe: Equatable, Sendable {
  /// One of the networks that a recipe trains; with several, the one with the smallest validation loss is kept.
  package struct Candidate: Equatable, Sendable {
    package let name: String
    package let network: NetworkDescription
  }

  /// What it is called; models that are trained by it keep the name.
  public let name: String
  /// One line on what it is for; empty if it says nothing.
  public let about: String
  package let candidates: [Candidate]
  package var settings: TrainingSettings
}

extension Recipe {
  /// One network with the usual settings, or others.
  package init(name: String, network: NetworkDescription, settings: TrainingSettings = TrainingSettings()) {
    self.init(
      name: name, about: "", candidates: [Candidate(name: name, network: network)], settings: settings)
  }

  /// Reads a `.network` file; the grammar stands in docs/NETWORKS.md.
  ///
  /// - Parameter name: used unless the file has a `name` line.
  package init(text: String, name: String) throws(NetworkError) {
    var parser = RecipeParser(name: name)
    for (index, line) in LineWords.lines(of: text).enumerated() {
      try parser.read(LineWords(line: index + 1, text: line))
    }
    self = try parser.finish()
  }
}

private struct RecipeParser {
  private var name: String
  private var about = ""
  private var settings = TrainingSettings()
  private var seen: Set<String> = []
  private var candidateName: String?
  private var reader = NetworkReader()
  private var input: ImageShape?
  private var candidates: [Recipe.Candidate] = []

  init(name: String) { self.name = name }

  mutating func read(_ words: LineWords) throws(NetworkError) {
    guard let keyword = words.peek else { return }
    var rest = words
    _ = rest.take()
    switch keyword {
    case "name":
      name = try rest.take("a name")
      try rest.finish(after: "the name")
    case "about":
      about = rest.rest
    case "candidate":
      let next = try rest.take("a name for the candidate")
      try rest.finish(after: "the candidate's name")
      guard candidates.allSatisfy({ $0.name != next }), candidateName != next else {
        throw words.failure("there is a candidate named \"\(next)\" already")
      }
      try startCandidate(next, words)
    default:
      if let setting = TrainingSetting(rawValue: keyword) {
        try read(setting, &rest)
      } else if try !reader.read(words) {
        throw words.unknownLine()
      }
    }
  }

  private mutating func read(_ setting: TrainingSetting, _ rest: inout LineWords) throws(NetworkError) {
    guard seen.insert(setting.name).inserted else { throw rest.failure("\(setting.name) is set twice") }
    let value = try rest.take("a value")
    try rest.finish(after: "the value of \(setting.name)")
    do throws(SettingError) {
      try setting.apply(value, to: &settings)
    } catch {
      throw rest.failure(error.description)
    }
  }

  /// An input line before the first candidate holds for all of them.
  private mutating func startCandidate(_ next: String, _ words: LineWords) throws(NetworkError) {
    if let candidateName {
      candidates.append(Recipe.Candidate(name: candidateName, network: try reader.finish()))
    } else {
      guard reader.isEmpty else { throw words.failure("there are layers before the first candidate line") }
      input = reader.sharedInput
    }
    candidateName = next
    reader = NetworkReader(input: input)
  }

  mutating func finish() throws(NetworkError) -> Recipe {
    candidates.append(Recipe.Candidate(name: candidateName ?? name, network: try reader.finish()))
    if candidates.count > 1, settings.validationSplit == 0 {
      throw NetworkError("candidates are compared on validation images: set validation-split")
    }
    return Recipe(name: name, about: about, candidates: candidates, settings: settings)
  }
}

extension LineWords {
  fileprivate func unknownLine() -> NetworkError {
    let layers = FloatLayerKind.grammars.map(\.keyword)
    let settings = TrainingSetting.allCases.map(\.name)
    return failure(
      "\"\(peek ?? "")\" is neither a layer (\(layers.joined(separator: ", "))) nor a setting "
        + "(\(settings.joined(separator: ", ")))")
  }
}

extension Recipe {
  /// The recipes that come with Octet, by name. Their text is the `.network` files beside this one.
  package static let builtIn: [String: String] = [
    "binary-dense": text(PackageResources.binary_dense_network),
    "binary-metrics": text(PackageResources.binary_metrics_network),
    "dense-dropout": text(PackageResources.dense_dropout_network),
    "cnn-deep": text(PackageResources.cnn_deep_network),
    "cnn-two-pool": text(PackageResources.cnn_two_pool_network),
    "vgg-small": text(PackageResources.vgg_small_network),
    "resnet-small": text(PackageResources.resnet_small_network),
    "resnet8": text(PackageResources.resnet8_network),
    "mobilenet": text(PackageResources.mobilenet_network),
    "autoencoder": text(PackageResources.autoencoder_network),
    "keywords": text(PackageResources.keywords_network),
    "sensor": text(PackageResources.sensor_network),
    "fashion": text(PackageResources.fashion_network),
    "nano": text(PackageResources.nano_network),
    "best": text(PackageResources.best_network),
    "drawn": text(PackageResources.drawn_network),
  ]

  /// The names of the recipes that come with Octet, in the order in which they are listed.
  public static let builtInNames = [
    "binary-dense", "binary-metrics", "dense-dropout", "cnn-deep", "cnn-two-pool", "vgg-small",
    "resnet-small", "resnet8", "mobilenet", "autoencoder", "keywords", "sensor", "fashion",
    "nano", "best", "drawn",
  ]

  /// Those whose models read digits: a picture of any size and ink is brought to the form of MNIST's.
  package static let digitNames: Set = [
    "binary-dense", "binary-metrics", "dense-dropout", "cnn-deep", "cnn-two-pool", "vgg-small",
    "resnet-small", "autoencoder", "nano", "best", "drawn",
  ]

  /// The recipe of that name, or nil when there is none.
  package static func named(_ name: String) throws(NetworkError) -> Recipe? {
    guard let text = builtIn[name] else { return nil }
    return try Recipe(text: text, name: name)
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
