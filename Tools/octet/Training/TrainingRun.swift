import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetQuantization
import OctetInterchange
import OctetNetwork
import OctetReports
import OctetTraining

/// Carries out a training plan: every candidate to its end, with a checkpoint after each epoch, then the model.
struct TrainingRun {
  let plan: TrainingPlan
  let reporter: any TrainingReporter

  func run() throws {
    // Hours of training should not end at a folder that cannot be written.
    try AtomicFile.requireWritable(path: plan.modelPath)
    if let integers = plan.integers { try AtomicFile.requireWritable(path: integers.outputPath) }
    try reporter.begin(plan)
    var fingerprint = plan.data.training.fingerprint
    if let start = plan.start { fingerprint += ", from \(start.model.fingerprint)" }
    if let teacher = plan.teacher { fingerprint += ", taught by \(teacher.model.fingerprint)" }
    var chosen: (candidate: Recipe.Candidate, trainer: Trainer, loss: Double)?
    for candidate in plan.recipe.candidates {
      let trainer = try train(candidate, fingerprint: fingerprint)
      let loss = trainer.watchedLoss
      if chosen.map({ loss < $0.loss }) ?? true { chosen = (candidate, trainer, loss) }
    }
    guard let chosen else { preconditionFailure("every recipe has a network") }
    try finish(chosen.candidate, chosen.trainer)
  }

  private func train(_ candidate: Recipe.Candidate, fingerprint: String) throws -> Trainer {
    let trainer = try Trainer(
      candidate.network, settings: plan.settings, images: plan.data.training,
      start: plan.start?.weights ?? [], teacher: plan.teacher?.model,
      workers: Workers(count: plan.threads),
      clock: {
        let (seconds, attoseconds) = monotonicTime().components
        return Double(seconds) + Double(attoseconds) * 1e-18
      })
    if plan.measuresLayers { trainer.startProfile() }
    let path = plan.checkpointPath(candidate)
    var settings = plan.settings
    settings.loss = trainer.head.loss
    let run = RunIdentity(network: candidate.network, settings: settings, data: fingerprint)
    var isResumed = false
    if plan.resumes { isResumed = try resume(trainer, run, path: path) }
    // From here on there is always a checkpoint to go on from, even if the first epoch never ends.
    if !isResumed { try CheckpointFile.save(Checkpoint(run: run, snapshot: trainer.snapshot()), path: path) }
    try reporter.beginCandidate(
      candidate, trainer, plan: plan, resumedAt: isResumed ? trainer.epochsDone : nil)
    while !trainer.isFinished {
      let record = try trainer.runEpoch(progress: reporter.progress)
      try CheckpointFile.save(Checkpoint(run: run, snapshot: trainer.snapshot()), path: path)
      try reporter.endEpoch(record, trainer)
    }
    trainer.finish()
    try reporter.endCandidate(candidate, trainer)
    return trainer
  }

  /// Goes on from the checkpoint at `path`; false if there is none, as when the run had not come so far.
  private func resume(_ trainer: Trainer, _ run: RunIdentity, path: String) throws -> Bool {
    let snapshot: TrainingSnapshot
    do throws(ModelFileError) {
      snapshot = try CheckpointFile.load(path: path, for: run)
    } catch {
      if error.isMissing { return false }
      throw error
    }
    try trainer.restore(snapshot)
    return true
  }

  private func finish(_ candidate: Recipe.Candidate, _ trainer: Trainer) throws {
    let training = trainer.evaluateTraining()
    let test = try trainer.evaluate(plan.data.test)
    let metrics = JSONValue.object(
      EvaluationJSON.members(test, prefix: "test_") + EvaluationJSON.members(training, prefix: "training_"))
    var model = FloatModel(
      network: trainer.network,
      classNames: trainer.meaning.isOfClasses ? plan.data.training.classNames : [],
      pictureForm: plan.data.training.values.areBytes ? plan.pictureForm : nil,
      recipeName: plan.recipe.name,
      settings: plan.settings, history: trainer.history, metrics: metrics, octetVersion: Main.version)
    switch trainer.meaning {
    case .classes: break
    case .labels:
      (model.outputs[0].meaning, model.outputs[0].names) = (.labels, plan.data.training.targets.names)
    case .numbers: (model.outputs[0].meaning, model.outputs[0].names) = (.numbers, [])
    }
    try FloatModelFile.save(model, path: plan.modelPath)
    let integers = try plan.integers?.run(model, plan, reporter: reporter)
    var warnings = FigureWarnings()
    if let confusion = test.confusion { warnings.add("test", confusion, .training) }
    var answers: (outputs: [OutputResult], items: TargetedItems)?
    if test.confusion == nil {
      let (tested, found) = try self.answers(model, trainer)
      answers = (found, tested)
      warnings.add(anomalies: tested, found)
    }
    try reporter.end(
      TrainingResult(
        candidate: candidate, parameterCount: model.parameters.reduce(0) { $0 + $1.values.count },
        history: trainer.history, bestEpoch: trainer.bestEpoch, training: training, test: test,
        answers: answers,
        profile: trainer.network.profile.map { ProfileTable(network: candidate.network, profile: $0) },
        modelPath: plan.modelPath, integers: integers, warnings: warnings),
      plan: plan)
    // Behind what is printed: a full disk loses no result.
    guard let target = plan.target else { return }
    try target.write(page(model, trainer))
    try reporter.wrote(target)
  }

  /// What the finished network gives for the test items.
  private func answers(
    _ model: FloatModel, _ trainer: Trainer
  ) throws -> (items: TargetedItems, outputs: [OutputResult]) {
    let tested = try TargetedItems(
      plan.data.test, outputs: model.outputDescriptions(), input: GivenInput(model), origin: plan.data.origin)
    let found = try ModelAnswers(
      items: tested, workers: Workers(count: plan.threads), showsProgress: false
    ).run(trainer.network, of: model, path: plan.modelPath)
    return (tested, found.outputs)
  }

  private func page(_ model: FloatModel, _ trainer: Trainer) throws -> Page {
    let workers = Workers(count: plan.threads)
    let test = plan.data.test
    let (tested, found) = try answers(model, trainer)
    return Page(
      title: "Training of \(plan.recipe.name)", about: "Data: \(plan.data.origin).",
      [
        DataSection(parts: [("Training images", plan.data.training), ("Test images", test)]).section,
        TrainingSection(
          history: trainer.history, settings: model.settings.map { ($0.name, $0.value) },
          keepsBest: trainer.bestEpoch != nil
        ).section,
      ] + OutputSections(items: tested, outputs: found).evaluations + [
        try FloatNetworkReport(network: trainer.network, workers: workers).section(
          ChosenImage(items: tested, index: 0, outputs: found))
      ])
  }
}
