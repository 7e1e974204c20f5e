import OctetNetwork
import OctetText

/// Checkpoints as safetensors files. Every number comes back as the same bits.
package enum CheckpointFile {
  package static let format = "octet-checkpoint-1"

  /// No run takes so many steps, and one more can still be counted.
  private static let mostSteps = 1 << 53

  /// Writes all of it or leaves the checkpoint that was there.
  package static func save(_ checkpoint: Checkpoint, path: String) throws(ModelFileError) {
    try ModelContainer.save(try writer(checkpoint, path: path), path: path)
  }

  package static func load(path: String) throws(ModelFileError) -> Checkpoint {
    try read(try ModelContainer(path: path))
  }

  /// Loads what `run` may continue; throws `otherRun`, with the difference, if the checkpoint is not its own.
  package static func load(path: String, for run: RunIdentity) throws(ModelFileError) -> TrainingSnapshot {
    let checkpoint = try load(path: path)
    if let difference = checkpoint.run.difference(from: run) { throw .otherRun(path: path, difference) }
    return checkpoint.snapshot
  }

  /// The bytes that `save` writes; `path` is for errors.
  package static func encode(_ checkpoint: Checkpoint, path: String) throws(ModelFileError) -> [UInt8] {
    try writer(checkpoint, path: path).bytes
  }

  /// Reads bytes from anywhere; `path` is for errors.
  package static func decode(_ bytes: [UInt8], path: String) throws(ModelFileError) -> Checkpoint {
    try read(try ModelContainer(bytes, path: path))
  }

  private static func writer(_ checkpoint: Checkpoint, path: String) throws(ModelFileError)
    -> SafetensorsWriter
  {
    let snapshot = checkpoint.snapshot
    var metadata = [
      ("format", format),
      ("network", checkpoint.run.network.text),
      ("settings", SettingText.json(SettingText.list(checkpoint.run.settings))),
      ("data", checkpoint.run.data),
      ("steps", "\(snapshot.steps)"),
    ]
    if checkpoint.run.trainsIntegers { metadata.append(("arithmetic", "integers")) }
    if let bestEpoch = snapshot.bestEpoch { metadata.append(("best_epoch", "\(bestEpoch)")) }
    metadata.append(("finished", "\(snapshot.isFinished)"))
    metadata.append(("history", JSONNumbers.text(snapshot.history)))
    return try ModelContainer.writer(path: path, metadata: metadata, tensors: snapshot.tensors)
  }

  private static func read(_ container: ModelContainer) throws(ModelFileError) -> Checkpoint {
    try container.requireFormat(format, what: "checkpoint")
    let run = RunIdentity(
      network: try container.network(), settings: try settings(container),
      data: try container.requiredText("data"),
      trainsIntegers: try trainsIntegers(container))
    let history = try container.history()
    let steps = try container.integer("steps", in: 0...mostSteps)
    let bestEpoch =
      container.text("best_epoch") == nil
      ? nil : try container.integer("best_epoch", in: 1...max(history.count, 1))
    let finished = try container.requiredText("finished")
    guard let isFinished = Bool(finished) else {
      throw container.failure("its \"finished\" is \(finished.quoted), not true or false")
    }
    var checkpoint = Checkpoint(
      run: run,
      snapshot: TrainingSnapshot(
        tensors: [], history: history, steps: steps, bestEpoch: bestEpoch, isFinished: isFinished))
    let shapes: [TensorShape]
    do throws(NetworkError) {
      shapes = try checkpoint.tensorShapes()
    } catch {
      throw container.failure("its network: \(error)")
    }
    checkpoint.snapshot.tensors = try container.tensors(shapes)
    return checkpoint
  }

  private static func trainsIntegers(_ container: ModelContainer) throws(ModelFileError) -> Bool {
    guard let arithmetic = container.text("arithmetic") else { return false }
    guard arithmetic == "integers" else {
      throw container.failure("its \"arithmetic\" is \(arithmetic.quoted), not integers")
    }
    return true
  }

  private static func settings(_ container: ModelContainer) throws(ModelFileError) -> TrainingSettings {
    let members = try container.json("settings", [String: String].self)
    var settings = TrainingSettings()
    for text in SettingText.list(members) {
      guard let setting = TrainingSetting(rawValue: text.name) else {
        throw container.failure("its settings have \(text.name.quoted), which this version does not know")
      }
      do throws(SettingError) {
        try setting.apply(text.value, to: &settings)
      } catch {
        throw container.failure("its settings: \(error.description.shown(atMost: 300))")
      }
    }
    return settings
  }
}

/// A training run between two epochs: what a checkpoint file holds.
package struct Checkpoint: Equatable, Sendable {
  package var run: RunIdentity
  package var snapshot: TrainingSnapshot

  package init(run: RunIdentity, snapshot: TrainingSnapshot) {
    self.run = run
    self.snapshot = snapshot
  }

  /// What is learned or kept: the network's own, and where it trains integers, the steps of each layer's weights.
  private func namedParameters() throws(NetworkError) -> [(tensor: TensorShape, isTrained: Bool)] {
    let own = try run.network.namedParameters()
    guard run.trainsIntegers else { return own }
    return own.flatMap { parameter in
      guard parameter.tensor.name.hasSuffix(".bias") else { return [parameter] }
      let step = TensorShape(
        name: "\(parameter.tensor.name.dropLast("bias".count))step", shape: parameter.tensor.shape)
      return [parameter, (step, true)]
    }
  }

  /// Every tensor that a snapshot of this run has, in the order in which `Trainer.snapshot` lists them.
  func tensorShapes() throws(NetworkError) -> [TensorShape] {
    let parameters = try namedParameters()
    var shapes = parameters.map(\.tensor)
    let frozenLayers = try run.settings.frozen.layers(of: run.network)
    let frozen = Set(
      zip(run.network.layers, try run.network.parameters()).flatMap { layer, own in
        frozenLayers.contains(layer.name) ? own.map { "\(layer.name).\($0.name)" } : []
      })
    let moved = parameters.filter { tensor, isTrained in isTrained && !frozen.contains(tensor.name) }
    func slots(_ tensor: TensorShape, _ names: [String]) -> [TensorShape] {
      names.map { TensorShape(name: "\(tensor.name)#\($0)", shape: [tensor.shape.reduce(1, *)]) }
    }
    for (tensor, _) in moved { shapes += slots(tensor, run.settings.optimizer.slotNames) }
    if run.settings.average != nil {
      for (tensor, _) in moved { shapes += slots(tensor, [WeightAverage.slotName]) }
    }
    if snapshot.bestEpoch != nil {
      shapes += parameters.map { TensorShape(name: "best/\($0.tensor.name)", shape: $0.tensor.shape) }
    }
    return shapes
  }
}
