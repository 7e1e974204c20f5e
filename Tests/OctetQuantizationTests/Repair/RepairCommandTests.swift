import Foundation
import OctetData
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// `octet quantize --repair` from outside.
struct RepairCommandTests {
  private let folder: TemporaryFolder
  private let model: String
  private let data: String

  init() throws {
    folder = try TemporaryFolder()
    model = folder.path("uneven.safetensors")
    data = folder.path("data.csv")
    let float = try FloatModels.make(
      "input 12x12x1\na = conv 8 3x3 relu\nb = depthwise 3x3 relu\nc = conv 8 1x1 relu\nflatten\ndense 3 softmax",
      gain: 3
    ).uneven([("a", "b"), ("b", "c")], octaves: 7)
    try FloatModelFile.save(float, path: model)
    let images = FloatModels.images(300, shape: ImageShape(height: 12, width: 12, channels: 1), classes: 3)
    try folder.write(FloatModels.table(of: images), to: "data.csv")
  }

  @Test func `figures say what was lost, what helped and what it cost`() throws {
    let ran = try OctetProcess.run("quantize", model, "--data", data, "--repair", "--json")
    #expect(ran.status == 0 && ran.errorsBesideWarnings.isEmpty, "\(ran.errors)")
    let object = try #require(try JSONSerialization.jsonObject(with: Data(ran.output.utf8)) as? [String: Any])
    let repair = try #require(object["repair"] as? [String: Any])
    func divergence(_ name: String) throws -> Double {
      try #require((repair[name] as? [String: Any])?["divergence"] as? Double)
    }
    #expect(try divergence("after") < divergence("before") / 2)
    let kept = try #require(repair["kept"] as? [[String: Any]])
    #expect(kept.contains { $0["remedy"] as? String == "equalization" && $0["layer"] is NSNull })
    #expect(kept.allSatisfy { $0["added_file_bytes"] is Int && $0["added_operations"] is Int })
    // A fifth is held out for tests, half of the rest is calibrated on.
    #expect(object["calibration_images"] as? Int == 120)
    #expect(repair["trial_items"] as? Int == 60 && repair["proof_items"] as? Int == 60)
    #expect(FileManager.default.fileExists(atPath: folder.path("uneven.octet")))
  }

  @Test func `the text and the page tell the same`() throws {
    let page = folder.path("page.html")
    let ran = try OctetProcess.run("quantize", model, "--data", data, "--repair", "--report", page)
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(ran.output.contains("costliest layers") && ran.output.contains("channels equalized by"))
    #expect(
      ran.output.contains(
        "Remedies were compared on 60 training items, and kept where 60 others confirmed them."))
    let text = try String(contentsOfFile: page, encoding: .utf8)
    #expect(text.contains("Costliest layers before") && text.contains("channels equalized by"))
  }

  @Test func `what goes with it, and what does not`() throws {
    for more in [["--finetune", "1"], ["--repair=1"]] {
      #expect(try OctetProcess.run(["quantize", model, "--data", data, "--repair"] + more).status == 2)
    }
    // With a budget, remedies keep to it.
    let ran = try OctetProcess.run(
      "quantize", model, "--data", data, "--repair", "--budget", "1800", "--json")
    let object = try JSONSerialization.jsonObject(with: Data(ran.output.utf8)) as? [String: Any]
    #expect(try #require(object?["file_bytes"] as? Int) <= 1_800)
    try folder.write((0..<20).map { _ in "0,1\n" }.joined(), to: "few.csv")
    try FloatModelFile.save(FloatModels.make("input 1\ndense 2 softmax"), path: model)
    let few = try OctetProcess.run("quantize", model, "--data", folder.path("few.csv"), "--repair")
    #expect(few.status == 1 && few.errors.contains("--repair needs 32"), "\(few.errors)")
  }
}
