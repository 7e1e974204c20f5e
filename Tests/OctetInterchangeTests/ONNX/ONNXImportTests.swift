import Foundation
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining
import Testing

/// Imported ONNX models give the outputs of onnxruntime.
struct ONNXImportTests {
  struct Answers: Decodable {
    let pictures: [[UInt8]]
    let outputs: [[Float]]
  }

  /// The models beside the tests, and those in the folder that OCTET_ONNX_MODELS names.
  static let models: [URL] = {
    var folders = [folder]
    if let other = ProcessInfo.processInfo.environment["OCTET_ONNX_MODELS"] {
      folders.append(URL(filePath: other))
    }
    return folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
        .filter { $0.pathExtension == "onnx" }.sorted { $0.path < $1.path }
    }
  }()

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Models")

  @Test(arguments: models)
  func `outputs are those of onnxruntime`(url: URL) throws {
    let model = try FloatModel(onnx: Array(Data(contentsOf: url)), path: url.lastPathComponent)
    let answers = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
    let workers = Workers(count: 1)
    let network = try model.makeNetwork(capacity: 4, workers: workers)
    let images = LabeledItems(
      shape: network.input.shape, pixels: answers.pictures.flatMap { $0 },
      labels: answers.pictures.map { _ in 0 }, classNames: ["0"])
    let rows = network.outputs(images, activation: model.network.outputActivation, workers: workers)
    for (row, expected) in zip(rows, answers.outputs) {
      for (found, value) in zip(row, expected) {
        #expect(abs(found - value) <= 1e-4 * max(1, abs(value)), "\(url.lastPathComponent)")
      }
      #expect(row.count == expected.count)
    }
  }

  @Test(arguments: ["input 4x4x1\nconv 2 3x3\nflatten", "input 3\ndense 1", "input 3\ndense 300 relu"])
  func `a model without classes comes back as it was`(text: String) throws {
    let network = try Network(
      NetworkDescription(text: text), capacity: 1, seed: 1, workers: Workers(count: 1), forTraining: false)
    let model = FloatModel(
      network: network.description, classNames: [],
      parameters: network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) })
    let back = try FloatModel(onnx: ONNXExport.file(model, octetVersion: "1"), path: "x.onnx")
    #expect(back.classNames.isEmpty && back.parameters.map(\.values) == model.parameters.map(\.values))
  }

  @Test func `the models are there`() {
    #expect(Self.models.count >= 16)
  }

  /// One of each form is enough to be damaged.
  static let sources = models.filter {
    $0.path.hasPrefix(folder.path)
      && !["fixed.onnx", "older.onnx"].contains($0.path.split(separator: "-").last ?? "")
  }

  @Test(arguments: sources)
  func `a file cut short or changed is an error or a model`(url: URL) throws {
    let file = Array(try Data(contentsOf: url))
    for count in stride(from: 0, to: file.count, by: max(1, file.count / 700)) {
      // What comes after the graph says nothing that Octet needs.
      if count >= file.count - 16 { continue }
      #expect(throws: ImportError.self) { _ = try FloatModel(onnx: Array(file[..<count]), path: "cut") }
    }
    var random = RandomStream(seed: 9, purpose: .testing, 0)
    for _ in 0..<3000 {
      var changed = file
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: 0..<file.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      do throws(ImportError) { _ = try FloatModel(onnx: changed, path: "changed") } catch {
        #expect(!error.description.contains("\n"))
      }
    }
  }

  @Test func `what is no ONNX file is said in a line`() {
    for bytes: [UInt8] in [
      [], [0], Array("hello".utf8), [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [UInt8](repeating: 0xFF, count: 40),
    ] {
      #expect(throws: ImportError.self) { try FloatModel(onnx: bytes, path: "x.onnx") }
    }
  }
}
