import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Small images whose class can be learned: class `c` has its bright pixels in column `c`.
private func stripes(_ count: Int, classes: Int = 3, seed: UInt64 = 1) -> LabeledItems {
  var random = RandomStream.test(seed, 21)
  var pixels: [UInt8] = []
  var labels: [UInt8] = []
  for index in 0..<count {
    let label = index % classes
    for _ in 0..<6 {
      for column in 0..<6 {
        pixels.append(UInt8(random.integer(column == 2 * label ? 90...255 : 0...140)))
      }
    }
    labels.append(UInt8(label))
  }
  return LabeledItems(
    shape: ImageShape(height: 6, width: 6, channels: 1), pixels: pixels, labels: labels,
    classNames: (0..<classes).map(String.init))
}

@Suite struct TrainerTests {
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

  private func trainer(
    _ text: String = convolutional, _ change: (inout TrainingSettings) -> Void = { _ in }, images: Int = 150,
    threads: Int = 2
  ) throws -> Trainer {
    var settings = TrainingSettings()
    settings.epochs = 6
    settings.batch = .images(16)
    settings.validationSplit = 0.2
    change(&settings)
    var seconds = 0.0
    return try Trainer(
      NetworkDescription(text: text), settings: settings, images: stripes(images),
      workers: Workers(count: threads),
      clock: {
        seconds += 1
        return seconds
      })
  }

  private func run(_ trainer: Trainer) throws -> [[Float]] {
    while !trainer.isFinished { _ = try trainer.runEpoch() }
    trainer.finish()
    return trainer.network.parameters.map(\.array)
  }

  @Test func `learns and reports`() throws {
    let trainer = try trainer()
    var last: EpochProgress?
    let first = try trainer.runEpoch { last = $0 }
    #expect(last?.imagesDone == 120 && last?.batches == 8 && last?.batchesDone == 8)
    #expect(trainer.trainingCount == 120 && trainer.validationCount == 30)
    while !trainer.isFinished { _ = try trainer.runEpoch() }
    let final = try #require(trainer.history.last)
    #expect(final.loss < first.loss / 2)
    #expect(try #require(trainer.evaluate(stripes(300, seed: 9)).accuracy) > 0.85)
    #expect(first.seconds == 1 && first.imagesPerSecond == 120)
  }

  @Test func `the same seed gives the same weights with any number of threads`() throws {
    func augmented(_ settings: inout TrainingSettings) {
      settings.augmentation =
        Augmentation("shift=1,rotate=10,scale=0.1,shear=0.1,elastic=1") ?? Augmentation()
    }
    let one = try run(trainer(Self.convolutional, augmented, threads: 1))
    let two = try run(trainer(Self.convolutional, augmented, threads: 2))
    let five = try run(trainer(Self.convolutional, augmented, threads: 5))
    #expect(one == two && one == five)
    let other = try run(
      trainer(Self.convolutional) {
        augmented(&$0)
        $0.seed = 2
      })
    #expect(other != one)
  }

  @Test(arguments: ["sgd", "rmsprop", "adam"])
  func `resumes bit for bit after any epoch`(optimizer: String) throws {
    func change(_ settings: inout TrainingSettings) {
      try? TrainingSetting.optimizer.apply(optimizer, to: &settings)
      if optimizer == "sgd" { settings.optimizer = .sgd(momentum: 0.8) }
      settings.patience = 4
      settings.schedule = .cosine
    }
    let whole = try trainer(Self.convolutional, change)
    let expected = try run(whole)
    for stop in 1..<whole.epochsDone {
      let first = try trainer(Self.convolutional, change)
      for _ in 0..<stop { _ = try first.runEpoch() }
      let second = try trainer(Self.convolutional, change)
      try second.restore(first.snapshot())
      #expect(try run(second) == expected)
      #expect(second.history.map(\.loss) == whole.history.map(\.loss))
      #expect(second.bestEpoch == whole.bestEpoch)
    }
  }

  @Test func `a snapshot of another network is refused and changes nothing`() throws {
    let small = try trainer("input 36\ndense 4 relu\ndense 3 softmax")
    let large = try trainer("input 36\ndense 5 relu\ndense 3 softmax")
    let before = large.network.parameters.map(\.array)
    #expect(throws: TrainingError.self) { try large.restore(small.snapshot()) }
    #expect(throws: TrainingError.self) { try large.restore(self.trainer().snapshot()) }
    #expect(large.network.parameters.map(\.array) == before)
  }

  @Test func `early stopping restores the best`() throws {
    // A rate this large makes the loss jump about, so the best epoch is not the last.
    let trainer = try trainer("input 36\ndense 12 relu\ndense 3 softmax") {
      $0.patience = 3
      $0.epochs = 200
      $0.learningRate = 0.3
    }
    var parametersByEpoch: [[[Float]]] = []
    while !trainer.isFinished {
      _ = try trainer.runEpoch()
      parametersByEpoch.append(trainer.network.parameters.map(\.array))
    }
    let best = try #require(trainer.bestEpoch)
    #expect(trainer.epochsDone < 200 && trainer.epochsDone == best + 3)
    let losses = trainer.history.compactMap(\.validationLoss)
    #expect(losses.min() == losses[best - 1])
    trainer.finish()
    #expect(trainer.network.parameters.map(\.array) == parametersByEpoch[best - 1])
  }

  @Test func `a loss that is not a number stops the run`() throws {
    let trainer = try trainer("input 36\ndense 12\ndense 12\ndense 3 linear") {
      $0.optimizer = .sgd(momentum: 0)
      $0.learningRate = 100
      $0.loss = .hinge
      $0.epochs = 500
    }
    var thrown: TrainingError?
    do throws(TrainingError) {
      while !trainer.isFinished { _ = try trainer.runEpoch() }
    } catch { thrown = error }
    guard case .lossNotFinite(let epoch, let batch, _)? = thrown else {
      Issue.record("the loss stayed finite: \(trainer.history.last?.loss ?? 0)")
      return
    }
    #expect(epoch == trainer.epochsDone + 1 && batch >= 1)
    #expect(thrown?.description.contains("epoch \(epoch), batch \(batch)") == true)
  }

  /// A batch larger than a pass has room for gives the gradients of one pass: compared through the weights.
  @Test func `a full batch equals one large batch`() throws {
    let text = "input 36\ndense 12 tanh\ndense 3 softmax"
    let full = try run(trainer(text, { $0.batch = .full }, images: 2000))
    let counted = try run(trainer(text, { $0.batch = .images(1600) }, images: 2000))
    #expect(full == counted)
    // Passes hold 512 images; 1,600 take four of them. The same steps by hand, in double precision:
    var settings = TrainingSettings()
    settings.batch = .full
    settings.epochs = 1
    settings.optimizer = .sgd(momentum: 0)
    settings.learningRate = 0.5
    let images = stripes(1600)
    let description = try NetworkDescription(text: "input 36\ndense 3 softmax")
    let trainer = try Trainer(
      description, settings: settings, images: images, workers: Workers(count: 2), clock: { 0 })
    let start = DoubleReference(trainer.network)
    _ = try trainer.runEpoch()
    let inputs = (0..<1600).map { index in
      images.pixels[index * 36..<(index + 1) * 36].map { Double($0) / 255 }
    }
    let outputs = try start.forward(inputs).last ?? []
    let weight = try #require(trainer.network.parameters.first)
    for input in 0..<36 {
      for unit in 0..<3 {
        let gradient = inputs.indices.reduce(0.0) {
          $0 + inputs[$1][input] * (outputs[$1][unit] - (Int(images.labels[$1]) == unit ? 1 : 0)) / 1600
        }
        let expected = (start.parameters["dense-1.weight"]?[input * 3 + unit] ?? 0) - 0.5 * gradient
        #expect(abs(Double(weight.array[input * 3 + unit]) - expected) < 1e-5)
      }
    }
  }

  @Test func `batches of one work`() throws {
    let trainer = try trainer("input 36\ndense 8 relu\ndense 3 softmax") {
      $0.batch = .images(1)
      $0.epochs = 3
      $0.learningRate = 0.005
    }
    _ = try run(trainer)
    #expect(try #require(trainer.evaluate(stripes(300, seed: 9)).accuracy) > 0.9)
  }

  @Test func `faults are found before training`() throws {
    func fault(_ text: String, images: Int = 10, _ change: (inout TrainingSettings) -> Void = { _ in })
      -> String
    {
      do {
        _ = try trainer(text, change, images: images)
        return "none"
      } catch {
        return "\(error)"
      }
    }
    #expect(fault("input 35\ndense 3 softmax").contains("input is 35"))
    #expect(fault("input 36\ndense 4 softmax").contains("4 outputs"))
    #expect(fault("input 36\ndense 1 sigmoid").contains("the data has 3"))
    #expect(fault("input 36\ndense 3 softmax", images: 1).contains("leaves none"))
    #expect(fault("input 36\ndense 3 softmax", images: 0).contains("no images"))
    #expect(fault("input 36\ndense 3 softmax") { $0.loss = .hinge } == "none")
  }
}
