import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// The whole way: from float weights to a file that the runtime loads and that gives nearly the same logits.
struct QuantizerTests {
  private let shape = ImageShape(height: 12, width: 12, channels: 1)

  private func quantize(
    _ model: FloatModel, settings: QuantizationSettings = QuantizationSettings(), workers: Int = 1
  ) throws -> QuantizedNetwork {
    try Quantizer(
      model, images: FloatModels.images(300, shape: shape), settings: settings,
      workers: Workers(count: workers)
    ).run()
  }

  /// Features of any range get an input encoding of their own; integers keep theirs.
  @Test(arguments: [
    "input 12\ndense 16 relu\ndense 4 softmax",
    "input 6x2x1\nconv 6 3x2 padding same relu\nflatten\ndense 4 softmax",
  ])
  func `features are quantized like every other value`(text: String) throws {
    let model = try FloatModels.make(text)
    var random = RandomStream(seed: 3, purpose: .testing)
    let floats = (0..<400 * 12).map { _ in random.nextFloat(in: -1..<4) }
    let items = LabeledItems(shape: model.network.input, values: .floats(floats), targets: .none)
    let workers = Workers(count: 1)
    let quantized = try Quantizer(
      model, images: items, settings: QuantizationSettings(), workers: workers
    ).run()
    #expect(abs(quantized.input.scale - 5 / 255) < 1e-4 && quantized.input.zeroPoint == -77)
    let file = OctetFile(quantized.model)
    let runtime = try Model(copying: file.bytes)
    #expect(runtime.inputScale == quantized.input.inputScale)
    let (reference, fed) = (WholeLayerReference(file.bytes), items.values.fed(to: runtime.inputScale))
    let network = try model.makeNetwork(capacity: 400, workers: workers)
    let float = network.outputs(items, activation: .linear, workers: workers).flatMap { $0 }
    let output = quantized.integers[quantized.integers.count - 1].output
    var found: [Float] = []
    let simulation = try IntegerNetworkExecution(quantized, capacity: 400, workers: workers)
      .run(quantized.input.steps(items.units(0..<400)), count: 400).outputs
    for item in 0..<400 {
      let outcome = reference.run(Array(fed[item * 12..<(item + 1) * 12]))
      found += outcome.logits.map { Float($0 - output.zeroPoint) * output.scale }
      for (index, values) in outcome.tensors.enumerated() {
        let zeroPoint =
          index == 0 ? quantized.input.zeroPoint : quantized.integers[index - 1].output.zeroPoint
        let own = simulation[index][item * values.count..<(item + 1) * values.count]
        #expect(own.elementsEqual(values.map { Float($0 - zeroPoint) }))
      }
    }
    let mean = float.reduce(0, +) / Float(float.count)
    #expect(QuantizationReport.decibels(float.map { $0 - mean }, found.map { $0 - mean }) > 25)

    let scale = InputScale(scale: 0.25, zeroPoint: 40)
    let integers = (0..<100 * 12).map { _ in Int8(truncatingIfNeeded: random.next()) }
    func quantize(_ scale: InputScale?) throws -> QuantizedNetwork {
      let items = LabeledItems(
        shape: model.network.input, values: .integers(integers, scale), targets: .none)
      return try Quantizer(model, images: items, settings: QuantizationSettings(), workers: workers).run()
    }
    #expect(try Model(copying: OctetFile(quantize(scale).model).bytes).inputScale == scale)
    #expect(throws: QuantizationError.integersWithoutScale) { try quantize(nil) }
  }

  @Test(arguments: FloatModels.varied)
  func `logits stay close, and every reader agrees on them`(text: String) throws {
    let model = try FloatModels.make(text)
    let quantized = try quantize(model)
    let file = OctetFile(quantized.model)
    let runtime = try Model(copying: file.bytes)
    #expect(runtime.labels == model.classNames)
    let reference = WholeLayerReference(file.bytes)
    let images = FloatModels.images(40, shape: shape, seed: 9)
    let workers = Workers(count: 1)
    let classes = try IntegerRunner(runtime, on: images, workers: workers).classes()

    let network = try model.makeNetwork(capacity: images.count, workers: workers)
    let activation = quantized.network.outputs[0].head == .linear ? model.network.outputActivation : .linear
    let float = network.outputs(images, activation: activation, workers: workers).flatMap { $0 }
    let simulation = try IntegerNetworkExecution(quantized, capacity: images.count, workers: workers)
      .run(
        quantized.input.steps(quantized.network.inputValues(images, 0..<images.count)), count: images.count
      ).outputs
    let output = quantized.integers[quantized.integers.count - 1].output
    var found: [Float] = []
    for image in 0..<images.count {
      let outcome = reference.run(
        Array(images.pixels[image * shape.count..<(image + 1) * shape.count]))
      #expect(outcome.predictedClass == classes[image])
      found += outcome.logits.map { Float($0 - output.zeroPoint) * output.scale }
      // The batch simulation, layer by layer: only averages may round differently, by one step.
      let averages = quantized.network.layers.contains { $0.kind.fileKind.traits.contains(.means) }
      for (index, values) in outcome.tensors.enumerated() where !averages {
        let zeroPoint = quantized.encodings[index].zeroPoint
        let own = simulation[index][image * values.count..<(image + 1) * values.count]
        #expect(own.elementsEqual(values.map { Float($0 - zeroPoint) }))
      }
    }
    // Without the mean, which tells nothing about an image.
    let mean = float.reduce(0, +) / Float(float.count)
    let decibels = QuantizationReport.decibels(float.map { $0 - mean }, found.map { $0 - mean })
    #expect(decibels > 25, "\(decibels) dB")
  }

  @Test func `the same input gives the same bytes, with any number of threads`() throws {
    let model = try FloatModels.make(FloatModels.varied[1])
    let first = OctetFile(try quantize(model).model).bytes
    #expect(OctetFile(try quantize(model).model).bytes == first)
    #expect(OctetFile(try quantize(model, workers: 3).model).bytes == first)
  }

  @Test func `every setting does something`() throws {
    let model = try FloatModels.make(FloatModels.varied[1])
    var settings: [QuantizationSettings] = CalibrationMethod.allCases.map {
      var settings = QuantizationSettings()
      settings.method = $0
      return settings
    }
    var fewer = QuantizationSettings()
    fewer.calibrationImages = 20
    var otherSeed = fewer
    otherSeed.seed = 2
    var largest = QuantizationSettings()
    largest.searchesWeightScales = false
    var uncorrected = QuantizationSettings()
    uncorrected.correctsBias = false
    settings += [fewer, otherSeed, largest, uncorrected]
    let files = try settings.map { OctetFile(try quantize(model, settings: $0).model).bytes }
    #expect(Set(files).count == files.count)
  }

  @Test(arguments: [Float(1e-25), 1e-12, 1e-3, 1e3, 1e9])
  func `huge and tiny weights give a file that loads`(gain: Float) throws {
    for text in FloatModels.varied {
      let model = try FloatModels.make(text, gain: gain)
      let file = OctetFile(try quantize(model).model)
      _ = try Model(copying: file.bytes)
      _ = WholeLayerReference(file.bytes).run([UInt8](repeating: 200, count: shape.count))
    }
  }

  @Test func `channels without weights, dead ReLUs and huge biases`() throws {
    var model = try FloatModels.make(
      "input 12x12x1\nconv 6 3x3 relu\nmaxpool 2x2\nflatten\ndense 5 sigmoid\ndense 3 softmax")
    // conv-1.weight is 9 x 6 and its bias 6; dense-1.bias 5.
    for cell in 0..<9 {
      model.parameters[0].values[cell * 6] = 0
      model.parameters[0].values[cell * 6 + 3] = 0
    }
    model.parameters[1].values = [0.7, -100, 1e-20, -0.5, 0, 0.1]
    model.parameters[3].values = [1e6, -1e6, 0, 30, -30]
    let quantized = try quantize(model)
    let file = OctetFile(quantized.model)
    _ = try Model(copying: file.bytes)
    let outcome = WholeLayerReference(file.bytes).run([UInt8](repeating: 90, count: shape.count))
    let conv = quantized.integers[0].output
    // A channel of nothing but bias holds it everywhere; a dead one holds 0.
    let constant = outcome.tensors[1][0]
    #expect(abs(Float(constant - conv.zeroPoint) * conv.scale - 0.7) <= conv.scale)
    #expect(outcome.tensors[1][1] == conv.zeroPoint && outcome.tensors[1][3] == conv.zeroPoint)
    let dense = quantized.integers[1].output
    let sigmoids = outcome.tensors[2].map { Float($0 - dense.zeroPoint) * dense.scale }
    #expect(sigmoids[0] > 0.98 && sigmoids[1] < 0.02 && sigmoids[3] > 0.98 && sigmoids[4] < 0.02)
  }

  @Test func `a network that is 0 all over`() throws {
    for text in FloatModels.varied {
      var model = try FloatModels.make(text)
      for index in model.parameters.indices where !model.parameters[index].name.hasSuffix("variance") {
        for place in model.parameters[index].values.indices { model.parameters[index].values[place] = 0 }
      }
      let file = OctetFile(try quantize(model).model)
      _ = try Model(copying: file.bytes)
    }
  }

  @Test func `numbers that overflow are refused by name`() throws {
    let model = try FloatModels.make(FloatModels.varied[0], gain: 1e38)
    #expect(throws: QuantizationError.self) { try quantize(model) }
  }

  @Test(arguments: [
    ("binary-dense", 1000), ("binary-metrics", 3000), ("dense-dropout", 1000), ("cnn-deep", 6300),
    ("cnn-two-pool", 6300), ("vgg-small", 8000), ("resnet-small", 16_000),
  ])
  func `reference networks: overhead and arena`(name: String, arenaLimit: Int) throws {
    let recipe = try #require(try Recipe.named(name))
    for candidate in recipe.candidates {
      let model = try FloatModels.make(candidate.network.text)
      var settings = QuantizationSettings()
      settings.calibrationImages = 8
      let images = FloatModels.images(8, shape: ImageShape(height: 28, width: 28, channels: 1))
      let quantized = try Quantizer(
        model, images: images, settings: settings, workers: Workers(count: 1)
      ).run().model
      let bytes = OctetFile(quantized).bytes
      let needed = quantized.layers.reduce(0) {
        $0 + $1.weights.count + 4 * $1.bias.count + 5 * $1.bias.count
      }
      #expect(
        bytes.count - needed < 1280, "\(bytes.count - needed) bytes beside weights and their parameters")
      let arena = quantized.memoryPlan.arenaBytes
      #expect(arena <= arenaLimit, "\(arena) bytes")
      #expect(try Model(copying: bytes).arenaBytes == arena)
    }
  }
}
