import Foundation
import OctetData
import TestSupport
import Testing

/// `octet classify --labels`, against what `octet evaluate` says of the same images.
@Suite struct ClassifyLabelTests {
  /// Exports the test images of `data` in `folder` and compares accuracy and confusion matrix, with labels in the
  /// names and as folders.
  private func compare(data: String, images: Int, in folder: TemporaryFolder) throws {
    let evaluated = try OctetProcess.run("evaluate", ClassifySample.model, "--data", data, "--json")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let expected = try #require(try evaluated.objects().first)
    #expect(expected["images"] as? Int == images)
    for (rule, more) in [("names", []), ("folders", ["--folders"])] {
      let pictures = folder.path("pictures-" + rule)
      let exported = try OctetProcess.run(["data", "export-png", "--data", data, "--out", pictures] + more)
      #expect(exported.status == 0, "\(exported.errors)")
      let result = try OctetProcess.run(
        "classify", ClassifySample.model, "--labels", rule, "--json", pictures)
      #expect(result.status == 0, "\(result.errors)")
      let objects = try result.objects()
      #expect(objects.count == images + 1)
      let summary = try #require(objects.last)
      #expect(summary["images"] as? Int == images)
      #expect(summary["failed"] as? Int == 0)
      // To the last bit: the same images gave the same answers.
      #expect(summary["accuracy"] as? Double == expected["accuracy"] as? Double)
      let matrix = try #require(summary["confusion_matrix"] as? [[Int]])
      #expect(matrix == expected["confusion_matrix"] as? [[Int]])
      #expect(matrix.joined().reduce(0, +) == images)
    }
  }

  @Test func `accuracy is that of evaluate`() throws {
    let training = try SmallTraining(images: 20)
    try compare(data: training.folder.path("data"), images: 50, in: training.folder)
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["OCTET_MNIST"] != nil, "OCTET_MNIST is not set"))
  func `accuracy on MNIST is that of evaluate`() throws {
    let data = try #require(ProcessInfo.processInfo.environment["OCTET_MNIST"])
    try compare(data: data, images: 10_000, in: try TemporaryFolder())
  }

  @Test func `text ends with accuracy and matrix`() throws {
    let sample = try ClassifySample(digits: 20)
    let result = try sample.classify(["--labels", "names", sample.folder.path("digits")])
    #expect(result.status == 0)
    // The shipped model has read real digits only, but most of these.
    #expect(
      result.output.contains("Confusion matrix") && result.output.contains("Files: 20"), "\(result.output)")
    let table = try sample.classify(["--labels", "names", "--csv", sample.folder.path("digits")])
    #expect(table.output.split(separator: "\n").count == 21)
    #expect(table.errors.contains("Confusion matrix"))
  }

  @Test func `a label that is not a class is a failure of that file`() throws {
    let sample = try ClassifySample(digits: 2)
    try sample.folder.write(sample.png(0), to: "x-1.png")
    let files = [sample.path(0), sample.folder.path("x-1.png"), sample.path(1)]
    let result = try sample.classify(["--json", "--labels", "names"] + files)
    #expect(result.status == 1)
    let objects = try result.objects()
    #expect(objects.count == 4)
    #expect(
      (objects[1]["error"] as? String)?.contains("its label \"x\" is none of the model's classes") == true)
    #expect(objects[3]["images"] as? Int == 2 && objects[3]["failed"] as? Int == 1)
  }

  @Test func `means are over the classes that occur`() throws {
    let sample = try ClassifySample(digits: 20)
    let right = try (0..<20).filter {
      try ClassifySample.answer(sample.pixels($0)).index == sample.digits.labels[$0]
    }
    let first = try #require(right.first)
    let second = try #require(right.first { sample.digits.labels[$0] != sample.digits.labels[first] })
    let files = [first, second].map(sample.path)
    let summary = try #require(
      try sample.classify(["--json", "--labels", "names"] + files).objects().last)
    let mean = try #require(summary["mean"] as? [String: Any])
    #expect(summary["accuracy"] as? Double == 1 && mean["f1"] as? Double == 1)
    let names = [first, second].map { sample.digits.classNames[Int(sample.digits.labels[$0])] }.sorted()
    #expect(summary["counted_classes"] as? [String] == names)
    let text = try sample.classify(["--labels", "names"] + files).output
    #expect(text.contains("F1 1.0000 (means over the 2 of 10 classes that occur)"))
    #expect(
      text.contains("\nMeans over the 2 of 10 classes that occur; · is neither a truth nor an answer here.\n")
    )
  }

  @Test func `labels in names of both kinds`() throws {
    let sample = try ClassifySample(digits: 10)
    let index = try #require((0..<10).first { sample.digits.labels[$0] == 7 })
    let names = ["00042-label-7.png", "7.png", "7-mine.png", "7_2.png", "7.old.png", "2-label-7.png"]
    for name in names { try sample.folder.write(sample.png(index), to: name) }
    let result = try sample.classify(["--json", "--labels", "names"] + names.map { sample.folder.path($0) })
    let summary = try #require(try result.objects().last)
    let matrix = try #require(summary["confusion_matrix"] as? [[Int]])
    #expect(matrix[7].reduce(0, +) == names.count)
  }
}
