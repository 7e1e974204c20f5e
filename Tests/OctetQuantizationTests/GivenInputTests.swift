import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// Outputs that are the input again, what they are compared with, and which items are anomalies.
@Suite struct GivenInputTests {
  private let shape = ImageShape(height: 2, width: 3, channels: 2)
  private let workers = Workers(count: 2)

  private func model(_ text: String, _ layout: ArrayLayout? = nil) throws -> FloatModel {
    let network = try NetworkDescription(text: text, endsFlat: false)
    let made = try Network(network, capacity: 1, seed: 3, workers: workers, forTraining: false)
    var model = FloatModel(
      network: network,
      parameters: made.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) },
      inputLayout: layout)
    model.outputs[0].meaning = .numbers
    return model
  }

  private func items(classes: [String] = []) -> LabeledItems {
    let items = LabeledItems(
      shape: shape, values: .floats((0..<48).map { Float($0) }), targets: .none)
    if classes.isEmpty { return items }
    return items.with(.classes((0..<4).map { UInt16($0 % classes.count) }, names: classes))
  }

  /// What the second item should give; empty where nobody knows.
  private func wanted(_ model: FloatModel, _ input: GivenInput) throws -> [Float] {
    let items = items()
    let outputs = try model.outputDescriptions()
    let targeted = try TargetedItems(items, outputs: outputs, input: input, origin: "here")
    guard case .input = targeted.targets[0] else { return [] }
    return targeted.inputs(1..<2, as: outputs[0])
  }

  private let channelsFirst = ArrayLayout(
    shape: [2, 2, 3], places: (0..<12).map { ($0 % 6) * 2 + $0 / 6 })

  @Test func `one row of numbers has the order of the model's own format`() throws {
    let flat = try model("input 2x3x2\nflatten\ndense 12", channelsFirst)
    #expect(
      try wanted(flat, GivenInput(flat)) == [12, 14, 16, 18, 20, 22, 13, 15, 17, 19, 21, 23])
    let last = try model("input 2x3x2\nflatten\ndense 12")
    #expect(try wanted(last, GivenInput(last)) == (12..<24).map { Float($0) })
    // An output of the input's shape has Octet's order, whatever the format's is.
    let map = try model("input 2x3x2\nconv 2 1x1", channelsFirst)
    #expect(try wanted(map, GivenInput(map)) == (12..<24).map { Float($0) })
  }

  @Test func `of a file alone the order of a row is known only where there is one channel`() throws {
    let images = LabeledItems(shape: shape, values: .bytes((0..<120).map { UInt8($0 * 2) }), targets: .none)
    let flat = try model("input 2x3x2\nflatten\ndense 12", channelsFirst)
    let quantized = try Quantizer(flat, images: images, settings: QuantizationSettings(), workers: workers)
      .run()
    let runtime = try Model(copying: OctetFile(quantized.model).bytes)
    #expect(try wanted(flat, GivenInput(runtime)).isEmpty)
  }

  @Test func `as many numbers in another shape are not the input`() throws {
    let other = try model("input 2x3x2\nconv 12 2x3")
    #expect(try other.outputDescriptions()[0].shape == ImageShape(flat: 12))
    let map = try model("input 12\ndense 12")
    #expect(try !wanted(map, GivenInput(map)).isEmpty)
    let scalar = try model("input 2x3x2\nflatten\ndense 11")
    #expect(try wanted(scalar, GivenInput(scalar)).isEmpty)
  }

  @Test func `pixels of a file alone are what its input makes of them`() throws {
    let images = LabeledItems(shape: shape, values: .bytes((0..<120).map { UInt8($0 * 2) }), targets: .none)
    for range in [PixelRange(0...1), PixelRange(-1...1), PixelRange(channels: [-2...2, 0...255])] {
      let float = try model("input 2x3x2\nconv 2 1x1").taking(pixels: range)
      let quantized = try Quantizer(float, images: images, settings: QuantizationSettings(), workers: workers)
        .run()
      let runtime = try Model(copying: OctetFile(quantized.model).bytes)
      let targeted = try TargetedItems(
        images, outputs: runtime.outputDescriptions(), input: GivenInput(runtime), origin: "here")
      let step = Float(bitPattern: runtime.input.scaleBits)
      for channel in 0..<2 {
        #expect(abs(targeted.pixels.low(channel) - range.low(channel)) <= step, "\(range)")
        #expect(abs(targeted.pixels.span(channel) - range.span(channel)) <= 2 * step, "\(range)")
      }
    }
  }

  @Test func `anomalies are all classes but the normal one, or the named class`() throws {
    let map = try model("input 2x3x2\nconv 2 1x1")
    func anomalies(_ classes: [String], _ given: String? = nil) throws -> Anomalies? {
      try TargetedItems(
        items(classes: classes), outputs: map.outputDescriptions(), input: GivenInput(map), origin: "here",
        anomaly: given
      ).anomalies
    }
    let cases: [([String], String?, String?, [Bool])] = [
      (["a", "b"], nil, "b", [false, true, false, true]),
      (["bad", "Good"], nil, "bad", [true, false, true, false]),
      (["good", "scratch", "hole"], nil, "all but good", [false, true, true, false]),
      (["good", "scratch", "hole"], "hole", "hole", [false, false, true, false]),
      (["a", "b", "c"], nil, nil, []),
    ]
    for (classes, given, name, flags) in cases {
      let found = try anomalies(classes, given)
      #expect(found?.name == name && found?.isAnomaly ?? [] == flags, "\(classes)")
    }
    #expect(throws: FileError.self) { try anomalies(["a", "b"], "c") }
  }
}
