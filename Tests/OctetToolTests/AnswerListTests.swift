import Foundation
import OctetData
import OctetText
import TestSupport
import Testing

/// What each image was answered: `evaluate --answers` and `classify --labels`.
struct AnswerListTests {
  private let training: SmallTraining
  private let float: String
  private let integer: String
  private let data: String

  init() throws {
    training = try SmallTraining(images: 200)
    data = training.folder.path("data")
    float = training.folder.path("model.safetensors")
    integer = training.folder.path("model.octet")
    let trained = try training.train("--epochs", "2")
    try #require(trained.status == 0, "\(trained.errors)")
    try #require(try training.run(["quantize", float, "--data", data, "-q"]).status == 0)
  }

  private func lines(_ name: String) throws -> [[String: Any]] {
    try #require(try training.folder.contents(of: name)).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func `both models' answers are listed for each image`() throws {
    let path = training.folder.path("answers.jsonl")
    let result = try training.run([
      "evaluate", integer, "--against", float, "--data", data, "--answers", path, "--json",
    ])
    try #require(result.status == 0, "\(result.errors)")
    let report = try #require(try result.objects().first)
    let items = try lines("answers.jsonl")
    #expect(items.count == 50 && items.map { $0["item"] as? Int } == Array(0..<50))
    let right = items.filter { $0["right"] as? Bool == true }
    #expect(Double(right.count) / 50 == report["accuracy"] as? Double)
    #expect(right.allSatisfy { $0["int8"] as? String == $0["truth"] as? String })
    let floatRight = items.filter { $0["float"] as? String == $0["truth"] as? String }
    #expect(Double(floatRight.count) / 50 == report["float_accuracy"] as? Double)
    let changed = items.filter { $0["changed"] as? Bool == true }
    #expect(changed.count == report["changed"] as? Int)
    #expect(changed.compactMap { $0["item"] as? Int } == report["changed_items"] as? [Int])
    #expect(changed.allSatisfy { $0["int8"] as? String != $0["float"] as? String })
    let truths = SyntheticDigits.generate(count: 50, seed: 6)
    #expect(items.map { $0["truth"] as? String } == truths.labels.map { truths.classNames[Int($0)] })
    for item in items {
      for side in ["int8", "float"] {
        let shares = try #require(item["\(side)_probabilities"] as? [Double])
        #expect(shares.count == 10 && abs(shares.reduce(0, +) - 1) < 0.01)
        let best = try #require(shares.indices.max { shares[$0] < shares[$1] })
        #expect(item[side] as? String == "\(best)")
      }
    }
  }

  @Test func `a table says the same`() throws {
    let (table, objects) = (training.folder.path("answers.csv"), training.folder.path("answers.jsonl"))
    for path in [table, objects] {
      let result = try training.run([
        "evaluate", integer, "--against", float, "--data", data, "--answers", path,
      ])
      #expect(result.status == 0 && result.output.contains("Wrote \(path)"))
    }
    let rows = try #require(try training.folder.contents(of: "answers.csv")).split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    #expect(rows[0].prefix(6) == ["item", "truth", "int8", "float", "right", "changed"])
    #expect(rows[0].count == 26 && rows[0][6] == "int8 0" && rows[0][25] == "float 9")
    for (row, item) in zip(rows.dropFirst(), try lines("answers.jsonl")) {
      let number = try #require(item["item"] as? Int)
      #expect(row.count == 26 && row[0] == "\(number)")
      #expect(row[1] == item["truth"] as? String && row[2] == item["int8"] as? String)
      #expect(row[3] == item["float"] as? String)
      let (right, changed) = (try #require(item["right"] as? Bool), try #require(item["changed"] as? Bool))
      #expect(row[4] == "\(right)" && row[5] == "\(changed)")
      let shares =
        (item["int8_probabilities"] as? [Double] ?? []) + (item["float_probabilities"] as? [Double] ?? [])
      #expect(row[6...].map { Double($0) } == shares)
    }
  }

  @Test func `one model has no changes`() throws {
    for (model, side, other) in [(integer, "int8", "float"), (float, "float", "int8")] {
      let path = training.folder.path("one.jsonl")
      let result = try training.run(["evaluate", model, "--data", data, "--answers", path, "--json"])
      try #require(result.status == 0, "\(result.errors)")
      let items = try lines("one.jsonl")
      let accuracy = try #require(try result.objects().first?["accuracy"] as? Double)
      #expect(Double(items.filter { $0["right"] as? Bool == true }.count) / 50 == accuracy)
      #expect(items.allSatisfy { $0[side] != nil && $0[other] == nil && $0["changed"] == nil })
    }
    try training.run(["evaluate", integer, "--data", data, "--answers", training.folder.path("one.txt")])
      .expectRefusal(2, ".csv or .jsonl")
    #expect(try training.folder.bytes(of: "one.txt") == nil)
  }

  @Test func `a float model alone is tested in every format`() throws {
    let beside = try #require(
      try training.run(["evaluate", integer, "--against", float, "--data", data, "--json"]).objects().first)
    let onnx = training.folder.path("model.onnx")
    try #require(try training.run(["export", float, "--onnx", onnx]).status == 0)
    for (model, more) in [(float, []), (onnx, []), (onnx, ["--classes", "0,1,2,3,4,5,6,7,8,9"])] {
      let result = try training.run(["evaluate", model, "--data", data, "--json"] + more)
      let report = try #require(try result.objects().first, "\(result.errors)")
      #expect(report["accuracy"] as? Double == beside["float_accuracy"] as? Double)
      #expect(report["type"] as? String == "float" && report["arena_bytes"] == nil)
    }
    let text = try training.run([
      "evaluate", float, "--data", data, "--report", training.folder.path("f.html"),
    ])
    #expect(text.status == 0 && text.output.contains("Test images: 50, accuracy"))
    #expect(try training.folder.contents(of: "f.html")?.contains("Confusion matrix") == true)
    try training.run(["evaluate", float, "--against", float]).expectRefusal(2, "name the .octet file first")
    try training.run(["evaluate", float, "--classes", "a,b"]).expectRefusal(2, "contains that itself")
    try training.run(["evaluate", integer, "--classes", "a,b"]).expectRefusal(2, "contains its classes")
    try training.run(["evaluate", onnx, "--data", data, "--classes", "a,b"]).expectRefusal(1, "10 outputs")
  }

  @Test func `classified files carry their truth`() throws {
    let sample = try ClassifySample(digits: 12)
    let json = try sample.classify(["--json", "--labels", "names", "-q"] + sample.paths)
    for (index, item) in try json.objects().dropLast().enumerated() {
      let truth = sample.digits.classNames[Int(sample.digits.labels[index])]
      #expect(item["truth"] as? String == truth)
      #expect(item["right"] as? Bool == (item["class"] as? String == truth))
    }
    try sample.folder.write("no picture", to: "digits/3-broken.png")
    let broken = sample.folder.path("digits/3-broken.png")
    let table = try sample.classify(["--csv", "--labels", "names", "-q"] + sample.paths + [broken])
    let rows = table.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(rows[0].suffix(3) == ["error", "truth", "right"] && rows.count == 14)
    for (index, row) in rows.dropFirst().dropLast().enumerated() {
      #expect(row.count == 8 && row[6] == sample.digits.classNames[Int(sample.digits.labels[index])])
      #expect(row[7] == (row[1] == row[6] ? "true" : "false"))
    }
    #expect(rows[13].count == 8 && rows[13].suffix(2) == ["", ""])
    // Without labels nothing is added.
    let plain = try sample.classify(["--csv", "-q", sample.path(0)]).output
    #expect(plain.hasPrefix("file,class,probability,runner_up,runner_up_probability,error\n"))
    #expect(!(try sample.classify(["--json", "-q", sample.path(0)]).output.contains("truth")))
  }
}
