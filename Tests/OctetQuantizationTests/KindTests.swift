import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// Each kind of layer of a float network becomes integers that the runtime runs.
@Suite struct KindTests {
  /// A network with a layer of the kind between others.
  private static func network(_ kind: FloatLayerKind) throws -> String {
    var lines = ["input 12x12x1", "first = conv 3 3x3 padding same", "conv 3 1x1 tanh"]
    if case .dense = kind { lines.append("flatten") }
    var line = "\(kind.keyword) \(kind.specification.settings)"
    if kind.specification.joins { line += " first" }
    if case .activation = kind { line += " sigmoid" }
    return (lines + [line, "flatten", "dense 4 softmax"]).joined(separator: "\n")
  }

  /// Lowered, quantized and written; the file loads, its rows are those of the definition, and the answers are near
  /// those of the float network.
  @Test(arguments: FloatLayerKind.samples)
  func `a kind is quantized, and the runtime's bits are those of its definition`(kind: FloatLayerKind) throws
  {
    let model = try FloatModels.make(Self.network(kind))
    let shape = model.network.input
    let images = FloatModels.images(60, shape: shape, seed: 5)
    let quantizer = try Quantizer(
      model, images: images, settings: QuantizationSettings(), workers: Workers(count: 1))
    let quantized = try quantizer.run()
    let file = OctetFile(quantized.model)
    let runtime = try Model(copying: file.bytes)
    let reference = WholeLayerReference(file.bytes)
    let workers = Workers(count: 1)
    let answers = try IntegerRunner(runtime, on: images, workers: workers).classes()
    let network = try model.makeNetwork(capacity: images.count, workers: workers)
    let float = network.outputs(images, activation: .linear, workers: workers).flatMap { $0 }
    let output = quantized.integers[quantized.integers.count - 1].output
    var found: [Float] = []
    for image in 0..<images.count {
      let pixels = Array(images.pixels[image * shape.count..<(image + 1) * shape.count])
      let outcome = reference.run(pixels)
      #expect(outcome.predictedClass == answers[image])
      found += outcome.logits.map { Float($0 - output.zeroPoint) * output.scale }
    }
    let mean = float.reduce(0, +) / Float(float.count)
    let decibels = QuantizationReport.decibels(float.map { $0 - mean }, found.map { $0 - mean })
    #expect(decibels > 20, "\(kind.keyword): \(decibels) dB")
  }
}
