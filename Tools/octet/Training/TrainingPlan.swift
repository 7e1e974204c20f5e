import FoundationEssentials
import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

/// What one `octet train` is to do, read from its command line; nothing has been computed or written yet.
struct TrainingPlan {
  let recipe: Recipe
  /// The recipe's settings with those of the command line on top.
  let settings: TrainingSettings
  let data: PreparedData
  /// How pictures become the network's input, now and later.
  let pictureForm: PictureForm
  let modelPath: String
  let resumes: Bool
  let threads: Int
  let target: ReportTarget?
  /// Nil for a network that starts from weights at random.
  let start: StartingModel?
  let teacher: TeacherModel?
  let measuresLayers: Bool
  /// Nil for a run that ends with its float model.
  let integers: IntegerPhase?

  init(_ arguments: ParsedArguments) throws {
    var start = try arguments.value("from").map(StartingModel.init)
    var recipe = try Self.recipe(arguments, start)
    var settings = recipe.settings
    for setting in TrainingSetting.allCases {
      guard let value = arguments.value(setting.name) else { continue }
      do throws(SettingError) {
        try setting.apply(value, to: &settings)
      } catch {
        throw arguments.usageError("--\(error)")
      }
    }
    let modelPath = Self.modelPath(arguments, recipe.name)
    self.modelPath = modelPath
    integers = try IntegerPhase(arguments, recipe, settings, modelPath: modelPath)
    if integers != nil, settings.validationSplit == 0, arguments.value("validation-split") == nil {
      // The file is tested on them after each epoch.
      settings.validationSplit = Self.usualSplit
    }
    self.settings = settings
    if recipe.candidates.count > 1, settings.validationSplit == 0 {
      throw arguments.usageError(
        "recipe \(recipe.name) compares its networks on validation images: --validation-split 0 leaves none")
    }
    resumes = arguments.flag("resume")
    threads = try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
    target = try ReportOption.target(arguments)
    let pixels = try ForeignModelOptions.pixels(arguments)
    let options = PictureOptions(arguments)
    let bringsNetwork = start != nil && !Self.namesNetwork(arguments)
    let request =
      if let start, bringsNetwork {
        DataRequest(start.model, path: start.path, options, takesPixels: pixels != nil, isKept: true)
      } else {
        DataRequest(recipe, isBuiltIn: arguments.value("recipe") != nil, options)
      }
    let located = try DataOption.locate(arguments, request)
    pictureForm = located.form
    let data = try PreparedData(located.data, settings: settings)
    self.data = data
    start = try start?.taking(data, pixels: pixels)
    if bringsNetwork, let network = try start?.network(for: data.training.targets, goal: settings.target) {
      recipe = Recipe(name: recipe.name, network: network, settings: recipe.settings)
    } else if let network = recipe.candidates.first?.network {
      try start?.describe(network)
    }
    self.recipe = recipe
    self.start = start
    teacher = try arguments.value("teacher").map { try TeacherModel(path: $0, for: data, pixels: pixels) }
    guard teacher != nil || !arguments.has(.teacherShare, .temperature) else {
      throw arguments.usageError("--teacher-share and --temperature say how a --teacher is heard: name one")
    }
    guard pixels == nil || start != nil || teacher != nil else {
      throw arguments.usageError("--pixels says what pixels were to a model of --from or --teacher: name one")
    }
    measuresLayers = arguments.flag("profile")
  }

  /// Of the training images, held out where integers are trained.
  private static let usualSplit = 0.1

  /// Where the model goes.
  static func modelPath(_ arguments: ParsedArguments, _ name: String) -> String {
    arguments.value("out") ?? "\(name).safetensors"
  }

  private static func namesNetwork(_ arguments: ParsedArguments) -> Bool {
    arguments.value("recipe") != nil || arguments.value("network") != nil
  }

  /// The recipe, or what stands for one where a model brings its network; that is as it is in the model's file.
  private static func recipe(_ arguments: ParsedArguments, _ start: StartingModel?) throws -> Recipe {
    guard let start, !namesNetwork(arguments) else { return try recipe(arguments) }
    let name = continuedName(start.path)
    return Recipe(name: name, network: start.model.network)
  }

  /// What a model is called that goes on from another one, so that it does not take its place.
  private static func continuedName(_ path: String) -> String {
    "\(Folder.name(of: FloatModelSource.stem(of: path)))-continued"
  }

  /// What would be written, without a look into a model.
  static func outputs(
    _ arguments: ParsedArguments
  ) throws -> (model: String, checkpoints: [String], integers: String?) {
    if let path = arguments.value("from"), !namesNetwork(arguments) {
      let model = modelPath(arguments, continuedName(path))
      let integers = arguments.value("bits") == nil ? nil : IntegerPhase.outputPath(model)
      return (model, ["\(stem(model)).checkpoint\(suffix)"], integers)
    }
    let recipe = try recipe(arguments)
    let model = modelPath(arguments, recipe.name)
    var settings = recipe.settings
    if let text = arguments.value("integer-epochs") { settings.integerEpochs = Int(text) }
    let integers = try IntegerPhase(arguments, recipe, settings, modelPath: model)
    return (
      model, recipe.candidates.map { checkpointPath($0, of: recipe, beside: model) }, integers?.outputPath
    )
  }

  func checkpointPath(_ candidate: Recipe.Candidate) -> String {
    Self.checkpointPath(candidate, of: recipe, beside: modelPath)
  }

  /// Where the checkpoint of a candidate lies: beside the model, under its name.
  static func checkpointPath(
    _ candidate: Recipe.Candidate, of recipe: Recipe, beside modelPath: String
  ) -> String {
    let stem = stem(modelPath)
    return recipe.candidates.count == 1
      ? "\(stem).checkpoint\(suffix)" : "\(stem).\(candidate.name).checkpoint\(suffix)"
  }

  private static let suffix = ".safetensors"

  private static func stem(_ modelPath: String) -> String {
    modelPath.hasSuffix(suffix) ? String(modelPath.dropLast(suffix.count)) : modelPath
  }

  static func recipe(_ arguments: ParsedArguments) throws -> Recipe {
    switch (arguments.value("recipe"), arguments.value("network")) {
    case (let name?, nil):
      guard let recipe = try Recipe.named(name) else {
        throw arguments.usageError("there is no recipe \"\(name)\"")
      }
      return recipe
    case (nil, let path?):
      if let kind = FileKind(path: path) {
        throw WrongKindError(
          path: path, kind: kind,
          advice: "--network takes a description in words; docs/NETWORKS.md has its grammar")
      }
      let bytes = try ByteFile.contents(at: path)
      let fileName = path.split(separator: "/").last.map(String.init) ?? path
      let name = fileName.hasSuffix(".network") ? String(fileName.dropLast(8)) : fileName
      do throws(NetworkError) {
        return try Recipe(text: String(decoding: bytes, as: UTF8.self), name: name)
      } catch {
        throw FileContentError(path: path, reason: error.description)
      }
    case (nil, nil):
      throw arguments.usageError(
        "name a network: --recipe \(Recipe.builtInNames.joined(separator: "|")), --network FILE, or --from MODEL"
      )
    case (_?, _?):
      throw arguments.usageError("--recipe and --network both name a network: give one of them")
    }
  }
}

extension ParsedArguments {
  /// Whether any of these settings was given.
  fileprivate func has(_ settings: TrainingSetting...) -> Bool {
    settings.contains { value($0.name) != nil }
  }
}

/// A file that could be read but says something wrong.
struct FileContentError: Error, CustomStringConvertible {
  let path: String
  let reason: String
  var description: String { "\(path): \(reason)" }
}
