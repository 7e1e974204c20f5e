import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import Testing

/// What lowering makes of a network gives the same numbers as the network.
struct LoweringTests {
  @Test(arguments: FloatModels.varied)
  func `the lowered network equals the float network`(text: String) throws {
    let model = try FloatModels.make(text)
    let images = FloatModels.images(20, shape: ImageShape(height: 12, width: 12, channels: 1))
    let workers = Workers(count: 1)
    let lowered = try LoweredNetwork(model, picture: images.shape)
    let execution = try FloatExecution(lowered, capacity: images.count, workers: workers)
    let values = execution.run(images.units(0..<images.count), count: images.count)
    let network = try model.makeNetwork(capacity: images.count, workers: workers)
    // A head's activation is not part of the lowered network.
    let activation = lowered.outputs[0].head == .linear ? model.network.outputActivation : .linear
    let expected = network.outputs(images, activation: activation, workers: workers).flatMap { $0 }
    let found = values.outputs[values.outputs.count - 1]
    #expect(found.count == expected.count)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) <= 1e-5 * largest) }
  }

  @Test func `layers are fused where nothing else reads what lies between`() throws {
    func kinds(_ text: String) throws -> [String] {
      let model = try FloatModels.make(text)
      return try LoweredNetwork(model, picture: nil).layers.map(\.summary)
    }
    #expect(
      try kinds(
        "input 8x8x1\nconv 4 3x3\nbatchnorm\ndropout 0.1\nrelu\nmaxpool 2x2\nflatten\ndense 3 softmax")
        == ["conv 3x3 maxpool 2x2 relu", "dense"])
    #expect(
      try kinds("input 8x8x1\nconv 4 3x3\nmaxpool 2x2\nbatchnorm\nrelu\nflatten\ndense 3")
        == ["conv 3x3 maxpool 2x2", "depthwise 1x1 relu", "dense"])
    // Read twice, so neither the normalization nor the pool can move.
    #expect(
      try kinds("input 8x8x1\nc = conv 4 3x3\nn = batchnorm\nadd c\nglobalaveragepool\ndense 3")
        == ["conv 3x3", "depthwise 1x1", "add", "globalaveragepool", "dense"])
    #expect(
      try kinds("input 8x8x1\nc = conv 4 3x3\nmaxpool 2x2\nflatten\ndense 4\nf = flatten from c\ndense 3")
        == ["conv 3x3", "dense"])
    #expect(
      try kinds("input 8x8x1\nconv 4 3x3\nmaxpool 3x3 stride 2\nflatten\ndense 3 tanh")
        == ["conv 3x3", "maxpool 3x3", "dense tanh"])
  }

  /// Functions that fall somewhere must not change places with a maximum.
  @Test(arguments: [
    ("gelu", false), ("abs", false), ("silu", false), ("-x", false), ("1-sigmoid(x)", false), ("x*x", false),
    ("leakyrelu:-0.1", false), ("gate(step(x),1-x)", false), ("leakyrelu:0.1", true), ("elu:0.5", true),
    ("selu", true), ("softplus", true), ("relu6", true), ("hardsigmoid", true), ("exp", true),
    ("x/3-1", true),
  ])
  func `a convolution takes a maximum before a function only where that is the same`(
    function: String, isFused: Bool
  ) throws {
    let text = "input 8x8x1\nconv 2 3x3 \(function)\nmaxpool 2x2\nflatten\ndense 3"
    let model = try FloatModels.make(text)
    let lowered = try LoweredNetwork(model, picture: nil)
    #expect(lowered.layers.count == (isFused ? 2 : 3), "\(lowered.layers.map(\.summary))")
    let images = FloatModels.images(5, shape: model.network.input)
    let workers = Workers(count: 1)
    let execution = try FloatExecution(lowered, capacity: 5, workers: workers)
    let found = execution.run(images.units(0..<5), count: 5).outputs[lowered.layers.count]
    let network = try model.makeNetwork(capacity: 5, workers: workers)
    let expected = network.outputs(images, activation: .linear, workers: workers).flatMap { $0 }
    for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) <= 1e-5 * max(1, abs(wanted))) }
  }

  @Test func `a mean over the whole input keeps sums in place of rows`() throws {
    func lowered(_ pool: String, input: String = "6x6x3") throws -> LoweredNetwork {
      try LoweredNetwork(FloatModels.make("input \(input)\n\(pool)\nflatten\ndense 3 softmax"), picture: nil)
    }
    let sums = try lowered("globalaveragepool")
    for pool in [
      "averagepool 6x6", "averagepool 6x6 stride 6 padding same", "averagepool 6x6 padding 0,0,1,1 stride 9",
    ] {
      #expect(try lowered(pool).layers.map(\.summary) == sums.layers.map(\.summary), "\(pool)")
    }
    // Windows that are smaller, several, or that begin above the input; and a single row, which takes less than sums.
    for pool in [
      "averagepool 5x6 stride 9", "averagepool 6x6 padding 2,0,0,0 stride 9",
      "averagepool 6x6 padding 1,1,1,1",
    ] {
      #expect(try lowered(pool).layers[0].summary.hasPrefix("averagepool"), "\(pool)")
    }
    #expect(try lowered("averagepool 1x6", input: "1x6x3").layers[0].summary.hasPrefix("averagepool"))
    let images = FloatModels.images(50, shape: ImageShape(height: 6, width: 6, channels: 3), classes: 3)
    func file(_ pool: String) throws -> [UInt8] {
      let model = try FloatModels.make(
        "input 6x6x3\nconv 4 3x3 padding same\n\(pool)\nflatten\ndense 3 softmax")
      var quantized = try Quantizer(
        model, images: images, settings: QuantizationSettings(), workers: Workers(count: 1)
      ).run().model
      // One is called averagepool-1, the other by what it is in the file.
      quantized.layerNames = []
      return OctetFile(quantized).bytes
    }
    #expect(try file("averagepool 6x6") == file("globalaveragepool"))
  }

  @Test func `a flat input takes the pictures' shape, unless a layer needs it flat`() throws {
    let picture = ImageShape(height: 12, width: 12, channels: 1)
    let dense = try FloatModels.make("input 144\ndropout 0.2\ndense 3")
    #expect(try LoweredNetwork(dense, picture: picture).input == picture)
    let normalized = try FloatModels.make("input 144\nbatchnorm\ndense 3")
    #expect(try LoweredNetwork(normalized, picture: picture).input == ImageShape(flat: 144))
    #expect(throws: QuantizationError.shape(images: ImageShape(flat: 9), network: ImageShape(flat: 144))) {
      try LoweredNetwork(dense, picture: ImageShape(flat: 9))
    }
  }

  @Test func `what the format cannot say is refused by name`() throws {
    let flattened = try FloatModels.make("input 4x4x2\nconv 3 2x2\nflatten\nodd = batchnorm\ndense 3")
    #expect(throws: QuantizationError.self) { try LoweredNetwork(flattened, picture: nil) }
    do {
      _ = try LoweredNetwork(flattened, picture: nil)
    } catch {
      #expect("\(error)".contains("layer odd cannot be quantized"))
    }
    let nothing = try FloatModels.make("input 4\nflatten", classNames: ["a", "b", "c", "d"])
    #expect(throws: QuantizationError.self) { try LoweredNetwork(nothing, picture: nil) }
  }
}
