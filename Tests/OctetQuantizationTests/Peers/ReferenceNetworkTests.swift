import Foundation
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText
import OctetTraining
import TestSupport
import Testing

/// The five reference networks, with the weights of Models/, as Keras and its exporters write them: imported from every
/// format, quantized, and compared with Keras, onnxruntime and LiteRT.
///
/// One test, since Keras takes its time to write them.
struct ReferenceNetworkTests {
  private struct Answers: Decodable {
    let pictures: [[UInt8]]
    let outputs: [[Float]]
  }

  private struct LiteAnswers: Decodable {
    let classes: [Int]
    let logits: [[Int]]
  }

  private static let names = ["binary-dense", "binary-metrics", "dense-dropout", "cnn-two-pool", "cnn-deep"]
  private static let forms = [".keras", ".h5", "-keras.onnx", "-torch.onnx", ".tflite"]
  private let workers = Workers(count: ProcessInfo.processInfo.activeProcessorCount)

  @Test func `reference networks come in from every format, and their int8 models are as good`() throws {
    guard
      let python = Python(
        "tensorflow", "keras", "tf2onnx", "onnx", "onnxruntime", "ai_edge_litert", "safetensors")
    else { return }
    let folder = try TemporaryFolder()
    let (status, output) = try python.run(file: "Tools/peers/interchange_models.py", [folder.path])
    try #require(status == 0, "\(output.suffix(2000))")
    for name in Self.names {
      var quantized: [[NamedValues]] = []
      for form in Self.forms {
        let file = "\(name)\(form)"
        let model = try Self.bringIn(file, #require(try folder.bytes(of: file)))
        try compareFloat(model, file, #require(try folder.bytes(of: "\(name).json")))
        // Most formats give the same weights to the last bit.
        if quantized.contains(model.parameters) { continue }
        quantized.append(model.parameters)
        try compareAccuracy(model, file, python)
      }
      try compareInteger("\(name)-int8.tflite", folder, python)
    }
  }

  private static func bringIn(_ name: String, _ file: [UInt8]) throws -> FloatModel {
    if name.hasSuffix(".onnx") { return try FloatModel(onnx: file, path: name) }
    if name.hasSuffix(".tflite") { return try LiteNetwork(file, path: name).floatModel() }
    return try FloatModel(keras: file, path: name)
  }

  /// MNIST's images of the first classes; nil without OCTET_MNIST.
  private static func data(classes: Int) throws -> (train: LabeledItems, test: LabeledItems)? {
    guard let path = ProcessInfo.processInfo.environment["OCTET_MNIST"], !path.isEmpty else { return nil }
    let data = try MNISTFolder(path).read().keeping(classes: (0..<classes).map(String.init))
    return (data.train, try #require(data.test))
  }

  private func compareFloat(_ model: FloatModel, _ name: String, _ json: [UInt8]) throws {
    let answers = try JSONDecoder().decode(Answers.self, from: Data(json))
    let images = LabeledItems(
      shape: model.network.input, pixels: answers.pictures.flatMap { $0 },
      labels: answers.pictures.map { _ in 0 }, classNames: ["0"])
    for (row, expected) in zip(try ONNXExportTests.outputs(model, images), answers.outputs) {
      for (own, found) in zip(row, expected) { #expect(abs(own - found) <= 1e-4, "\(name)") }
      #expect(row.count == expected.count)
    }
  }

  /// Quantizes, and compares the integers with the float network and with onnxruntime on every test image.
  private func compareAccuracy(_ model: FloatModel, _ name: String, _ python: Python) throws {
    let model = try model.deciding()
    guard let (train, test) = try Self.data(classes: model.classNames.count) else { return }
    let quantized = try Quantizer(
      model, images: train, settings: QuantizationSettings(), workers: workers
    ).run()
    let runtime = try Model(copying: OctetFile(quantized.model).bytes)
    let classes = try IntegerRunner(runtime, on: test, workers: workers).classes()
    func classify(_ row: [Double], above limit: Double) -> Int {
      row.count == 1 ? (row[0] > limit ? 1 : 0) : row.indices.max { (row[$0], $1) < (row[$1], $0) } ?? 0
    }
    let float = try ONNXExportTests.run(ONNXExport.file(model, octetVersion: "1"), test, python)
    let floatClasses = try #require(float["output"]).map { classify($0, above: 0.5) }
    let comparison = PairedComparison(
      labels: test.labels, float: floatClasses, quantized: classes, classNames: model.classNames)
    #expect(abs(comparison.lossPoints) <= 0.05, "\(name)")

    let rows = try #require(
      try ONNXExportTests.run(ONNXQuantizedExport.file(runtime, octetVersion: "1"), test, python)["logits"])
    let others = rows.map { classify($0, above: 0) }
    let apart = zip(classes, others).filter { $0 != $1 }.count
    print(
      "\(name): loss \(comparison.lossPoints) points, \(comparison.changed) changed; onnxruntime's class of the "
        + "int8 model differs on \(apart) of \(test.count)")
    #expect(apart == 0, "\(name)")
  }

  /// A full-integer file against LiteRT's reference kernels on every test image.
  private func compareInteger(_ name: String, _ folder: TemporaryFolder, _ python: Python) throws {
    let network = try LiteNetwork(#require(try folder.bytes(of: name)), path: name)
    let classes = max(network.outputs[0].shape.count, 2)
    guard let (_, test) = try Self.data(classes: classes) else { return }
    try folder.write(test.pixels, to: "pictures")
    let (status, output) = try python.run(
      file: "Tools/peers/lite_outputs.py", [folder.path(name), folder.path("pictures")])
    try #require(status == 0, "\(output.suffix(2000))")
    let json = try #require(output.split(separator: "\n").last { $0.hasPrefix("{") })
    let answers = try JSONDecoder().decode(LiteAnswers.self, from: Data(json.utf8))
    let model = try Model(
      copying: OctetFile(
        LiteIntegerConversion.model(
          network, names: test.classNames, picture: test.shape, pixels: PixelRange(0...1))
      ).bytes)
    let zeroPoint = Int(model.logits.zeroPoint)
    var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    var session = try Session(model, arena: &arena)
    var (otherClass, otherLogits, logits, farthest) = (0, 0, 0, 0)
    let pixels = test.pixels.span
    for image in 0..<test.count {
      try session.run(image: pixels.extracting(image * test.shape.count..<(image + 1) * test.shape.count))
      if session.answer?.classIndex != answers.classes[image] { otherClass += 1 }
      for (index, expected) in answers.logits[image].enumerated() {
        let steps = abs(Int(session.logit(index)) + zeroPoint - expected)
        logits += 1
        if steps > 0 { otherLogits += 1 }
        farthest = max(farthest, steps)
      }
    }
    print(
      "\(name): LiteRT's class differs on \(otherClass) of \(test.count), its logits in \(otherLogits) of \(logits), "
        + "by \(farthest) at most")
    #expect(otherClass == 0 && otherLogits == 0, "\(name)")
  }
}
