import Foundation
import Octet
import OctetQuantization
import TestSupport
import Testing

/// `--max-work`: a small file that asks for minutes of work is refused before any of it is done.
@Suite(.timeLimit(.minutes(2))) struct MaxWorkTests {
  private func sample() throws -> ClassifySample {
    let sample = try ClassifySample(digits: 1)
    try sample.folder.write(LaboriousModel.pools, to: "pools.octet")
    return sample
  }

  @Test func `every command that runs a model refuses`() throws {
    let sample = try sample()
    let model = sample.folder.path("pools.octet")
    for arguments in [
      ["classify", model, sample.path(0)], ["evaluate", model],
      ["predict", model, sample.folder.path("digits")], ["bench", model, "--noise"],
      ["report", model, "--out", sample.folder.path("page.html")],
    ] {
      try OctetProcess.run(arguments).expectRefusal(
        1, "pools.octet", "an image takes 25", "operations, and the limit is 20000000000", "--max-work")
    }
    let device = try OctetProcess.run(
      model, sample.path(0), executable: try BuiltProducts.path(of: "octet-classify"))
    #expect(device.status == 1)
    #expect(
      device.errors.contains("operations, and the limit is 20000000000; --max-work raises it"),
      "\(device.errors)")
  }

  @Test func `a limit given by the user`() throws {
    let sample = try sample()
    let octet = try OctetModelWork(ClassifySample.model)
    for program in ["octet", "octet-classify"] {
      func run(_ limit: String) throws -> OctetProcess.Result {
        try OctetProcess.run(
          (program == "octet" ? ["classify"] : []) + [
            "--max-work", limit, ClassifySample.model, sample.path(0),
          ],
          executable: try BuiltProducts.path(of: program))
      }
      #expect(try run("\(octet.total)").status == 0)
      let refused = try run("\(octet.total - 1)")
      #expect(refused.status == 1 && refused.errors.contains("--max-work"))
      for wrong in ["0", "many", "-1", "1.5", "99999999999999999999"] {
        let result = try run(wrong)
        #expect(result.status == 2, "\(wrong)")
        #expect(result.errors.contains("--max-work"), "\(result.errors)")
      }
    }
  }

  @Test func `inspect shows what is refused`() throws {
    let sample = try sample()
    let work = try Model(copying: LaboriousModel.pools, workLimit: .max).work
    let json = try OctetProcess.run("inspect", sample.folder.path("pools.octet"), "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let whole = try #require(object["work"] as? [String: Int])
    #expect(whole["total"] == Int(work.total))
    #expect(whole["additions_and_comparisons"] == Int(work.additionsAndComparisons))
    #expect(whole["bytes_moved"] == Int(work.bytesMoved))
    #expect(whole["multiply_adds"] == 0 && object["multiply_adds"] as? Int == 0)
    let layers = try #require(object["layers"] as? [[String: Any]])
    let parts = layers.compactMap { ($0["work"] as? [String: Int])?["additions_and_comparisons"] }
    #expect(parts.count == 63 && parts.reduce(0, +) == Int(work.additionsAndComparisons))
    let text = try OctetProcess.run("inspect", sample.folder.path("pools.octet"))
    #expect(text.output.contains("Work for one item: 25"))
  }
}

/// What a file costs.
private struct OctetModelWork {
  let total: UInt64

  init(_ path: String) throws {
    total = try Model(copying: Array(try Data(contentsOf: URL(filePath: path)))).work.total
  }
}
