import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// What can be set beside network and optimizer, in whole runs.
@Suite struct TrainingOptionTests {
  static let convolutional = """
    input 6x6x1
    conv 8 3x3 no-bias
    batchnorm momentum 0.8 relu
    dropout 0.2
    maxpool 2x2
    flatten
    dense 16 relu
    dense 3 softmax
    """

  /// Settings that belong together, as a network file writes them.
  static let sets: [[String]] = [
    [
      "optimizer adamw", "weight-decay 0.05", "label-smoothing 0.1", "average 0.9", "schedule one-cycle",
      "clip-norm 0.5",
    ],
    [
      "optimizer nesterov", "learning-rate 0.02", "schedule step:2:0.5", "warm-up 1.5",
      "class-weights 1,2,0.5",
      "loss mean-square",
    ],
    [
      "optimizer rmsprop", "freeze ..conv-1", "class-weights balanced", "average 0.8", "early-stopping 3",
      "watch accuracy",
    ],
    [
      "augment flip=0.5,crop=1,brightness=0.2,contrast=0.2,cutout=2,mixup=0.4", "early-stopping 2",
      "watch f1",
    ],
    ["target input", "loss huber", "huber-delta 0.5"],
  ]

  /// - Parameter lines: beside six epochs of batches of 16, a fifth of the images for validation.
  private func trainer(_ lines: [String], threads: Int = 2, teacher: FloatModel? = nil) throws -> Trainer {
    let isAutoencoder = lines.contains("target input")
    let network = isAutoencoder ? "input 36\ndense 8 relu\ndense 36 sigmoid" : Self.convolutional
    let text = ([network, "epochs 6", "batch 16", "validation-split 0.2"] + lines).joined(separator: "\n")
    let recipe = try Recipe(text: text, name: "options")
    return try Trainer(
      recipe.candidates[0].network, settings: recipe.settings, images: SampleModels.images(count: 150),
      teacher: teacher, workers: Workers(count: threads), clock: { 0 })
  }

  private func weights(_ trainer: Trainer) throws -> [[Float]] {
    while !trainer.isFinished { _ = try trainer.runEpoch() }
    trainer.finish()
    return trainer.network.parameters.map(\.array)
  }

  @Test(arguments: sets)
  func `the same seed gives the same weights with any number of threads`(lines: [String]) throws {
    let one = try weights(trainer(lines, threads: 1))
    let three = try weights(trainer(lines, threads: 3))
    #expect(one == three)
    #expect(try weights(trainer(lines + ["seed 2"])) != one)
  }

  @Test(arguments: sets)
  func `resumes bit for bit from a file`(lines: [String]) throws {
    let whole = try trainer(lines)
    let expected = try weights(whole)
    for stop in [1, 3] where stop < whole.epochsDone {
      let first = try trainer(lines)
      for _ in 0..<stop { _ = try first.runEpoch() }
      var settings = first.settings
      settings.loss = first.head.loss
      let run = RunIdentity(network: first.network.description, settings: settings, data: "some")
      let bytes = try CheckpointFile.encode(Checkpoint(run: run, snapshot: first.snapshot()), path: "memory")
      let read = try CheckpointFile.decode(bytes, path: "memory")
      #expect(read.run.difference(from: run) == nil)
      let second = try trainer(lines)
      try second.restore(read.snapshot)
      #expect(try weights(second) == expected)
      #expect(second.history == whole.history && second.bestEpoch == whole.bestEpoch)
    }
  }

  @Test(arguments: sets)
  func `settings are written and read again`(lines: [String]) throws {
    let settings = try Recipe(text: "input 4\ndense 2 softmax\n" + lines.joined(separator: "\n"), name: "r")
      .settings
    var again = TrainingSettings()
    for (setting, value) in settings.named { try setting.apply(value, to: &again) }
    var expected = settings
    // Written out even where it is the optimizer's usual one.
    expected.learningRate = settings.startingRate
    #expect(again == expected && settings != TrainingSettings())
  }

  @Test func `frozen layers keep their bits`() throws {
    let trainer = try trainer(["freeze ..batchnorm-1,dense-1", "weight-decay 0.1"])
    let before = trainer.network.parameters.map { ($0.name, $0.array) }
    _ = try weights(trainer)
    for ((name, values), parameter) in zip(before, trainer.network.parameters) {
      let isFrozen = ["conv-1", "batchnorm-1", "dense-1"].contains { name.hasPrefix("\($0).") }
      #expect((parameter.array == values) == isFrozen, "\(name)")
    }
  }

  @Test func `early stopping keeps the best by its metric`() throws {
    let trainer = try trainer(["learning-rate 0.05", "early-stopping 3", "watch recall"])
    var weights: [[[Float]]] = []
    while !trainer.isFinished {
      _ = try trainer.runEpoch()
      weights.append(trainer.network.parameters.map(\.array))
    }
    trainer.finish()
    let best = try #require(trainer.bestEpoch)
    let watched = trainer.history.compactMap(\.watched)
    #expect(watched.count == trainer.epochsDone && watched.max() == watched[best - 1])
    #expect(watched.firstIndex(of: watched[best - 1]) == best - 1)
    #expect(trainer.network.parameters.map(\.array) == weights[best - 1])
  }

  @Test(arguments: [
    (["freeze conv-9"], "is not there; there are: conv-1"),
    (["freeze ..dense-2"], "leaves no layer"),
    (["class-weights 1,2"], "are not 3"),
    (["label-smoothing 0.1", "loss hinge"], "cross-entropy"),
    (["target input", "loss hinge"], "is for classes"),
    (["augment saturation=0.5"], "red, green and blue"),
    (["early-stopping 2", "watch f1", "validation-split 0"], "validation-split"),
    (["early-stopping 2", "watch accuracy", "target input"], "no classes"),
  ])
  func `faults are found before training`(lines: [String], expected: String) {
    do {
      var lines = lines
      let hasNoValidation = lines.contains("validation-split 0")
      lines.removeAll { $0 == "validation-split 0" }
      let isAutoencoder = lines.contains("target input")
      let network = isAutoencoder ? "input 36\ndense 36 sigmoid" : Self.convolutional
      let recipe = try Recipe(
        text: ([network, hasNoValidation ? "" : "validation-split 0.2"] + lines).joined(separator: "\n"),
        name: "r")
      _ = try Trainer(
        recipe.candidates[0].network, settings: recipe.settings, images: SampleModels.images(count: 60),
        workers: Workers(count: 1), clock: { 0 })
      Issue.record("no error")
    } catch {
      #expect("\(error)".contains(expected), "\(error)")
    }
  }

  @Test func `numbers and labels are learned`() throws {
    var random = RandomStream.test(5)
    let rows = (0..<200).map { _ in random.floats(4) }
    let items = LabeledItems(
      shape: ImageShape(flat: 4), values: .floats(rows.flatMap { $0 }),
      targets: .numbers(rows.flatMap { [$0[0] - 2 * $0[1], 0.5 + $0[2]] }, shape: [2]))
    let recipe = try Recipe(
      text: "input 4\ndense 2\nloss mean-square\nepochs 60\nlearning-rate 0.02", name: "numbers")
    let trainer = try Trainer(
      recipe.candidates[0].network, settings: recipe.settings, images: items, workers: Workers(count: 2),
      clock: { 0 })
    _ = try weights(trainer)
    let weight = trainer.network.parameters[0].array
    for (found, expected) in zip(weight, [1, 0, -2, 0, 0, 1, 0, 0] as [Float]) {
      #expect(abs(found - expected) < 0.02)
    }
    #expect(trainer.history.allSatisfy { $0.accuracy == nil })
    #expect(try trainer.evaluate(items).loss < 1e-3)

    let flags = rows.flatMap { [$0[0] > 0 ? 1 : 0, $0[1] > $0[2] ? 1 : 0] as [UInt8] }
    let labeled = items.with(.labels(flags, names: ["a", "b"]))
    let labels = try Recipe(text: "input 4\ndense 2 sigmoid\nepochs 60\nlearning-rate 0.05", name: "labels")
    let other = try Trainer(
      labels.candidates[0].network, settings: labels.settings, images: labeled, workers: Workers(count: 2),
      clock: { 0 })
    #expect(other.head.loss == .binaryCrossentropy)
    _ = try weights(other)
    #expect(try other.evaluate(labeled).loss < 0.2)
  }
}
