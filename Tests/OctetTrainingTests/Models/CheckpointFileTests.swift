import Foundation
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

@Suite struct CheckpointFileTests {
  private func settings(patience: Int? = 5) -> TrainingSettings {
    var settings = TrainingSettings()
    settings.epochs = 4
    settings.batch = .images(5)
    settings.validationSplit = 0.25
    settings.patience = patience
    return settings
  }

  private func trainer(_ settings: TrainingSettings) throws -> Trainer {
    try Trainer(
      NetworkDescription(text: SampleModels.text), settings: settings, images: SampleModels.images(),
      workers: Workers(count: 1), clock: { 0 })
  }

  private func identity(_ settings: TrainingSettings) throws -> RunIdentity {
    RunIdentity(
      network: try NetworkDescription(text: SampleModels.text), settings: settings,
      data: SampleModels.images().fingerprint)
  }

  @Test(
    arguments: [
      Optimizer.sgd(momentum: 0), .sgd(momentum: 0.5), .rmsprop(decay: 0.9),
      Optimizer.adam(firstDecay: 0.9, secondDecay: 0.999),
    ], [nil, 5])
  func `a run that resumes ends with the same bits`(optimizer: Optimizer, patience: Int?) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("c.safetensors")
    var settings = settings(patience: patience)
    settings.optimizer = optimizer
    let run = try identity(settings)
    let whole = try trainer(settings)
    while !whole.isFinished { _ = try whole.runEpoch() }

    let first = try trainer(settings)
    for _ in 0..<2 { _ = try first.runEpoch() }
    try CheckpointFile.save(Checkpoint(run: run, snapshot: first.snapshot()), path: path)
    let second = try trainer(settings)
    let loaded = try CheckpointFile.load(path: path, for: run)
    #expect(loaded == first.snapshot())
    try second.restore(loaded)
    while !second.isFinished { _ = try second.runEpoch() }
    #expect(second.snapshot() == whole.snapshot())
    #expect(second.history.count == 4)
  }

  @Test func `every number of the history survives`() throws {
    var random = RandomStream(seed: 9, purpose: .testing)
    func anyDouble() -> Double {
      let value = Double(bitPattern: random.next())
      return value.isNaN ? 0.1 : value
    }
    func anyFloat() -> Float {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      return value.isNaN ? 0.1 : value
    }
    let base = try SampleModels.record(1)
    var history = (1...5_000).map { epoch in
      var record = base
      record.epoch = epoch
      record.learningRate = anyFloat()
      record.loss = anyDouble()
      record.accuracy = anyDouble()
      record.validationLoss = epoch % 2 == 0 ? anyDouble() : nil
      record.validationAccuracy = epoch % 3 == 0 ? anyDouble() : nil
      record.seconds = Double(epoch) / 3
      record.imagesPerSecond = 1e300 / Double(epoch)
      return record
    }
    for (index, value) in [
      0, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1, 1 / 3, 1e16,
      123_456_789,
    ].enumerated() {
      history[index].loss = value
      history[index].learningRate = Float(value)
    }
    let loaded = try roundTrip { $0.snapshot.history = history }
    #expect(loaded.snapshot.history == history)
    #expect(loaded.snapshot.history.map(\.loss.bitPattern) == history.map(\.loss.bitPattern))
    #expect(
      loaded.snapshot.history.map(\.learningRate.bitPattern) == history.map(\.learningRate.bitPattern))
    let notANumber = try roundTrip { $0.snapshot.history[0].validationLoss = .nan }
    #expect(notANumber.snapshot.history[0].validationLoss?.isNaN == true)
  }

  private func sample() throws -> Checkpoint {
    let trainer = try trainer(settings())
    _ = try trainer.runEpoch()
    return Checkpoint(run: try identity(settings()), snapshot: trainer.snapshot())
  }

  private func roundTrip(_ change: (inout Checkpoint) -> Void) throws -> Checkpoint {
    var checkpoint = try sample()
    change(&checkpoint)
    return try CheckpointFile.decode(CheckpointFile.encode(checkpoint, path: "c"), path: "c")
  }

  @Test func `everything comes back`() throws {
    let checkpoint = try sample()
    #expect(checkpoint.snapshot.bestEpoch == 1)
    #expect(try roundTrip { _ in } == checkpoint)
    let finished = try roundTrip { $0.snapshot.isFinished = true }
    #expect(finished.snapshot.isFinished)
    let bytes = try CheckpointFile.encode(checkpoint, path: "c")
    #expect(try CheckpointFile.encode(roundTrip { _ in }, path: "c") == bytes)
  }

  @Test func `another run's checkpoint is refused with the difference`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("c")
    try CheckpointFile.save(try sample(), path: path)
    var other = settings()
    other.learningRate = 0.01
    let error = #expect(throws: ModelFileError.self) {
      try CheckpointFile.load(path: path, for: identity(other))
    }
    #expect(
      error == .otherRun(path: path, RunDifference(what: "learning-rate", saved: "0.001", wanted: "0.01")))
    #expect(error?.isMissing == false)
    #expect(error?.description.contains(#"learning-rate is "0.001" there and "0.01" here"#) == true)
    let missing = #expect(throws: ModelFileError.self) {
      try CheckpointFile.load(path: folder.path("none"), for: identity(other))
    }
    #expect(missing?.isMissing == true)
  }

  @Test func `damage is reported`() throws {
    func refuse(_ words: String, _ change: (inout [String: String], inout [NamedValues]) -> Void) throws {
      let file = try SafetensorsFile(CheckpointFile.encode(sample(), path: ""))
      var metadata = file.metadata
      var tensors = try file.entries.map {
        NamedValues(name: $0.name, shape: $0.shape, values: try file.values(of: $0))
      }
      change(&metadata, &tensors)
      let writer = try SafetensorsWriter(metadata: metadata.map { ($0.key, $0.value) }, tensors: tensors)
      let error = #expect(throws: ModelFileError.self) { try CheckpointFile.decode(writer.bytes, path: "c") }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("c: ") && text.contains(words) && !text.contains("\n"), "\(text)")
    }
    try refuse("is not a checkpoint that this version reads") { texts, _ in
      texts["format"] = FloatModelFile.format
    }
    for name in ["network", "settings", "data", "steps", "finished", "history"] {
      try refuse("its metadata has no \"\(name)\"") { texts, _ in texts[name] = nil }
    }
    for steps in ["-1", "", "x", "1.5", "9223372036854775807", "9007199254740993"] {
      try refuse("\"steps\" is \"\(steps)\"") { texts, _ in texts["steps"] = steps }
    }
    try refuse("\"best_epoch\" is \"2\"") { texts, _ in texts["best_epoch"] = "2" }
    try refuse("\"best_epoch\" is \"0\"") { texts, _ in texts["best_epoch"] = "0" }
    try refuse("belongs to no layer") { texts, _ in texts["best_epoch"] = nil }
    try refuse("\"finished\" is \"yes\"") { texts, _ in texts["finished"] = "yes" }
    try refuse("its settings have \"warp\"") { texts, _ in texts["settings"] = #"{"warp":"9"}"# }
    try refuse("its settings: epochs \"0\"") { texts, _ in texts["settings"] = #"{"epochs":"0"}"# }
    try refuse(#"tensor "conv-1.weight#mean" of shape [18] is missing"#) { _, tensors in
      tensors.removeAll { $0.name == "conv-1.weight#mean" }
    }
    try refuse(#"tensor "best/dense-1.bias" of shape [3] is missing"#) { _, tensors in
      tensors.removeAll { $0.name == "best/dense-1.bias" }
    }
    try refuse("must be finite") { _, tensors in tensors[3].values[0] = .nan }
  }
}
