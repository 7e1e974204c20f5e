import FoundationEssentials
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetTraining

/// `octet-bench synthetic`: what a network that has only seen synthetic digits reads of real ones.
enum SyntheticCommand: Command {
  static let name = "synthetic"

  static let description = CommandDescription(
    name: name,
    summary: "train on synthetic digits alone and read MNIST's test images",
    options: [
      OptionDescription(
        "recipe", takes: .text("NAME"), default: "cnn-two-pool", help: "the network to train"),
      OptionDescription("epochs", takes: .text("N"), default: "4", help: "number of epochs"),
      OptionDescription(
        "images", takes: .text("N"), default: "\(SyntheticDigits.recommendedCount)", help: "images to draw"),
      OptionDescription(
        "seeds", takes: .text("N"), default: "3", help: "number of trainings, with the seeds 1 to N"),
      OptionDescription("json", help: "print one JSON object instead of the table"),
    ],
    examples: ["octet-bench synthetic --seeds 1"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let name = arguments.value("recipe") ?? "cnn-two-pool"
    guard let recipe = try Recipe.named(name), let candidate = recipe.candidates.first else {
      throw arguments.usageError(
        "there is no recipe '\(name)'; there are \(Recipe.builtInNames.joined(separator: ", "))")
    }
    var settings = recipe.settings
    settings.epochs = try arguments.integer("epochs", in: 1...1000) ?? 4
    settings.validationSplit = 0
    let count = try arguments.integer("images", in: 10...1_000_000) ?? SyntheticDigits.recommendedCount
    guard let folder = ProcessInfo.processInfo.environment[DataLocator.variable], !folder.isEmpty else {
      throw BenchError.noMNIST
    }
    guard let real = try MNISTFolder(folder).read().test else { throw BenchError.noMNIST }
    let digits = SyntheticDigits.generate(count: count, seed: SyntheticDigits.usualSeed)
    let workers = Workers(count: ProcessInfo.processInfo.activeProcessorCount)
    var shares: [Double] = []
    for seed in 1...UInt64(try arguments.integer("seeds", in: 1...100) ?? 3) {
      settings.seed = seed
      let trainer = try Trainer(
        candidate.network, settings: settings, images: digits, workers: workers, clock: { 0 })
      while !trainer.isFinished { _ = try trainer.runEpoch() }
      trainer.finish()
      shares.append(try trainer.evaluate(real).accuracy ?? 0)
    }
    try StandardOutput.write(
      arguments.flag("json")
        ? json(name, count, settings.epochs, shares).text + "\n"
        : "\(name), \(NumberText.grouped(count)) synthetic digits, \(settings.epochs) epochs: reads "
          + shares.map { NumberText.percent($0, decimals: 2) }.joined(separator: ", ")
          + " of MNIST's test images with seeds 1 to \(shares.count), in the mean "
          + NumberText.percent(shares.reduce(0, +) / Double(shares.count), decimals: 2) + "\n")
  }

  private static func json(_ name: String, _ count: Int, _ epochs: Int, _ shares: [Double]) -> JSONValue {
    .object([
      ("part", .string("synthetic")), ("recipe", .string(name)), ("images", .integer(count)),
      ("epochs", .integer(epochs)), ("test_accuracies", .array(shares.map { .number($0) })),
    ])
  }
}
