import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// A first layer that only scales pixels, which the input takes in so that it costs no layer.
@Suite struct PixelScalingTests {
  private let workers = Workers(count: 2)

  private func quantized(_ model: FloatModel, _ images: LabeledItems) throws -> Model {
    let quantized = try Quantizer(model, images: images, settings: QuantizationSettings(), workers: workers)
      .run()
    return try Model(copying: OctetFile(quantized.model).bytes)
  }

  /// The largest difference of the runtime's values from the float model's, in parts of the largest value.
  private func error(_ model: FloatModel, _ runtime: Model, _ images: LabeledItems) throws -> Float {
    let float = try FloatRunner(model, on: images, workers: workers).run(0..<images.count)[0].values
    let integer = try IntegerRunner(runtime, on: images, workers: workers).run(0..<images.count)[0].values
    let differences = zip(float, integer).map { abs($0 - $1) }
    return (differences.max() ?? 0) / (float.map { abs($0) }.max() ?? 1)
  }

  private let colors = """
    input 8x8x3
    batchnorm
    conv 6 3x3 relu
    flatten
    dense 4 sigmoid
    """

  /// Images whose channels differ.
  private func images(_ shape: ImageShape, brightness: Int = 255) -> LabeledItems {
    let images = FloatModels.images(60, shape: shape)
    let pixels = images.pixels.enumerated().map { UInt8(Int($1) * brightness / 255 * (1 + $0 % 3) / 3) }
    return LabeledItems(shape: shape, values: .bytes(pixels), targets: images.targets)
  }

  @Test func `channels with factors of their own cost no layer, before a border either`() throws {
    let padded = colors.replacing("conv 6 3x3 relu", with: "conv 6 3x3 padding same relu")
    for text in [colors, padded] {
      let model = try FloatModels.make(text)
      let images = images(model.network.input)
      let runtime = try quantized(model, images)
      #expect(runtime.layerCount == 2 && runtime.pixelMap != nil)
      #expect(try error(model, runtime, images) < 0.05)
    }
  }

  @Test func `each pixel becomes the nearest integer of what the layer makes of it`() throws {
    let model = try FloatModels.make(colors)
    let runtime = try quantized(model, images(model.network.input))
    let map = try #require(runtime.pixelMap)
    func values(_ name: String) throws -> [Double] {
      try #require(model.parameters.first { $0.name.hasSuffix(name) }).values.map { Double($0) }
    }
    let (scale, shift) = (try values(".scale"), try values(".offset"))
    let (mean, variance) = (try values(".mean"), try values(".variance"))
    let epsilon = 0.001
    let step = Double(Float(bitPattern: runtime.input.scaleBits))
    for channel in 0..<3 {
      let factor = scale[channel] / (variance[channel] + epsilon).squareRoot()
      for pixel in 0...255 {
        let exact = (factor * (Double(pixel) / 255 - mean[channel]) + shift[channel]) / step
        let wanted = min(max(exact + Double(runtime.input.zeroPoint), -128), 127)
        let sum = (Int(map.factor(channel)) * pixel + Int(map.offset(channel))) >> 16
        // Half a step, and what 16 bits behind the point can lose over 255 steps.
        #expect(abs(Double(min(max(sum, -128), 127)) - wanted) < 0.504, "channel \(channel), \(pixel)")
      }
    }
  }

  @Test func `a channel that uses little of what pixels can become does not cost the others their steps`()
    throws
  {
    let model = try FloatModels.make(colors)
    let (bright, dark) = (images(model.network.input), images(model.network.input, brightness: 40))
    let whole = try quantized(model, bright)
    let part = try quantized(model, dark)
    func step(_ model: Model) -> Float { Float(bitPattern: model.input.scaleBits) }
    #expect(step(part) < step(whole) / 2)
    #expect(try error(model, part, dark) < 0.05)
  }

  @Test func `a row of numbers is scaled without a map, or by a layer`() throws {
    let text = "input 27\ndense 4 sigmoid\n"
    let images = FloatModels.images(60, shape: ImageShape(flat: 27))
    // The same for all: the scale of the input says it. A model that gives as many numbers as it takes keeps it apart.
    let autoencoder = try FloatModels.make("input 27\ndense 27 sigmoid\n")
    for (range, layers) in [(PixelRange(-1...1), 1), (PixelRange(channels: [-1...1, 0...1, 0...2]), 2)] {
      let scaled = try autoencoder.taking(pixels: range)
      let runtime = try quantized(scaled, images)
      #expect(runtime.layerCount == layers && runtime.pixelMap == nil, "\(range)")
      #expect(try error(scaled, runtime, images) < 0.05)
      // Elsewhere the weights take it in.
      #expect(try quantized(FloatModels.make(text).taking(pixels: range), images).layerCount == 1)
    }
  }

  @Test func `numbers in place of pixels are not scaled`() throws {
    let model = try FloatModels.make(colors)
    let images = images(model.network.input)
    let runtime = try quantized(model, images)
    let map = try #require(runtime.pixelMap)
    let step = Float(bitPattern: runtime.input.scaleBits)
    let integers = images.pixels.enumerated().map { place, pixel in
      let sum = Int(pixel) * Int(map.factor(place % 3)) + Int(map.offset(place % 3))
      return min(max(sum >> 16, -128), 127)
    }
    let own = try IntegerRunner(runtime, on: images, workers: workers).integers(0..<images.count)
    let kinds = [
      ItemValues.integers(integers.map { Int8($0) }, nil),
      .floats(integers.map { Float($0 - Int(runtime.input.zeroPoint)) * step }),
    ]
    for values in kinds {
      let items = LabeledItems(shape: images.shape, values: values, targets: .none)
      let found = try IntegerRunner(runtime, on: items, workers: workers)
      #expect(found.integers(0..<images.count) == own)
    }
  }
}
