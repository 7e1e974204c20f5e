import Octet
import OctetData
import OctetHost
import OctetHostKernels
import OctetNetwork
import OctetQuantization
import OctetTraining
import Testing

/// Training that computes with the integers of the file: what it reports is what the runtime gives, answer by answer.
@Suite struct IntegerTrainingTests {
  static let networks = [
    """
    input 12x12x1
    conv 6 3x3 relu bits 8
    maxpool 2x2
    conv 8 3x3 relu bits 4
    flatten
    dense 10 softmax bits ternary
    """,
    """
    input 12x12x1
    conv 5 3x3 stride 2 padding same tanh bits ternary
    depthwise 3x3 padding same relu bits 4
    conv 8 1x1 relu
    globalaveragepool
    dense 10 softmax
    """,
    """
    input 12x12x1
    stem = conv 4 3x3 padding same relu
    conv 4 3x3 padding same
    add stem relu
    averagepool 3x3 stride 2 padding same
    sigmoid
    flatten
    dense 10 softmax bits 4
    """,
    "input 144\ndense 20 relu\ndense 1 sigmoid",
    fineSteps,
  ]

  /// With so few weights, and so coarse ones, outputs have steps near those of the sums: shifts below 33.
  private static let fineSteps =
    "input 12x12x1\nconv 8 3x3 relu bits 8\ndepthwise 3x3 bits ternary\ndepthwise 2x2 stride 2 bits ternary\n"
    + "depthwise 3x3 bits ternary\nflatten\ndense 10 softmax bits ternary"

  private static let sets = InstructionSet.allCases.filter(\.isSupported)

  /// Blots, whose class is how much ink there is: something that can be learned.
  private static func images(_ text: String, _ count: Int, seed: UInt64) -> LabeledItems {
    let classes = text.contains("softmax") ? 10 : 2
    let images = FloatModels.images(
      count, shape: ImageShape(height: 12, width: 12, channels: 1), classes: classes, seed: seed)
    let labels = (0..<count).map { item in
      let ink = images.pixels[item * 144..<(item + 1) * 144].reduce(0) { $0 + Int($1) }
      return UInt16(min(ink * classes / 24_000, classes - 1))
    }
    return images.with(.classes(labels, names: images.classNames))
  }

  private static func start(
    _ text: String, _ images: LabeledItems, _ encoding: WeightEncoding
  ) throws -> QuantizedNetwork {
    try start(FloatModels.make(text), images, encoding)
  }

  private static func start(
    _ model: FloatModel, _ images: LabeledItems, _ encoding: WeightEncoding
  ) throws -> QuantizedNetwork {
    var settings = QuantizationSettings()
    settings.weights = encoding
    return try Quantizer(model, images: images, settings: settings, workers: Workers(count: 2)).run()
  }

  private static func training(
    _ start: QuantizedNetwork, _ images: LabeledItems, epochs: Int = 2, threads: Int = 2
  ) throws -> IntegerTraining {
    var settings = TrainingSettings()
    settings.epochs = epochs
    settings.validationSplit = 0.2
    settings.batch = .images(16)
    settings.learningRate = 0.01
    return try IntegerTraining(
      start, settings: settings, images: images, workers: Workers(count: threads), clock: { 0 })
  }

  /// The class that the runtime gives for each item, with one set of kernels.
  private static func classes(_ model: Model, _ items: LabeledItems, _ set: InstructionSet) throws -> [Int] {
    let kernels = HostKernels(model, set)
    var storage = [UInt32](repeating: 0, count: kernels.arenaBytes(of: model) / 4 + 1)
    var span = storage.mutableSpan
    var arena = span.mutableBytes
    var session = try Session(model, arena: &arena, kernels: kernels)
    let size = model.imageBytes
    var classes: [Int] = []
    for item in 0..<items.count {
      try session.run(image: items.pixels.span.extracting(item * size..<(item + 1) * size))
      classes.append(session.classIndex ?? -1)
    }
    return classes
  }

  @Test(arguments: networks, WeightEncoding.allCases)
  func `training's answers are those of the file`(text: String, encoding: WeightEncoding) throws {
    let images = Self.images(text, 200, seed: 1)
    let training = try Self.training(Self.start(text, images, encoding), images)
    let other = Self.images(text, 300, seed: 2)
    var given: Set<Int> = []
    // Before the first step and after each epoch.
    for epoch in 0...2 {
      if epoch > 0 { _ = try training.trainer.runEpoch() }
      let trained = training.classes(other, workers: Workers(count: 2))
      given.formUnion(trained)
      let model = try Model(copying: OctetFile(training.quantized.model).bytes)
      for set in Self.sets {
        #expect(try Self.classes(model, other, set) == trained, "\(set), epoch \(epoch)")
      }
    }
    #expect(given.count > 1, "it does not always say the same")
  }

  @Test func `an output's step goes down to that of its sums`() throws {
    let quantized = try Self.start(Self.fineSteps, Self.images(Self.fineSteps, 200, seed: 1), .int8)
    let shifts = quantized.integers.map { $0.layer.scalings.map { Int($0.shift) }.min() ?? 62 }
    #expect(shifts.contains { $0 < 33 }, "\(shifts)")
    #expect(shifts.allSatisfy { $0 > 30 } && shifts[shifts.count - 1] >= 33, "\(shifts)")
  }

  @Test(arguments: WeightEncoding.allCases)
  func `every value of every layer is that of the file`(encoding: WeightEncoding) throws {
    for text in Self.networks {
      let images = Self.images(text, 64, seed: 3)
      let training = try Self.training(Self.start(text, images, encoding), images)
      _ = try training.trainer.runEpoch()
      let quantized = training.quantized
      let model = try Model(copying: OctetFile(quantized.model).bytes)
      let execution = try IntegerNetworkExecution(quantized, capacity: 8, workers: Workers(count: 1))
      let input = images.pixels[0..<8 * 144].map { Float($0) }
      let values = execution.run(input, count: 8)
      // The emulation of quantization, which knows nothing of training, and the runtime agree.
      let found = try IntegerRunner(model, on: images.selecting(Array(0..<8)), workers: Workers(count: 1))
        .integers(0..<8)[0]
      let zeroPoint = Float(quantized.encodings[quantized.network.outputs[0].value].zeroPoint)
      #expect(values.outputs[quantized.network.outputs[0].value].map { Int32($0 + zeroPoint) } == found)
    }
  }

  @Test func `sums beyond 2^24 are those of the file`() throws {
    // 4,608 weights of up to 127 for inputs of up to 255: far beyond what a float holds.
    let text = "input 24x24x8\nconv 4 24x24 relu\nflatten\ndense 10 softmax"
    let images = FloatModels.images(40, shape: ImageShape(height: 24, width: 24, channels: 8), seed: 4)
    var model = try FloatModels.make(text)
    // All of one sign, so that sums do come so far.
    for index in model.parameters[0].values.indices { model.parameters[0].values[index] = 0.01 }
    let training = try Self.training(Self.start(model, images, .int8), images, epochs: 1)
    _ = try training.trainer.runEpoch()
    let file = try Model(copying: OctetFile(training.quantized.model).bytes)
    #expect(training.quantized.integers[0].layer.weights.reduce(0) { max($0, Int($1.magnitude)) } > 100)
    let trained = training.classes(images, workers: Workers(count: 2))
    #expect(try Self.classes(file, images, .plain) == trained)
  }

  @Test func `the same seed gives the same weights, on any number of threads and resumed`() throws {
    let text = Self.networks[0]
    let images = Self.images(text, 160, seed: 5)
    let start = try Self.start(text, images, .int4)
    func bytes(_ training: IntegerTraining) -> [UInt8] { OctetFile(training.quantized.model).bytes }
    let whole = try Self.training(start, images, epochs: 4, threads: 1)
    for _ in 0..<4 { _ = try whole.trainer.runEpoch() }
    let other = try Self.training(start, images, epochs: 4, threads: 3)
    for stop in 1...4 {
      _ = try other.trainer.runEpoch()
      // Another run goes on from here, through a file.
      let resumed = try Self.training(start, images, epochs: 4)
      let identity = RunIdentity(
        network: resumed.trainer.network.description, settings: resumed.trainer.settings, data: "images",
        trainsIntegers: true)
      let saved = try CheckpointFile.encode(
        Checkpoint(run: identity, snapshot: other.trainer.snapshot()), path: "checkpoint")
      try resumed.trainer.restore(CheckpointFile.decode(saved, path: "checkpoint").snapshot)
      for _ in stop..<4 { _ = try resumed.trainer.runEpoch() }
      #expect(bytes(resumed) == bytes(whole), "from epoch \(stop)")
    }
    #expect(bytes(other) == bytes(whole))
  }

  @Test func `training brings the loss down`() throws {
    let text = Self.networks[0]
    let learned = Self.images(text, 400, seed: 6)
    for encoding in WeightEncoding.allCases {
      let training = try Self.training(Self.start(text, learned, encoding), learned, epochs: 8)
      let first = try training.trainer.runEpoch()
      var last = first
      for _ in 0..<7 { last = try training.trainer.runEpoch() }
      #expect(last.loss < 0.8 * first.loss, "\(encoding): \(first.loss) to \(last.loss)")
    }
  }

  @Test func `what cannot be trained so is refused by name`() throws {
    let text = """
      input 12x12x1
      one = conv 4 3x3
      two = conv 4 3x3 from input
      multiply one
      flatten
      dense 10 softmax
      """
    let images = Self.images(text, 40, seed: 7)
    let start = try Self.start(text, images, .int8)
    #expect {
      _ = try Self.training(start, images)
    } throws: { "\($0)".contains("multiply") }
  }
}
