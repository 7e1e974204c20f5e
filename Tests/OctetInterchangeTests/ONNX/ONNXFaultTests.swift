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

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  static func models(_ name: String) -> [URL] {
    let folder = folder.appending(path: name)
    return ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
      .filter { $0.pathExtension == "onnx" }.sorted { $0.path < $1.path }
  }

  /// Forms are what exporters write: weights in other files, functions, numbers of few bits.
  static let models = models("Faults") + models("Forms")

  @Test func `the models are there`() {
    #expect(Self.models("Faults").count == 150)
    #expect(Self.models("Forms").count == 49)
  }

  @Test func `no link leads out of the folder of a model`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "octet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let forms = Self.folder.appending(path: "Forms")
    let file = Array(try Data(contentsOf: forms.appending(path: "weights-outside.onnx")))
    let weights = folder.appending(path: "weights-outside.bin")
    let other = forms.appending(path: "weights-outside.bin")
    try FileManager.default.createSymbolicLink(at: weights, withDestinationURL: other)
    let path = folder.appending(path: "m.onnx").path
    let error = #expect(throws: ImportError.self) { try FloatModel(onnx: file, path: path) }
    #expect(error?.description.contains("leads out of the folder") == true, "\(error?.description ?? "")")
    // One within the folder is fine.
    try FileManager.default.removeItem(at: weights)
    try FileManager.default.copyItem(at: other, to: folder.appending(path: "blob"))
    try FileManager.default.createSymbolicLink(
      at: weights, withDestinationURL: folder.appending(path: "blob"))
    _ = try FloatModel(onnx: file, path: path)
  }

  @Test(arguments: models)
  func `computed exactly or refused with the reason`(url: URL) throws {
    let file = Array(try Data(contentsOf: url))
    let answers = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
    if let refusal = answers.refusal {
      let error = #expect(throws: ImportError.self) { try FloatModel(onnx: file, path: url.path) }
      #expect(error?.description.contains(refusal) == true, "\(error?.description ?? "")")
      return
    }
    let model = try FloatModel(onnx: file, path: url.path)
    let (inputs, outputs) = (try #require(answers.inputs), try #require(answers.outputs))
    let network = try model.makeNetwork(capacity: inputs.count, workers: Workers(count: 1))
    let found = network.outputs(
      of: inputs.flatMap { model.inputLayout.value($0[...]) },
      activation: model.givesLogarithms ? .softmax : nil)
    let size = found.count / inputs.count
    for (index, expected) in outputs.enumerated() {
      var item = model.outputLayout.item(Array(found[index * size..<(index + 1) * size]))
      if let choice = model.outputs[0].choice {
        item = choice.places(of: item, shape: model.outputLayout.shape).map { Float($0) }
      }
      #expect(item.count == expected.count)
      for (own, value) in zip(item, expected) {
        let real = model.givesLogarithms ? log(own) : own
        #expect(abs(real - value) <= 1e-4 * max(1, abs(value)), "\(item) \(expected)")
      }
    }
  }

  /// An .octet file names no axes: its elements are in the model's order, but for channels that the model has first.
  @Test(arguments: [
    "blocks-with-channels-last", "blocks-with-channels-last-of-one", "blocks-with-channels-first",
    "steps-with-channels-last", "steps-with-channels-first",
  ])
  func `outputs lie in the order of the model, channels last`(name: String) throws {
    let url = Self.folder.appending(path: "Forms/\(name).onnx")
    let answers = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
    let model = try FloatModel(onnx: Array(Data(contentsOf: url)), path: url.path)
    let (inputs, outputs) = (try #require(answers.inputs), try #require(answers.outputs))
    let network = try model.makeNetwork(capacity: inputs.count, workers: Workers(count: 1))
    let found = network.outputs(of: inputs.flatMap { model.inputLayout.value($0[...]) })
    let channels = name.hasSuffix("first") ? model.outputLayout.shape[0] : 1
    var expected: [Float] = []
    for item in outputs {
      let places = item.count / channels
      for place in 0..<item.count { expected.append(item[place % channels * places + place / channels]) }
    }
    #expect(found.count == expected.count)
    for (own, value) in zip(found, expected) { #expect(abs(own - value) <= 1e-5 * max(1, abs(value))) }
  }

  /// What Octet writes as ONNX it reads back as the same function.
  @Test(arguments: models)
  func `an export read back gives the same`(url: URL) throws {
    let file = Array(try Data(contentsOf: url))
    let answers = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
    guard let inputs = answers.inputs else { return }
    let model = try FloatModel(onnx: file, path: url.path)
    let again = try FloatModel(onnx: ONNXExport.file(model, octetVersion: "test"), path: "again.onnx")
    let workers = Workers(count: 1)
    let values = inputs.flatMap { model.inputLayout.value($0[...]) }
    let first = try model.makeNetwork(capacity: inputs.count, workers: workers).outputs(of: values)
    let second = try again.makeNetwork(capacity: inputs.count, workers: workers).outputs(of: values)
    #expect(first.count == second.count)
    for (one, other) in zip(first, second) { #expect(abs(one - other) <= 1e-5 * max(1, abs(one))) }
  }
}
