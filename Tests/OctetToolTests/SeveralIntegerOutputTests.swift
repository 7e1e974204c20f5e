import Foundation
import OctetData
import OctetHost
import TestSupport
import Testing

/// A full-integer .tflite file with several outputs in each command. LiteRT's integers come from
/// Tools/golden/lite_golden.py.
@Suite struct SeveralIntegerOutputTests {
  private struct Answers: Decodable {
    let pictures: [[UInt8]]
    let logits: [[Int]]
  }

  private let folder: TemporaryFolder
  private let answers: Answers
  private static let model = Python.repository.appending(
    path: "Tests/OctetQuantizationTests/TensorFlowLite/Models/several-int8.tflite")

  init() throws {
    folder = try TemporaryFolder()
    let url = Self.model.deletingPathExtension().appendingPathExtension("json")
    answers = try JSONDecoder().decode(Answers.self, from: Data(contentsOf: url))
    try folder.write(pictures.file, to: "items.npy")
  }

  private var pictures: NPYArray {
    NPYArray(
      shape: [answers.pictures.count, 8, 7, 2], element: .uint8, bytes: answers.pictures.flatMap { $0 })
  }

  private func run(_ arguments: String...) throws -> OctetProcess.Result {
    let result = try OctetProcess.run(arguments)
    try #require(result.status == 0, "\(result.errors)")
    return result
  }

  /// The outputs of a model for the pictures, by the order of their names.
  private func outputs(_ model: String, _ options: String...) throws -> [(name: String, array: NPYArray)] {
    let result = try OctetProcess.run(
      ["predict", model, folder.path("items.npy"), "--out", folder.path("out.npz")] + options)
    try #require(result.status == 0, "\(result.errors)")
    let archive = try ZIPArchive(ByteFile.contents(at: folder.path("out.npz"), limit: 1 << 20))
    return try archive.names.map { name in
      let bytes = try #require(try archive.contents(name))
      return (String(name.dropLast(4)), try NPYArray(bytes, path: name))
    }
  }

  /// All integers of an item, one output after the other.
  private func rows(_ outputs: [(name: String, array: NPYArray)]) -> [[Int]] {
    answers.pictures.indices.map { item in
      outputs.flatMap { output in
        let size = output.array.count / answers.pictures.count
        return output.array.floats(item * size..<(item + 1) * size).map { Int($0) }
      }
    }
  }

  @Test func `every output is LiteRT's, before and after it is written`() throws {
    let taken = try outputs(Self.model.path, "--integers")
    #expect(taken.map(\.name) == (0..<8).map { "output_\($0)" })
    let one = folder.path("angle.npy")
    _ = try run(
      "predict", Self.model.path, folder.path("items.npy"), "--integers", "--output", "output_3", "--out", one
    )
    let angle = try NPYArray.read(path: one)
    #expect(angle.shape == [8, 2])
    #expect(angle.file == taken.first { $0.name == "output_3" }?.array.file)

    let out = folder.path("several.octet")
    let said = try run("quantize", Self.model.path, "--pixels", "0:1", "--out", out).output
    for words in [
      "output_0 (5 classes)", "output_1 (numbers of 8x7x4)", "output_2 (2 classes)", "output_4 (3 labels)",
    ] {
      #expect(said.contains(words), "\(said)")
    }
    let object = try #require(
      try run("quantize", Self.model.path, "--pixels", "0:1", "--out", out, "--json").objects().first)
    let meanings = try #require(object["outputs"] as? [[String: String]])
    let inFile = meanings.compactMap { meaning in taken.first { $0.name == meaning["output"] } }
    #expect(inFile.count == 8 && rows(inFile) == answers.logits)
    #expect(meanings.first { $0["output"] == "output_4" }?["meaning"] == "labels")
    // The .octet file has numbers for names.
    let written = try outputs(out, "--integers")
    #expect(written.map(\.name) == (0..<8).map { "output_\($0)" })
    #expect(rows(written) == answers.logits)
    // Probabilities behind the heads; the numbers of all else.
    let reals = try outputs(Self.model.path)
    let kind = try #require(reals.first { $0.name == "output_0" }).array
    for item in 0..<8 {
      let sum = kind.floats(item * 5..<(item + 1) * 5).reduce(0, +)
      #expect(abs(sum - 1) < 1e-3)
    }
    let inspected = try run("inspect", out).output
    #expect(inspected.contains("labels"), "\(inspected)")
    #expect(try run("inspect", Self.model.path).output.contains("labels"))
    _ = try run("export", out, "--onnx-qdq", folder.path("several.onnx"))
    #expect(try #require(try folder.bytes(of: "several.onnx")).count > 5000)
  }

  @Test func `targets are those of the output that they are named after`() throws {
    let found = try outputs(Self.model.path)
    func values(_ name: String) throws -> [Float] {
      let array = try #require(found.first { $0.name == name }).array
      return array.floats(0..<array.count)
    }
    let (kinds, tags) = (try values("output_0"), try values("output_4"))
    var classes = (0..<8).map { item in
      UInt8((0..<5).max { kinds[item * 5 + $0] < kinds[item * 5 + $1] } ?? 0)
    }
    classes[0] = (classes[0] + 1) % 5
    var flags = tags.map { UInt8($0 > 0.5 ? 1 : 0) }
    flags[4] = 1 - flags[4]
    var archive = ZIPWriter()
    archive.add(pictures.file, name: "x.npy")
    archive.add(NPYArray(shape: [8], element: .uint8, bytes: classes).file, name: "y_output_0.npy")
    archive.add(NPYArray(shape: [8, 3], element: .uint8, bytes: flags).file, name: "y_output_4.npy")
    try folder.write(#require(archive.file), to: "data.npz")
    let object = try #require(
      try run("evaluate", Self.model.path, "--data", folder.path("data.npz"), "--json").objects().first)
    let results = try #require(object["outputs"] as? [[String: Any]])
    #expect(results.count == 8)
    let kind = try #require(results.first { $0["output"] as? String == "output_0" })
    #expect(kind["meaning"] as? String == "classes" && kind["accuracy"] as? Double == 7.0 / 8, "\(kind)")
    let tag = try #require(results.first { $0["output"] as? String == "output_4" })
    #expect(tag["meaning"] as? String == "labels", "\(tag)")
    let angle = try #require(results.first { $0["output"] as? String == "output_3" })
    #expect(angle["meaning"] as? String == "numbers", "\(angle)")
  }
}
