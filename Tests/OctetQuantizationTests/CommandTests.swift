import Foundation
import OctetData
import OctetInterchange
import OctetNetwork
import OctetText
import TestSupport
import Testing

/// `octet quantize`, `evaluate` and `inspect`, from outside.
struct CommandTests {
  private let folder: TemporaryFolder
  private let model: String
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    model = folder.path("small.safetensors")
    data = folder.path("digits.csv")
    let float = try FloatModels.make(
      "input 12x12x1\nconv 4 3x3 relu\nmaxpool 2x2\nflatten\ndense 3 softmax")
    try FloatModelFile.save(float, path: model)
    let images = FloatModels.images(100, shape: ImageShape(height: 12, width: 12, channels: 1), classes: 3)
    try folder.write(FloatModels.table(of: images), to: "digits.csv")
  }

  private func object(_ text: String) throws -> [String: Any] {
    let lines = text.split(separator: "\n")
    #expect(lines.count == 1, "one object on one line")
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func `quantize, evaluate, inspect`() throws {
    let file = folder.path("small.octet")
    let made = try OctetProcess.run("quantize", model, "--data", data, "--json")
    #expect(made.status == 0 && made.errorsBesideWarnings.isEmpty)
    let report = try object(made.output)
    let bytes = try #require(try folder.bytes(of: "small.octet"))
    #expect(report["file_bytes"] as? Int == bytes.count)
    #expect((report["layers"] as? [[String: Any]])?.count == 2)

    let evaluated = try OctetProcess.run("evaluate", file, "--data", data, "--against", model, "--json")
    #expect(evaluated.status == 0 && evaluated.errorsBesideWarnings.isEmpty)
    let figures = try object(evaluated.output)
    for name in ["accuracy", "float_accuracy", "loss_points", "changed", "lost", "gained", "images"] {
      #expect(figures[name] as? Double == report[name] as? Double, "\(name)")
    }
    #expect((figures["interval"] as? [Double])?.count == 2)
    // The table has no test part: a fifth was held out, as in training.
    #expect(figures["images"] as? Int == 20)
    let alone = try object(try OctetProcess.run("evaluate", file, "--data", data, "--json").output)
    #expect(alone["images"] as? Int == 100 && alone["float_accuracy"] == nil)

    let inspected = try object(try OctetProcess.run("inspect", file, "--json").output)
    #expect(inspected["file_bytes"] as? Int == bytes.count)
    #expect(inspected["arena_bytes"] as? Int == report["arena_bytes"] as? Int)
    // 9 x 4 + 4 and 100 x 3 + 3; 10 x 10 x 4 outputs of 9 products, and 300.
    #expect(inspected["parameters"] as? Int == 343 && inspected["multiply_adds"] as? Int == 3900)
    #expect(inspected["weight_bytes"] as? Int == 336)
    for arguments in [
      ["inspect", file], ["evaluate", file, "--data", data, "--against", model],
      ["evaluate", file, "--data", data],
      ["quantize", model, "--data", data, "--out", folder.path("again.octet")],
    ] {
      let text = try OctetProcess.run(arguments)
      #expect(text.status == 0 && text.errorsBesideWarnings.isEmpty)
      #expect(text.output.contains(arguments[0] == "inspect" ? "Arena:" : "%"))
    }
    #expect(try folder.bytes(of: "again.octet") == bytes)
    let quiet = try OctetProcess.run("quantize", model, "--data", data, "-q", "--threads", "3")
    #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
    #expect(try folder.bytes(of: "small.octet") == bytes)
  }

  @Test func `mistakes get one line and leave no file`() throws {
    try folder.write("OCT8 but no more", to: "broken.octet")
    let other = try FloatModels.make("input 12x12x1\nflatten\ndense 3", classNames: ["x", "y", "z"])
    try FloatModelFile.save(other, path: folder.path("other.safetensors"))
    let cases: [(arguments: [String], status: Int32, message: String)] = [
      (["quantize"], 2, "FILE"), (["quantize", model, "--method", "best"], 2, "min-max"),
      (["quantize", model, "--calibration-images", "0"], 2, "from 1"),
      (["quantize", folder.path("none.safetensors"), "--data", data], 1, "none.safetensors"),
      (["quantize", model, "--data", folder.path("none.csv")], 1, "none.csv"),
      (["quantize", folder.path("other.safetensors"), "--data", data], 1, "\"x\""),
      (["inspect", folder.path("broken.octet")], 1, "broken.octet"),
      (["evaluate", folder.path("none.octet")], 1, "none.octet"),
    ]
    for (arguments, status, message) in cases {
      let result = try OctetProcess.run(arguments)
      #expect(result.status == status, "\(arguments)")
      #expect(result.output.isEmpty)
      #expect(
        result.errors.split(separator: "\n").count == 1 && result.errors.contains(message), "\(result.errors)"
      )
    }
    #expect(try folder.bytes(of: "small.octet") == nil && folder.bytes(of: "other.octet") == nil)
  }
}
