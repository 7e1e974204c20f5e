import Foundation
import OctetData
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Weights of fewer than 8 bits from outside: `octet quantize --bits`, `--budget` and `--finetune`.
struct BitsCommandTests {
  private let folder: TemporaryFolder
  private let model: String
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    model = folder.path("small.safetensors")
    data = folder.path("digits.csv")
    let float = try FloatModels.make(
      "input 12x12x1\nconv 4 3x3 relu\nmaxpool 2x2\nflatten\ndense 30 relu\ndense 3 softmax bits 8")
    try FloatModelFile.save(float, path: model)
    let images = FloatModels.images(200, shape: ImageShape(height: 12, width: 12, channels: 1), classes: 3)
    try folder.write(FloatModels.table(of: images), to: "digits.csv")
  }

  private func object(_ arguments: [String]) throws -> [String: Any] {
    let ran = try OctetProcess.run(arguments + ["--json"])
    #expect(ran.status == 0 && ran.errorsBesideWarnings.isEmpty, "\(ran.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(ran.output.utf8)) as? [String: Any])
  }

  private func encodings(_ file: String) throws -> [String] {
    let layers = try #require(try object(["inspect", file])["layers"] as? [[String: Any]])
    return layers.compactMap { $0["weight_encoding"] as? String }
  }

  @Test func `bits of all layers, and those that a network names`() throws {
    let file = folder.path("small.octet")
    var sizes: [Int] = []
    for (bits, encoding) in [("8", "int8"), ("4", "int4"), ("ternary", "ternary")] {
      let made = try object(["quantize", model, "--data", data, "--bits", bits])
      sizes.append(try #require(made["weight_bytes"] as? Int))
      // The first convolution keeps 8 bits, and the last layer says so itself.
      #expect(try encodings(file) == ["int8", encoding, "int8"])
    }
    // 36 and 90 bytes, and five rows of five cells of four channels for each of 30 outputs.
    #expect(sizes == [36 + 3_000 + 90, 36 + 1_500 + 90, 36 + 30 * 5 * 4 + 90])
    for (bits, line) in [("--bits", "5"), ("--budget", "many"), ("--budget", "0")] {
      #expect(try OctetProcess.run("quantize", model, "--data", data, bits, line).status == 2)
    }
  }

  @Test func `a budget says which layer pays`() throws {
    let whole = try object(["quantize", model, "--data", data])
    let bytes = try #require(whole["file_bytes"] as? Int)
    let made = try object(["quantize", model, "--data", data, "--budget", "\(bytes - 1_000)"])
    #expect(try #require(made["file_bytes"] as? Int) <= bytes - 1_000)
    let budget = try #require(made["budget"] as? [String: Any])
    let layers = try #require(budget["layers"] as? [[String: Any]])
    #expect(layers.map { $0["encoding"] as? String } == ["int8", "int4", "int8"])
    let text = try OctetProcess.run("quantize", model, "--data", data, "--budget", "\(bytes - 1_000)")
    #expect(text.output.contains("dense-1") && text.output.contains("int4"))
    let small = try OctetProcess.run("quantize", model, "--data", data, "--budget", "500")
    #expect(small.status == 1 && small.errors.contains("the budget is 500"))
  }

  @Test func `training writes a file of the same answers, and resumes to the same bytes`() throws {
    let file = folder.path("small.octet")
    let arguments = ["quantize", model, "--data", data, "--bits", "4", "--finetune", "3"]
    let made = try object(arguments)
    let epochs = try #require(made["finetuning"] as? [[String: Any]])
    #expect(epochs.count == 3 && epochs.allSatisfy { $0["held_out_accuracy"] is Double })
    let whole = try folder.bytes(of: "small.octet")
    // The same again, on another number of threads.
    _ = try object(arguments + ["--threads", "1"])
    #expect(try folder.bytes(of: "small.octet") == whole)
    // From the checkpoint of a run that was shorter.
    _ = try OctetProcess.run(Array(arguments.dropLast()) + ["3", "--quiet"])
    let resumed = try object(arguments + ["--resume"])
    #expect((resumed["finetuning"] as? [Any])?.isEmpty ?? true, "all three were done")
    #expect(try folder.bytes(of: "small.octet") == whole)
    #expect(FileManager.default.fileExists(atPath: folder.path("small.finetuning.safetensors")))
    let text = try OctetProcess.run(arguments)
    #expect(text.status == 0 && text.output.contains("held out "))
    #expect(try encodings(file) == ["int8", "int4", "int8"])
    let other = try OctetProcess.run("quantize", model, "--data", data, "--learning-rate", "0.1")
    #expect(other.status == 2 && other.errors.contains("--finetune"))
  }

  @Test func `a teacher's answers stand for labels`() throws {
    // Items without classes: an array of pixels alone.
    let images = FloatModels.images(100, shape: ImageShape(height: 12, width: 12, channels: 1), classes: 3)
    var header = "{'descr': '|u1', 'fortran_order': False, 'shape': (100, 12, 12, 1), }"
    header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
    let size = UInt16(header.utf8.count)
    let array =
      [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(size & 255), UInt8(size >> 8)] + Array(header.utf8)
      + images.pixels
    try Data(array).write(to: URL(filePath: folder.path("items.npy")))
    let made = try object([
      "quantize", model, "--data", folder.path("items.npy"), "--bits", "4", "--finetune", "2",
    ])
    #expect((made["finetuning"] as? [[String: Any]])?.count == 2)
    let taught = try object([
      "quantize", model, "--data", data, "--bits", "4", "--finetune", "2", "--teacher", model,
    ])
    #expect((taught["finetuning"] as? [[String: Any]])?.count == 2)
  }
}
