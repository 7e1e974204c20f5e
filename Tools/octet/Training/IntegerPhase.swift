import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText
import OctetTraining

/// The second part of a training run: the float network is quantized, and trained on with the integers of its file.
struct IntegerPhase {
  /// How the weights of layers are stored that the network file says nothing of.
  let weights: WeightEncoding
  let epochs: Int
  let outputPath: String

  /// What it came to.
  struct Result {
    let path: String
    let bytes: Int
    let model: Model
    let epochs: [Finetuning.Epoch]
    /// Of the file on the test images, by the runtime; nil without classes.
    let accuracy: Double?
  }

  /// Nil where a run ends with its float model.
  init?(_ arguments: ParsedArguments, _ recipe: Recipe, _ settings: TrainingSettings, modelPath: String)
    throws(UsageError)
  {
    let isChosen = arguments.value("bits") != nil
    let saysBits = recipe.candidates.contains { $0.network.layers.contains { $0.bits != nil } }
    let usual = isChosen || saysBits ? max((settings.epochs + 2) / 3, 1) : 0
    epochs = settings.integerEpochs ?? usual
    guard epochs > 0 else {
      if isChosen {
        throw arguments.usageError(
          "--bits says how weights are trained as integers: --integer-epochs 0 leaves none")
      }
      return nil
    }
    weights = BitsOption.encoding(arguments)
    outputPath = Self.outputPath(modelPath)
  }

  /// Beside the float model.
  static func outputPath(_ modelPath: String) -> String { "\(FloatModelSource.stem(of: modelPath)).octet" }

  /// - Parameter model: the float model, as it was written.
  func run(
    _ model: FloatModel, _ plan: TrainingPlan, reporter: any TrainingReporter
  ) throws -> Result {
    let workers = Workers(count: plan.threads)
    var settings = QuantizationSettings()
    (settings.weights, settings.seed) = (weights, plan.settings.seed)
    let start = try Quantizer(model, images: plan.data.training, settings: settings, workers: workers).run {
      _ in
    }
    let finetuning = FinetuningPlan(
      after: plan.settings, epochs: epochs, teacher: plan.teacher, resumes: plan.resumes,
      outputPath: outputPath)
    let result = try Finetuning(
      finetuning, of: model, images: plan.data.training, outputPath: outputPath,
      isQuiet: !reporter.showsProgress,
      workers: workers
    ).run(start, begin: reporter.beginIntegers, tell: reporter.endIntegerEpoch)
    if let fault = result.network.model.fault { throw QuantizationError.limit(fault) }
    let file = OctetFile(result.network.model)
    let made = try Model(copying: file.bytes, workLimit: .max)
    try file.write(to: outputPath)
    return Result(
      path: outputPath, bytes: file.bytes.count, model: made, epochs: result.epochs,
      accuracy: try accuracy(made, plan.data.test, result, workers))
  }

  /// The file's, which must give the answers that training had.
  private func accuracy(
    _ model: Model, _ test: LabeledItems, _ result: Finetuning.Result, _ workers: Workers
  ) throws -> Double? {
    guard test.hasClasses, !test.isEmpty, model.meaning == .classes else { return nil }
    let classes = try IntegerRunner(model, on: test, workers: workers).classes()
    let trained = result.classes(test)
    if let place = classes.indices.first(where: { classes[$0] != trained[$0] }) {
      throw FileContentError(
        path: outputPath,
        reason: "the file answers test image \(place) with class \(classes[place]), training with "
          + "\(trained[place]): this is a fault of Octet's, please report it")
    }
    return Double(zip(classes, test.labels).count { $0 == Int($1) }) / Double(test.count)
  }
}

extension IntegerPhase.Result {
  /// For people.
  var text: String {
    var text = "Wrote \(path.shown): \(NumberText.grouped(bytes)) bytes, \(model.memoryText)"
    if let accuracy { text += "; \(NumberText.percent(accuracy, decimals: 2)) of the test images" }
    return text + "\n"
  }

  /// For programs.
  var members: [(name: String, value: JSONValue)] {
    [
      ("integer_model", .string(path)), ("integer_file_bytes", .integer(bytes)),
      ("integer_arena_bytes", .integer(model.ownArenaBytes)), ("integer_epochs", .integer(epochs.count)),
    ] + (accuracy.map { [("integer_test_accuracy", .number($0))] } ?? [])
  }
}
