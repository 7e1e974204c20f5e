import OctetCommandLine
import OctetHost
import OctetTraining

/// Writes a run's numbers for TensorBoard, beside what another reporter tells.
///
/// After each epoch, with its number as the step: loss and accuracy of training and validation, the learning rate and
/// the images per second. After each batch, with the number of batches so far: the running loss and accuracy of the
/// epoch. A recipe of several candidates has a folder for each.
final class TensorBoardReporter: TrainingReporter {
  private let folder: String
  private let other: any TrainingReporter
  private var file: TensorBoardFile?
  private var failure: (any Error)?
  private var lastFlush = Duration.zero

  init(folder: String, _ other: any TrainingReporter) {
    self.folder = folder
    self.other = other
  }

  func begin(_ plan: TrainingPlan) throws { try other.begin(plan) }

  func beginCandidate(
    _ candidate: Recipe.Candidate, _ trainer: Trainer, plan: TrainingPlan, resumedAt: Int?
  ) throws {
    let hasSeveral = plan.recipe.candidates.count > 1
    let place = hasSeveral ? Folder.join(folder, candidate.name) : folder
    if hasSeveral { try Folder.createForOutput(place) }
    file = try TensorBoardFile(folder: place)
    try other.beginCandidate(candidate, trainer, plan: plan, resumedAt: resumedAt)
  }

  func progress(_ progress: EpochProgress) {
    other.progress(progress)
    var scalars = [("batch/running_loss", progress.loss)]
    if let accuracy = progress.accuracy { scalars.append(("batch/running_accuracy", accuracy)) }
    file?.add(scalars, step: (progress.epoch - 1) * progress.batches + progress.batchesDone)
    // Somebody may be watching.
    let now = monotonicTime()
    guard now - lastFlush > .seconds(1) else { return }
    lastFlush = now
    do { try file?.flush() } catch { failure = failure ?? error }
  }

  func endEpoch(_ record: EpochRecord, _ trainer: Trainer) throws {
    if let failure { throw failure }
    var scalars = [("loss/training", record.loss), ("learning_rate", Double(record.learningRate))]
    if let accuracy = record.accuracy { scalars.append(("accuracy/training", accuracy)) }
    if let loss = record.validationLoss { scalars.append(("loss/validation", loss)) }
    if let accuracy = record.validationAccuracy { scalars.append(("accuracy/validation", accuracy)) }
    if let rate = record.imagesPerSecond { scalars.append(("images_per_second", rate)) }
    file?.add(scalars, step: record.epoch)
    try file?.flush()
    try other.endEpoch(record, trainer)
  }

  func endCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer) throws {
    file = nil
    try other.endCandidate(candidate, trainer)
  }

  var showsProgress: Bool { other.showsProgress }

  func beginIntegers(_ sentence: String) throws {
    file = try TensorBoardFile(folder: folder)
    try other.beginIntegers(sentence)
  }

  func endIntegerEpoch(_ epoch: Finetuning.Epoch) throws {
    var scalars = [("loss/integers", epoch.record.loss)]
    if let accuracy = epoch.record.accuracy { scalars.append(("accuracy/integers", accuracy)) }
    if let accuracy = epoch.accuracy { scalars.append(("accuracy/integer_file", accuracy)) }
    file?.add(scalars, step: epoch.record.epoch)
    try file?.flush()
    try other.endIntegerEpoch(epoch)
  }

  func end(_ result: TrainingResult, plan: TrainingPlan) throws { try other.end(result, plan: plan) }
  func wrote(_ target: ReportTarget) throws { try other.wrote(target) }
}
