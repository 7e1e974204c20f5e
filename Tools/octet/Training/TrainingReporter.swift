import OctetCommandLine
import OctetQuantization
import OctetTraining

/// Tells the user, or a program, how a training run goes.
protocol TrainingReporter: AnyObject {
  /// Everything is known and nothing has been trained.
  func begin(_ plan: TrainingPlan) throws
  /// One network of the recipe comes next; `resumedAt` epochs of it are done already,
  /// nil if it starts anew.
  func beginCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer, plan: TrainingPlan, resumedAt: Int?)
    throws
  func progress(_ progress: EpochProgress)
  func endEpoch(_ record: EpochRecord, _ trainer: Trainer) throws
  func endCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer) throws
  /// Training with integers comes next, if it does.
  func beginIntegers(_ sentence: String) throws
  func endIntegerEpoch(_ epoch: Finetuning.Epoch) throws
  /// Whether there are bars.
  var showsProgress: Bool { get }
  func end(_ result: TrainingResult, plan: TrainingPlan) throws
  /// The page and pictures are there.
  func wrote(_ target: ReportTarget) throws
}

extension TrainingReporter {
  func wrote(_ target: ReportTarget) throws {}
}

/// What a run came to.
struct TrainingResult {
  let candidate: Recipe.Candidate
  let parameterCount: Int
  let history: [EpochRecord]
  /// Where early stopping went back to; nil when the last epoch's weights were kept.
  let bestEpoch: Int?
  /// On the images it learned from, as they are: without dropout or augmentation.
  let training: Evaluation
  let test: Evaluation
  /// What a model that tells no classes apart gives for the test items; nil for classes.
  let answers: (outputs: [OutputResult], items: TargetedItems)?
  /// Where the time went, if that was asked for.
  let profile: ProfileTable?
  let modelPath: String
  /// Nil for a run that ends with its float model.
  let integers: IntegerPhase.Result?
  let warnings: FigureWarnings
}

extension TrainingResult {
  /// For people.
  var words: OutputWords? { answers.map { OutputWords(outputs: $0.outputs, items: $0.items) } }

  /// For programs.
  var figures: OutputJSON? { answers.map { OutputJSON(outputs: $0.outputs, items: $0.items) } }
}

/// Says nothing.
final class QuietTrainingReporter: TrainingReporter {
  func begin(_ plan: TrainingPlan) {}
  func beginCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer, plan: TrainingPlan, resumedAt: Int?)
  {}
  func progress(_ progress: EpochProgress) {}
  func endEpoch(_ record: EpochRecord, _ trainer: Trainer) {}
  func endCandidate(_ candidate: Recipe.Candidate, _ trainer: Trainer) {}
  func beginIntegers(_ sentence: String) {}
  func endIntegerEpoch(_ epoch: Finetuning.Epoch) {}
  var showsProgress: Bool { false }
  func end(_ result: TrainingResult, plan: TrainingPlan) {}
}

/// The bar of one epoch: it counts images, and shows the running loss, images per second and the time left, where
/// there is room accuracy and batches too.
struct EpochBar {
  private var bar: ProgressBar?
  private var epoch = 0

  mutating func update(_ progress: EpochProgress) {
    if bar == nil || epoch != progress.epoch {
      epoch = progress.epoch
      bar = ProgressBar(
        label: "epoch \(progress.epoch)/\(progress.epochs)", total: progress.images, unit: "images")
    }
    bar?.update(
      done: progress.imagesDone,
      trailing: ["loss \(NumberText.fixed(progress.loss, decimals: 4))"]
        + (progress.accuracy.map { ["accuracy \(NumberText.percent($0, decimals: 2))"] } ?? [])
        + ["batch \(progress.batchesDone)/\(progress.batches)"])
  }

  /// Takes the bar off the screen; the epoch's line comes in its place.
  mutating func clear() {
    bar?.clear()
    bar = nil
  }
}
