import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// Trains a quantized network with its own integers. After each epoch the file is written, and the runtime tests it on
/// the images that were held out.
struct Finetuning {
  private let plan: FinetuningPlan
  let settings: TrainingSettings
  private let images: LabeledItems
  private let teacher: FloatModel?
  private let outputPath: String
  private let workers: Workers
  private let isQuiet: Bool

  /// What an epoch came to.
  struct Epoch {
    let record: EpochRecord
    /// Of the written file on the images held out; nil where there are none, or no classes.
    let accuracy: Double?
    /// How many there are.
    let epochs: Int
  }

  /// What it came to.
  struct Result {
    let network: QuantizedNetwork
    let epochs: [Epoch]
    /// The class that training's own arithmetic gives for each item.
    let classes: (LabeledItems) -> [Int]
  }

  /// - Parameters:
  ///   - model: the float model that the quantized one was made from.
  ///   - isQuiet: whether there is no bar.
  init(
    _ plan: FinetuningPlan, of model: FloatModel, images: LabeledItems, outputPath: String, isQuiet: Bool,
    workers: Workers
  ) throws {
    self.plan = plan
    self.outputPath = outputPath
    self.workers = workers
    self.isQuiet = isQuiet
    var settings = plan.settings
    var teacher = plan.teacher?.model
    var images = images
    if images.targets == .none {
      // The model's own answers stand for labels.
      let answering = teacher ?? model
      images = try Self.answered(images, by: answering, workers: workers)
      teacher = answering
      if !plan.choosesShare { settings.distillation.share = 1 }
    }
    self.settings = settings
    self.teacher = teacher
    self.images = images
  }

  /// Items with the classes that a float model gives them.
  private static func answered(
    _ items: LabeledItems, by model: FloatModel, workers: Workers
  ) throws -> LabeledItems {
    let runner = try FloatRunner(model, on: items, workers: workers)
    guard runner.outputs.count == 1, runner.outputs[0].meaning == .classes else {
      throw FileError(
        "the data", "has no targets, and the model's own answers are learned only where they are classes",
        advice: "give data with targets")
    }
    let classes = try runner.run(0..<items.count)[0].classes
    return items.with(.classes(classes.map { UInt16($0) }, names: runner.outputs[0].names))
  }

  /// - Parameters:
  ///   - begin: is told, before the first epoch, what will be done.
  ///   - tell: is told of each epoch when it has ended.
  func run(
    _ start: QuantizedNetwork, begin: (String) throws -> Void, tell: (Epoch) throws -> Void
  ) throws -> Result {
    let training = try IntegerTraining(
      start, settings: settings, images: images, teacher: teacher, workers: workers,
      clock: {
        let (seconds, attoseconds) = monotonicTime().components
        return Double(seconds) + Double(attoseconds) * 1e-18
      })
    let trainer = training.trainer
    var fixed = settings
    fixed.loss = trainer.head.loss
    var fingerprint = "\(images.fingerprint), from \(Self.fingerprint(start))"
    if let teacher { fingerprint += ", taught by \(teacher.fingerprint)" }
    let identity = RunIdentity(
      network: trainer.network.description, settings: fixed, data: fingerprint, trainsIntegers: true)
    if plan.resumes { try resume(trainer, identity) }
    try begin(sentence(trainer))
    var epochs: [Epoch] = []
    var bar = EpochBar()
    while !trainer.isFinished {
      let record = try trainer.runEpoch { if !isQuiet { bar.update($0) } }
      bar.clear()
      try CheckpointFile.save(
        Checkpoint(run: identity, snapshot: trainer.snapshot()), path: plan.checkpointPath)
      let epoch = Epoch(record: record, accuracy: try write(training), epochs: settings.epochs)
      epochs.append(epoch)
      try tell(epoch)
    }
    trainer.finish()
    return Result(network: training.quantized, epochs: epochs) { training.classes($0, workers: workers) }
  }

  /// Writes the file as it is now and tests it; its answers must be those that training had.
  private func write(_ training: IntegerTraining) throws -> Double? {
    let quantized = training.quantized.model
    if let fault = quantized.fault { throw QuantizationError.limit(fault) }
    let file = OctetFile(quantized)
    let model = try Model(copying: file.bytes, workLimit: .max)
    try file.write(to: outputPath)
    guard let held = training.trainer.validationImages, held.hasClasses else { return nil }
    let classes = try IntegerRunner(model, on: held, workers: workers).classes()
    let right = zip(classes, held.labels).count { $0 == Int($1) }
    let accuracy = Double(right) / Double(max(held.count, 1))
    if let trained = training.trainer.history.last?.validationAccuracy, trained != accuracy {
      throw FileContentError(
        path: outputPath,
        reason: "the file is right on \(right) of \(held.count) images, training said \(trained): "
          + "this is a fault of Octet's, please report it")
    }
    return accuracy
  }

  private func resume(_ trainer: Trainer, _ identity: RunIdentity) throws {
    let snapshot: TrainingSnapshot
    do throws(ModelFileError) {
      snapshot = try CheckpointFile.load(path: plan.checkpointPath, for: identity)
    } catch {
      if error.isMissing { return }
      throw error
    }
    try trainer.restore(snapshot)
  }

  /// Names the network that training starts from.
  private static func fingerprint(_ start: QuantizedNetwork) -> String {
    var checksum = Checksum()
    checksum.add(OctetFile(start.model).bytes.span.bytes)
    return "\(checksum.value)"
  }

  private func sentence(_ trainer: Trainer) -> String {
    let counts =
      "\(NumberText.grouped(trainer.trainingCount)) \(images.values.noun)s"
      + (trainer.validationCount > 0 ? ", \(NumberText.grouped(trainer.validationCount)) held out" : "")
    return "Training with integers: \(counts), \(settings.optimizer.name) at \(settings.startingRate), "
      + "seed \(settings.seed)\(teacher == nil ? "" : ", with a teacher")"
  }
}

extension Finetuning.Epoch {
  /// For people.
  var line: String {
    var line = "epoch \(record.epoch)/\(epochs)  loss \(NumberText.fixed(record.loss, decimals: 4))"
    if let accuracy = record.accuracy { line += "  accuracy \(NumberText.percent(accuracy, decimals: 2))" }
    if let accuracy { line += "  held out \(NumberText.percent(accuracy, decimals: 2))" }
    return line + "  \(NumberText.duration(seconds: record.seconds ?? 0))"
  }

  /// For programs.
  var json: JSONValue { .object(members) }

  var members: [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = [
      ("epoch", .integer(record.epoch)), ("epochs", .integer(epochs)), ("loss", .number(record.loss)),
    ]
    if let accuracy = record.accuracy { members.append(("accuracy", .number(accuracy))) }
    if let accuracy { members.append(("held_out_accuracy", .number(accuracy))) }
    if let seconds = record.seconds { members.append(("seconds", .number(seconds))) }
    return members
  }
}
