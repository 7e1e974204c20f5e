import FoundationEssentials
import OctetCommandLine
import OctetHost
import OctetNetwork
import OctetText
import OctetTraining

/// `octet train`: from images to a float model.
enum TrainCommand: Command {
  static let name = "train"

  static let description = CommandDescription(
    name: name,
    summary: "train a float network on images",
    discussion: """
      Trains the network of a recipe, or of a network file, and writes it as .safetensors. Every setting of \
      the recipe can be changed with an option of the same name. After each epoch a checkpoint is written \
      beside the model; --resume continues from it and ends with the same weights as an uninterrupted run. \
      --from continues with another model's weights and, if no network is named, its network.

      With --bits, or bits in the network file, training goes on with the integers of an .octet file, which is \
      written beside the model: what training reports then is what the file gives.

      Recipes: \(Recipe.builtInNames.joined(separator: ", ")).
      """,
    options: [
      OptionDescription(
        "recipe", takes: .choice("NAME", of: Recipe.builtInNames), help: "a recipe that comes with octet"),
      OptionDescription(
        "network", takes: .input(), help: "a network file of your own; docs/NETWORKS.md has its grammar"),
      OptionDescription(
        "from", takes: .input(),
        help: "go on from \(FloatModelSource.kinds); with --network from layers of the same names"),
      OptionDescription(
        "teacher", takes: .input(), help: "learn the answers of a trained model beside the classes"),
      ForeignModelOptions.pixels,
      DataOption.option,
      DataOption.inputScale,
      PictureOptions.fit(default: "auto with a recipe or data like MNIST's, else exact"),
      PictureOptions.invert(default: "auto with a recipe or data like MNIST's, else no"),
      OptionDescription("out", takes: .output(), default: "NAME.safetensors", help: "the model to write"),
      OptionDescription(
        "bits", takes: .choice("N", of: WeightBits.allCases.map(\.rawValue)), default: "as the network says",
        help: "also train an .octet file with weights of so many bits, in --integer-epochs"),
      OptionDescription("resume", help: "continue from the checkpoint beside the model"),
    ]
      + TrainingSetting.allCases.map { setting in
        OptionDescription(
          setting.name,
          takes: setting.choices.isEmpty
            ? .text(setting.placeholder) : .choice(setting.placeholder, of: setting.choices),
          default: "as in the recipe", help: setting.help)
      }
      + [
        OptionDescription(
          "tensorboard", takes: .outputFolder(of: TensorBoardFile.ending),
          help: "also write loss, accuracy and speed for TensorBoard, while training goes on"),
        OptionDescription("profile", help: "print how long each layer took"),
        OptionDescription("threads", takes: .text("N"), default: "all cores", help: "number of threads"),
        OptionDescription("quiet", short: "q", help: "print nothing but errors"),
        OptionDescription("json", help: "print a JSON object per epoch, and one at the end"),
      ] + ReportOption.all,
    examples: [
      "octet train --recipe cnn-two-pool --report page.html",
      "octet train --recipe binary-dense --epochs 5 --out small.safetensors",
      "octet train --recipe cnn-two-pool --bits 4 --epochs 6",
      "octet train --network mine.network --data digits.csv --json",
      "octet train --from mine.keras --freeze ..conv-5 --data pictures",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) throws {
    DataOption.addFiles(arguments, to: &files)
    let outputs = try TrainingPlan.outputs(arguments)
    if arguments.value("out") == nil { files.add(CommandFiles.Output(outputs.model, name: "the model")) }
    if let path = outputs.integers {
      files.add(CommandFiles.Output(path, name: "the integer model"))
      files.add(CommandFiles.Output(FinetuningPlan.checkpointPath(beside: path), name: "the checkpoint"))
    }
    for path in outputs.checkpoints { files.add(CommandFiles.Output(path, name: "the checkpoint")) }
  }

  static func run(_ arguments: ParsedArguments) throws {
    let plan = try TrainingPlan(arguments)
    let isQuiet = arguments.flag("quiet")
    var reporter: any TrainingReporter
    if arguments.flag("json") {
      reporter = JSONTrainingReporter(showsProgress: !isQuiet)
    } else if isQuiet {
      reporter = QuietTrainingReporter()
    } else {
      reporter = TextTrainingReporter()
    }
    if let folder = arguments.value("tensorboard") {
      try Folder.createForOutput(folder)
      reporter = TensorBoardReporter(folder: folder, reporter)
    }
    try TrainingRun(plan: plan, reporter: reporter).run()
  }
}
