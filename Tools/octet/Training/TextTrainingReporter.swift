import OctetCommandLine
import OctetData
import OctetInterchange
import OctetReports
import OctetText
import OctetTraining

/// Tells people: the network's summary, a bar and a line per epoch, and tables at the end.
final class TextTrainingReporter: TrainingReporter {
  private var bar = EpochBar()

  func begin(_ plan: TrainingPlan) throws {
    try StandardOutput.write("Data: \(plan.data.origin.shown)\n")
    if let start = plan.start { try StandardOutput.write("Start: \(start.remark.shown)\n") }
    if let teacher = plan.teacher { try StandardOutput.write("Teacher: \(teacher.path.shown)\n") }
    try StandardOutput.write("Pictures: \(plan.pictureForm.words)\n")
    try StandardOutput.write(
      "Recipe: \(plan.recipe.name.shown)\(plan.recipe.about.isEmpty ? "" : ". \(plan.recipe.about.shown)")\n")
  }

  func beginCandidate(
    _ candidate: Recipe.Candidate, _ trainer: Trainer, plan: TrainingPlan, resumedAt: Int?
  ) throws {
    try StandardOutput.write("\n")
    if plan.recipe.candidates.count > 1 { try StandardOutput.write("Candidate \(candidate.name.shown)\n") }
    try StandardOutput.write(NetworkSummary(candidate.network).text())
    try StandardOutput.write("\n\(Self.sentence(trainer, threads: plan.threads))\n")
    if let resumedAt {
      try StandardOutput.write("Resumed after epoch \(resumedAt).\n")
    } else if plan.resumes {
      try StandardOutput.write(
        "There is no checkpoint at \(plan.checkpointPath(candidate).shown): starting from the beginning.\n")
    }
  }

  private static func sentence(_ trainer: Trainer, threads: Int) -> String {
    let settings = trainer.settings
    var parts = ["\(NumberText.grouped(trainer.trainingCount)) images"]
    if trainer.validationCount > 0 {
      parts.append("\(NumberText.grouped(trainer.validationCount)) for validation")
    }
    switch settings.batch {
    case .full: parts.append("one full batch")
    case .images(let count): parts.append("batches of \(count)")
    }
    parts.append("\(settings.optimizer.name) at \(settings.startingRate)")
    if settings.schedule != .constant { parts.append("\(settings.schedule.text) schedule") }
    parts.append(trainer.head.loss.rawValue)
    let usual = TrainingSettings()
    // The rest only where somebody set it, under the names of the settings.
    let shown: Set<TrainingSetting> = [
      .huberDelta, .labelSmoothing, .classWeights, .target, .weightDecay, .warmUp, .clipNorm, .average,
      .freeze,
    ]
    let unchanged = Set(usual.named.map(\.setting))
    for (setting, value) in settings.named where shown.contains(setting) && !unchanged.contains(setting) {
      parts.append("\(setting.name) \(value)")
    }
    if !settings.augmentation.isNone { parts.append("augment \(settings.augmentation.text)") }
    parts.append("\(settings.epochs) epochs")
    if let patience = settings.patience {
      parts.append("early stopping after \(patience) by \(settings.watch.rawValue)")
    }
    parts.append("seed \(settings.seed)")
    parts.append("\(threads) threads")
    parts.append("\(MatrixProduct.implementation) matrix products")
    return "Training: \(parts.joined(separator: ", "))"
  }

  func progress(_ progress: EpochProgress) { bar.update(progress) }

  func endEpoch(_ record: EpochRecord, _ trainer: Trainer) throws {
    bar.clear()
    let epochs = trainer.settings.epochs
    let number = String(record.epoch)
    var line =
      "epoch " + String(repeating: " ", count: String(epochs).count - number.count) + "\(number)/\(epochs)"
    line += "  loss \(NumberText.fixed(record.loss, decimals: 4))"
    func add(_ accuracy: Double?) {
      if let accuracy { line += "  accuracy \(NumberText.percent(accuracy, decimals: 2))" }
    }
    add(record.accuracy)
    if let loss = record.validationLoss {
      line += "  validation loss \(NumberText.fixed(loss, decimals: 4))"
      add(record.validationAccuracy)
    }
    if let watched = record.watched, trainer.settings.watch != .accuracy {
      line += "  \(trainer.settings.watch.rawValue) \(NumberText.percent(watched, decimals: 2))"
    }
    line += "  \(NumberText.duration(seconds: record.seconds ?? 0))"
    line += "  \(NumberText.grouped(Int(record.imagesPerSecond ?? 0))) images/s"
    try StandardOutput.write("\(line)\n")
    try StandardOutput.flush()
  }

  func endCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer) throws {
    let course = TrainingText(trainer.history, style: TerminalStyle(.standardOutput)).text
    if !course.isEmpty { try StandardOutput.write("\n\(course)") }
    if let best = trainer.bestEpoch, trainer.isFinished {
      let watch = trainer.settings.watch
      let which = watch == .loss ? "smallest loss" : "largest \(watch.rawValue)"
      try StandardOutput.write("Kept the weights of epoch \(best), which had the \(which).\n")
    }
  }

  var showsProgress: Bool { true }

  func beginIntegers(_ sentence: String) throws { try StandardOutput.write("\n\(sentence)\n") }

  func endIntegerEpoch(_ epoch: Finetuning.Epoch) throws {
    try StandardOutput.write("\(epoch.line)\n")
    try StandardOutput.flush()
  }

  func end(_ result: TrainingResult, plan: TrainingPlan) throws {
    if plan.recipe.candidates.count > 1 {
      try StandardOutput.write("\nChosen: \(result.candidate.name.shown), for its validation loss.\n")
    }
    // Of ten classes the tables for the test images are enough; --json has both.
    let training = EvaluationText(result.training, name: "Training images")
    let isShort = result.training.confusion?.positiveClass != nil
    try StandardOutput.write("\n" + (isShort ? training.text() : training.headline()))
    try StandardOutput.write("\n" + EvaluationText(result.test, name: "Test images").text())
    if let words = result.words { try StandardOutput.write(words.text) }
    if let profile = result.profile { try StandardOutput.write("\n" + profile.text()) }
    try StandardOutput.write("\nWrote \(result.modelPath.shown)\n")
    if let integers = result.integers { try StandardOutput.write(integers.text) }
    try result.warnings.write()
  }

  func wrote(_ target: ReportTarget) throws { try StandardOutput.write(target.announcement) }
}
