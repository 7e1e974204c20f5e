import Foundation
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining
import Testing

/// Models that an importer by patterns computes as another function: each gives what onnxruntime gives, or is refused.
struct ONNXFaultTests {
  struct Answers: Decodable {
    let inputs: [[Float]]?
    let outputs: [[Float]]?
    let refusal: String?
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Faults")

  static let models: [URL] =
    ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
    .filter { $0.pathExtension == "onnx" }.sorted { $0.path < $1.path }

  @Test func `the models are there`() {
    #expect(Self.models.count == 86)
  }

  @Test(arguments: models)
  func `computed exactly or refused with the reason`(url: URL) throws {
    let file = Array(try Data(contentsOf: url))
    let answers = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
    if let refusal = answers.refusal {
      let error = #expect(throws: ImportError.self) { try FloatModel(onnx: file, path: "fault.onnx") }
      #expect(error?.description.contains(refusal) == true, "\(error?.description ?? "")")
      return
    }
    let model = try FloatModel(onnx: file, path: "fault.onnx")
    let (inputs, outputs) = (try #require(answers.inputs), try #require(answers.outputs))
    let network = try model.makeNetwork(capacity: inputs.count, workers: Workers(count: 1))
    let found = network.outputs(
      of: inputs.flatMap { model.inputLayout.value($0[...]) },
      activation: model.givesLogarithms ? .softmax : nil)
    let size = found.count / inputs.count
    for (index, expected) in outputs.enumerated() {
      let item = model.outputLayout.item(Array(found[index * size..<(index + 1) * size]))
      #expect(item.count == expected.count)
      for (own, value) in zip(item, expected) {
        let real = model.givesLogarithms ? log(own) : own
        #expect(abs(real - value) <= 1e-4 * max(1, abs(value)), "\(item) \(expected)")
      }
    }
  }

  /// What Octet writes as ONNX it reads back as the same function.
  @Test(arguments: models)
  func `an export read back gives the same`(url: URL) throws {
    let file = Array(try Data(contentsOf: url))
    let answers = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
    guard let inputs = answers.inputs else { return }
    let model = try FloatModel(onnx: file, path: "fault.onnx")
    let again = try FloatModel(onnx: ONNXExport.file(model, octetVersion: "test"), path: "again.onnx")
    let workers = Workers(count: 1)
    let values = inputs.flatMap { model.inputLayout.value($0[...]) }
    let first = try model.makeNetwork(capacity: inputs.count, workers: workers).outputs(of: values)
    let second = try again.makeNetwork(capacity: inputs.count, workers: workers).outputs(of: values)
    #expect(first.count == second.count)
    for (one, other) in zip(first, second) { #expect(abs(one - other) <= 1e-5 * max(1, abs(one))) }
  }
}
