import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// How `octet quantize --finetune` is to train, read from its command line.
struct FinetuningPlan {
  static let options =
    [
      OptionDescription(
        "finetune", takes: .text("EPOCHS"), default: "0",
        help: "train so many epochs with the integers of the file, on the training images"),
      OptionDescription(
        "teacher", takes: .input(), default: "none; without labels the model itself",
        help: "a float model whose answers --finetune learns beside the classes"),
    ]
    + settings.map { setting in
      OptionDescription(
        setting.name, takes: .text(setting.placeholder), default: usual(setting), help: setting.help)
    } + [
      OptionDescription("resume", help: "continue --finetune from the checkpoint beside the model")
    ]

  /// Those that can be chosen; the others are the model's own, or follow from what --finetune is for.
  private static let settings: [TrainingSetting] = [
    .learningRate, .batch, .augment, .validationSplit, .teacherShare,
  ]

  private static func usual(_ setting: TrainingSetting) -> String {
    switch setting {
    case .learningRate: "half of the model's own"
    case .validationSplit: "\(usualSplit)"
    case .teacherShare: "0.5, and 1 without labels"
    default: "as the model was trained"
    }
  }

  private static let usualSplit = 0.1

  let settings: TrainingSettings
  let teacher: TeacherModel?
  /// Whether the teacher's share was chosen.
  let choosesShare: Bool
  let resumes: Bool
  let checkpointPath: String

  /// Nil where nothing is to be trained.
  init?(
    _ arguments: ParsedArguments, model: FloatModel, data: PreparedData, outputPath: String, seed: UInt64,
    pixels: PixelRange?
  ) throws {
    let epochs = try arguments.integer("finetune", in: 0...1_000_000) ?? 0
    guard epochs > 0 else {
      let given = ["teacher"] + Self.settings.map(\.name)
      if let option = given.first(where: { arguments.value($0) != nil })
        ?? (arguments.flag("resume") ? "resume" : nil)
      {
        throw arguments.usageError("--\(option) says how --finetune trains: give --finetune EPOCHS")
      }
      return nil
    }
    var settings = Self.settings(after: try ModelData.settings(of: model), epochs: epochs)
    settings.validationSplit = Self.usualSplit
    settings.seed = seed
    for setting in Self.settings {
      guard let value = arguments.value(setting.name) else { continue }
      do throws(SettingError) {
        try setting.apply(value, to: &settings)
      } catch {
        throw arguments.usageError("--\(error)")
      }
    }
    self.settings = settings
    choosesShare = arguments.value(TrainingSetting.teacherShare.name) != nil
    teacher = try arguments.value("teacher").map { try TeacherModel(path: $0, for: data, pixels: pixels) }
    resumes = arguments.flag("resume")
    checkpointPath = Self.checkpointPath(beside: outputPath)
  }

  /// For a model that was trained just now, on the same images and with the same seed.
  init(
    after settings: TrainingSettings, epochs: Int, teacher: TeacherModel?, resumes: Bool, outputPath: String
  ) {
    self.settings = Self.settings(after: settings, epochs: epochs)
    self.teacher = teacher
    self.resumes = resumes
    choosesShare = true
    checkpointPath = Self.checkpointPath(beside: outputPath)
  }

  /// How a trained network goes on with integers: at half of its rate, which falls to nothing.
  private static func settings(after trained: TrainingSettings, epochs: Int) -> TrainingSettings {
    var settings = trained
    settings.learningRate = trained.startingRate / 2
    settings.optimizer = .adam(firstDecay: 0.9, secondDecay: 0.999)
    settings.schedule = .cosine
    settings.epochs = epochs
    settings.integerEpochs = nil
    settings.frozen = FrozenLayers()
    (settings.weightDecay, settings.average, settings.patience) = (nil, nil, nil)
    settings.warmUp = 0
    return settings
  }

  static func checkpointPath(beside outputPath: String) -> String {
    let stem = outputPath.hasSuffix(".octet") ? String(outputPath.dropLast(".octet".count)) : outputPath
    return "\(stem).finetuning.safetensors"
  }
}
