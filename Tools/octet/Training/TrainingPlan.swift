import FoundationEssentials
import Octet
import OctetCommandLine
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

  init(_ arguments: ParsedArguments) throws {
    recipe = try Self.recipe(arguments)
    var settings = recipe.settings
    for setting in TrainingSetting.allCases {
      guard let value = arguments.value(setting.name) else { continue }
      do throws(SettingError) {
        try setting.apply(value, to: &settings)
      } catch {
        throw arguments.usageError("--\(error)")
      }
    }
    self.settings = settings
    if recipe.candidates.count > 1, settings.validationSplit == 0 {
      throw arguments.usageError(
        "recipe \(recipe.name) compares its networks on validation images: --validation-split 0 leaves none")
    }
    modelPath = Self.modelPath(arguments, recipe)
    resumes = arguments.flag("resume")
    threads = try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
    target = try ReportOption.target(arguments)
    let located = try DataOption.locate(
      arguments,
      DataRequest(recipe, isBuiltIn: arguments.value("recipe") != nil, PictureOptions(arguments)))
    pictureForm = located.form
    data = try PreparedData(located.data, settings: settings)
  }

  /// Where the model goes.
  static func modelPath(_ arguments: ParsedArguments, _ recipe: Recipe) -> String {
    arguments.value("out") ?? "\(recipe.name).safetensors"
  }

  func checkpointPath(_ candidate: Recipe.Candidate) -> String {
    Self.checkpointPath(candidate, of: recipe, beside: modelPath)
  }

  /// Where the checkpoint of a candidate lies: beside the model, under its name.
  static func checkpointPath(
    _ candidate: Recipe.Candidate, of recipe: Recipe, beside modelPath: String
  ) -> String {
    let suffix = ".safetensors"
    let stem = modelPath.hasSuffix(suffix) ? String(modelPath.dropLast(suffix.count)) : modelPath
    return recipe.candidates.count == 1
      ? "\(stem).checkpoint\(suffix)" : "\(stem).\(candidate.name).checkpoint\(suffix)"
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
        "name a network: --recipe \(Recipe.builtInNames.joined(separator: "|")), or --network FILE")
    case (_?, _?):
      throw arguments.usageError("--recipe and --network both name a network: give one of them")
    }
  }
}

/// A file that could be read but says something wrong.
struct FileContentError: Error, CustomStringConvertible {
  let path: String
  let reason: String
  var description: String { "\(path): \(reason)" }
}
