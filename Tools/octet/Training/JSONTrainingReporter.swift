import OctetCommandLine
import OctetInterchange
import OctetQuantization
import OctetText
import OctetTraining

/// Tells programs: an object per epoch and one at the end, each on its own line of standard output.
final class JSONTrainingReporter: TrainingReporter {
  let showsProgress: Bool
  private var bar = EpochBar()
  private var candidateName: String?

  init(showsProgress: Bool) { self.showsProgress = showsProgress }

  func begin(_ plan: TrainingPlan) {}

  func beginCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer, plan: TrainingPlan, resumedAt: Int?)
  {
    candidateName = plan.recipe.candidates.count > 1 ? candidate.name : nil
  }

  func progress(_ progress: EpochProgress) {
    if showsProgress { bar.update(progress) }
  }

  func endEpoch(_ record: EpochRecord, _ trainer: Trainer) throws {
    bar.clear()
    var members: [(name: String, value: JSONValue)] = []
    if let candidateName { members.append(("candidate", .string(candidateName))) }
    members += [
      ("epoch", .integer(record.epoch)), ("epochs", .integer(trainer.settings.epochs)),
      ("learning_rate", .number(Double(shortest: record.learningRate))), ("loss", .number(record.loss)),
    ]
    if let accuracy = record.accuracy { members.append(("accuracy", .number(accuracy))) }
    if let loss = record.validationLoss { members.append(("validation_loss", .number(loss))) }
    if let accuracy = record.validationAccuracy { members.append(("validation_accuracy", .number(accuracy))) }
    if let watched = record.watched {
      members.append(("watched_\(trainer.settings.watch.rawValue)", .number(watched)))
    }
    members += [
      ("seconds", .number(record.seconds ?? 0)), ("images_per_second", .number(record.imagesPerSecond ?? 0)),
    ]
    try StandardOutput.write(JSONValue.object(members).text + "\n")
    try StandardOutput.flush()
  }

  func endCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer) {}

  func beginIntegers(_ sentence: String) {}

  func endIntegerEpoch(_ epoch: Finetuning.Epoch) throws {
    try StandardOutput.write(
      JSONValue.object([("arithmetic", .string("integers"))] + epoch.members).text + "\n")
    try StandardOutput.flush()
  }

  func end(_ result: TrainingResult, plan: TrainingPlan) throws {
    var members: [(name: String, value: JSONValue)] = [
      ("recipe", .string(plan.recipe.name)), ("data", .string(plan.data.origin)),
      ("parameters", .integer(result.parameterCount)),
    ]
    if plan.recipe.candidates.count > 1 { members.append(("chosen", .string(result.candidate.name))) }
    members.append(("epochs", .integer(result.history.count)))
    if let best = result.bestEpoch { members.append(("best_epoch", .integer(best))) }
    if let confusion = result.test.confusion, let positive = confusion.positiveClass {
      members.append(("positive_class", .string(confusion.classNames[positive])))
    }
    members += EvaluationJSON.members(result.test, prefix: "test_")
    members += EvaluationJSON.members(result.training, prefix: "training_")
    members += result.figures?.members ?? []
    members.append(("seconds", .number(result.history.reduce(0) { $0 + ($1.seconds ?? 0) })))
    members.append(("model", .string(result.modelPath)))
    members += result.integers?.members ?? []
    if let profile = result.profile { members.append(("profile", profile.json)) }
    members.append(("warnings", result.warnings.json))
    try StandardOutput.write(JSONValue.object(members).text + "\n")
    if showsProgress { try result.warnings.write() }
  }
}
