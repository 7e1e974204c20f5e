import Foundation
import TestSupport
import Testing

@Suite struct DrawingTests {
  @Test
  func `octet data show counts the images of each class`() throws {
    let sample = try SmallTraining(images: 100)
    let shown = try sample.run(["data", "show", "--data", sample.folder.path("data")])
    #expect(shown.status == 0 && shown.output.contains("█") && !shown.output.contains("\u{1B}"))
    let object = try #require(
      try sample.run([
        "data", "show", "--data", sample.folder.path("data"), "--set", "test", "--image", "3", "--json",
      ])
      .objects().first)
    let classes = try #require(object["classes"] as? [[String: Any]])
    #expect(classes.reduce(0) { $0 + ($1["images"] as? Int ?? 0) } == 50)
    #expect((object["pixels"] as? [Int])?.count == 784 && object["images"] as? Int == 50)
    let one = try sample.run([
      "data", "show", "--data", sample.folder.path("data"), "--set", "test", "--image", "3",
    ])
    #expect(one.output.contains("no. 3: \(try #require(object["class"] as? String))\n"))
  }

  @Test
  func `octet classify --show draws what the network saw under each line, and no colour into a file`() throws
  {
    let sample = try ClassifySample(digits: 2)
    let plain = try sample.classify(sample.paths)
    let shown = try sample.classify(sample.paths + ["--show"])
    #expect(shown.status == 0 && !shown.output.contains("\u{1B}"))
    for line in plain.output.split(separator: "\n") { #expect(shown.output.contains(line)) }
    #expect(shown.output.contains("█") && shown.output.split(separator: "\n").count > 20)
    #expect(shown.output.split(separator: "\n").count { $0.hasSuffix(" %") } >= 20)
  }

  @Test
  func `a training run ends with its course`() throws {
    let sample = try SmallTraining(images: 100)
    let result = try sample.train("--epochs", "3")
    #expect(
      result.output.contains("\nloss  ") && result.output.contains("validation accuracy  ")
        && result.output.contains("█"))
  }
}
