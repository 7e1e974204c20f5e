import Foundation
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import TestSupport
import Testing

/// What Octet writes as ONNX passes ONNX's own checker, and onnxruntime gives Octet's numbers for it.
struct ONNXExportTests {
  /// Forms that the networks of the other tests do not have.
  static let networks: [String] =
    FloatModels.varied + [
      "input 12x12x1\nconv 3 3x3 padding 2,0,1,1 stride 2 no-bias\nmaxpool 3x2 padding 1,0,1,1\nflatten\ndense 2",
      "input 12x12x1\nconv 4 12x12 tanh\nbatchnorm epsilon 0.01\ndense 1 no-bias sigmoid",
      """
      input 12x12x1
      conv 4 5x5 stride 3x2 padding same
      depthwise 2x3 multiplier 3 no-bias
      averagepool 2x2 stride 1 padding same
      globalaveragepool
      globalaveragepool
      dense 2 softmax
      """,
    ]

  /// What Octet does not quantize, and does not bring in again.
  static let floatOnly = "input 12x12x1\nflatten\nbatchnorm relu\nconv 5 1x1\nmaxpool 1x1\ndense 3 softmax"

  private let shape = ImageShape(height: 12, width: 12, channels: 1)

  @Test(arguments: networks)
  func `a float model comes back as it went`(text: String) throws {
    let model = try FloatModels.make(text, classNames: nil)
    let names = model.classNames.map { "class \"\($0)\" é" }
    var named = model
    named.classNames = names
    let file = try ONNXExport.file(named, octetVersion: "1")
    let back = try FloatModel(onnx: file, path: "back.onnx")
    #expect(back.classNames == names)
    let images = FloatModels.images(10, shape: shape)
    #expect(try Self.outputs(back, images).joined().elementsEqual(Self.outputs(model, images).joined()))
  }

  @Test(arguments: networks + [floatOnly])
  func `onnxruntime gives the same for a float model`(text: String) throws {
    guard let python = Python("onnx", "onnxruntime") else { return }
    let model = try FloatModels.make(text)
    let images = FloatModels.images(20, shape: shape)
    let rows = try Self.run(try ONNXExport.file(model, octetVersion: "1"), images, python)
    let found = try #require(rows["output"])
    #expect(found.count == 20)
    for (own, found) in zip(try Self.outputs(model, images), found) {
      #expect(own.count == found.count)
      for (own, found) in zip(own, found) {
        #expect(abs(Double(own) - found) <= 1e-5 * max(1, abs(found)), "\(own) \(found)")
      }
    }
  }

  @Test(arguments: networks)
  func `onnxruntime gives the same integers for a quantized model, but for ties`(text: String) throws {
    guard let python = Python("onnx", "onnxruntime") else { return }
    let quantized = try Quantizer(
      FloatModels.make(text), images: FloatModels.images(200, shape: shape), settings: QuantizationSettings(),
      workers: Workers(count: 1)
    ).run()
    let file = OctetFile(quantized.model)
    let model = try Model(copying: file.bytes)
    let images = FloatModels.images(100, shape: shape, seed: 4)
    let rows = try Self.run(ONNXQuantizedExport.file(model, octetVersion: "1"), images, python)
    #expect((rows["probabilities"] != nil) == (model.head != .linear))
    let reference = WholeLayerReference(file.bytes)
    let scale = Double(Float(bitPattern: model.logits.scaleBits))
    let layers = quantized.network.layers.count
    var apart = 0
    let logits = try #require(rows["logits"])
    #expect(logits.count == images.count)
    for (index, row) in logits.enumerated() {
      let outcome = reference.run(Array(images.pixels[index * shape.count..<(index + 1) * shape.count]))
      #expect(outcome.logits.count == row.count)
      for (own, found) in zip(outcome.logits, row) {
        let steps = Double(own - Int(model.logits.zeroPoint)) - found / scale
        // A step more or less in an earlier layer is many of the fine steps of int16 logits, so real values are
        // compared.
        #expect(abs(steps) * scale <= 0.02 * max(1, Self.largest(row)) * Double(layers), "\(steps) steps")
        if abs(steps) > 0.5 { apart += 1 }
      }
    }
    // Octet rounds halves up, ONNX to even, and its sums are floats: an integer on the border goes either way.
    #expect(Double(apart) <= 0.2 * Double(100 * Int(model.logits.channels)), "\(apart)")
  }

  private static func largest(_ row: [Double]) -> Double { row.reduce(0) { max($0, abs($1)) } }

  static func outputs(_ model: FloatModel, _ images: LabeledItems) throws -> [[Float]] {
    let workers = Workers(count: 1)
    let network = try model.makeNetwork(capacity: images.count, workers: workers)
    return network.outputs(images, activation: model.network.outputActivation, workers: workers)
  }

  /// Each output's rows as onnxruntime computes them.
  static func run(_ file: [UInt8], _ images: LabeledItems, _ python: Python) throws -> [String: [[Double]]] {
    let folder = try TemporaryFolder()
    try folder.write(file, to: "model.onnx")
    try folder.write(images.pixels, to: "pictures")
    let (status, output) = try python.run(
      file: "Tools/peers/onnx_outputs.py", [folder.path("model.onnx"), folder.path("pictures")])
    try #require(status == 0, "\(output.suffix(2000))")
    return try JSONDecoder().decode([String: [[Double]]].self, from: Data(output.utf8))
  }
}
