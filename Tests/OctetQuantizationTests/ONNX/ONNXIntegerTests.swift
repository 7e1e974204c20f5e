import Foundation
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining
import Testing

/// ONNX files of integers, which onnxruntime's quantization made, give what onnxruntime computes node by node.
struct ONNXIntegerTests {
  struct Answers: Decodable {
    let inputs: [[Float]]?
    let outputs: [[Float]]?
    let step: Float?
    /// The share of the values that may be a step apart, where the model has one of its own.
    let apart: Double?
    let refusal: String?

    init(of model: URL) throws {
      let file = model.deletingPathExtension().appendingPathExtension("json")
      self = try JSONDecoder().decode(Answers.self, from: Data(contentsOf: file))
    }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Models")

  static let models = models(in: folder)

  static func models(in folder: URL) -> [URL] {
    ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
      .filter { $0.pathExtension == "onnx" }.sorted { $0.path < $1.path }
  }

  static func quantized(_ url: URL) throws -> (model: QuantizedModel, network: LiteNetwork) {
    let network = try #require(
      try LiteNetwork(onnx: Array(Data(contentsOf: url)), path: url.lastPathComponent))
    let outputs = network.closingSigmoidsAsNumbers(try network.decidedOutputs())
    let model = try LiteIntegerConversion.model(network, outputs: outputs, picture: nil, pixels: nil)
    return (model, network)
  }

  @Test func `the models are there`() { #expect(Self.models.count == 9) }

  @Test(arguments: models)
  func `the file's integers are taken over, or refused with the reason`(url: URL) throws {
    let answers = try Answers(of: url)
    if let refusal = answers.refusal {
      let error = #expect(throws: ImportError.self) { try Self.quantized(url) }
      #expect(error?.description.contains(refusal) == true, "\(error?.description ?? "")")
      return
    }
    let (quantized, network) = try Self.quantized(url)
    let (inputs, outputs) = (try #require(answers.inputs), try #require(answers.outputs))
    let items = LabeledItems(
      shape: network.input, values: .floats(inputs.flatMap { network.inputLayout.value($0[...]) }),
      targets: .none)
    let runner = try IntegerRunner(
      Model(copying: OctetFile(quantized).bytes), on: items, workers: Workers(count: 1))
    let found = runner.reals(0..<inputs.count)[0]
    let step = try #require(answers.step)
    let apart = zip(found, outputs.joined()).map { abs($0 - $1) / step }
    #expect(apart.count == found.count && found.count == 5 * inputs.count)
    // Ties, and what follows from them: single values by a step.
    #expect(apart.allSatisfy { $0 < 2.5 }, "\(apart)")
    #expect(apart.count { $0 > 0.5 } <= found.count / 10, "\(apart)")
  }

  /// What Octet writes with QuantizeLinear it reads back with the same integers, but for tables, which it writes as
  /// operators on integers.
  @Test(
    arguments: models.filter {
      !$0.lastPathComponent.contains("-as-") && !$0.lastPathComponent.hasPrefix("o")
    })
  func `an export with integers is read back`(url: URL) throws {
    guard let (quantized, _) = try? Self.quantized(url) else { return }
    let file = ONNXQuantizedExport.file(try Model(copying: OctetFile(quantized).bytes), octetVersion: "test")
    guard quantized.layers.allSatisfy(\.table.isEmpty) else {
      let error = #expect(throws: ImportError.self) { try LiteNetwork(onnx: file, path: "again.onnx") }
      let reason = error?.description ?? ""
      #expect(reason.contains("computes with the integers"), "\(reason)")
      return
    }
    let again = try #require(try LiteNetwork(onnx: file, path: "again.onnx"))
    let model = try LiteIntegerConversion.model(
      again, outputs: again.decidedOutputs(), picture: nil, pixels: nil)
    #expect(model.layers.map(\.kind) == quantized.layers.map(\.kind))
    #expect(model.layers.map(\.weights) == quantized.layers.map(\.weights))
    #expect(model.tensors.map(\.zeroPoint) == quantized.tensors.map(\.zeroPoint))
    #expect(model.tensors.map(\.scale) == quantized.tensors.map(\.scale))
  }
}
