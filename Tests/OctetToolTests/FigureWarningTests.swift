import Foundation
import OctetData
import TestSupport
import Testing

/// Figures that should not be believed come with a line of warning; good ones with none.
struct FigureWarningTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "input 784\ndense 32 relu\ndense 10 softmax\nepochs 4\nbatch 16\nseed 1\n", to: "small.network")
    try write(
      train: SyntheticDigits.generate(count: 600, seed: 5), test: SyntheticDigits.generate(count: 60, seed: 6)
    )
  }

  private func write(train: LabeledItems, test: LabeledItems, to name: String = "data") throws {
    try FileManager.default.createDirectory(atPath: folder.path(name), withIntermediateDirectories: true)
    for (images, part) in [(train, "train"), (test, "t10k")] {
      try folder.write(IDXFile.encode(images: images), to: "\(name)/\(part)-images-idx3-ubyte")
      try folder.write(IDXFile.encode(labels: images), to: "\(name)/\(part)-labels-idx1-ubyte")
    }
  }

  private func run(_ words: String...) throws -> OctetProcess.Result {
    try OctetProcess.run(
      words + (words[0] == "export" || words.contains("--data") ? [] : ["--data", folder.path("data")]),
      environment: ["OCTET_MNIST": "", "XDG_CACHE_HOME": "", "HOME": folder.path])
  }

  private func train(_ more: String...) throws -> OctetProcess.Result {
    try OctetProcess.run(
      [
        "train", "--network", folder.path("small.network"), "--data", folder.path("data"), "--out",
        folder.path("m.safetensors"),
      ] + more)
  }

  /// One warning of these words on standard error, and the same in the JSON of the last line.
  private func expectWarning(
    _ result: OctetProcess.Result, _ parts: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(result.status == 0, "\(result.errors)", sourceLocation: location)
    #expect(result.errors.hasPrefix("octet: warning: "), "\(result.errors)", sourceLocation: location)
    result.expectOneLine(parts, sourceLocation: location)
    let warnings = try #require(try result.objects().last?["warnings"] as? [String], sourceLocation: location)
    #expect(warnings.map { "octet: warning: \($0)\n" } == [result.errors], sourceLocation: location)
  }

  @Test func `good figures have no warnings`() throws {
    let (float, file) = (folder.path("m.safetensors"), folder.path("m.octet"))
    for result in [
      try train("--json"), try run("quantize", float, "--json"), try run("evaluate", file, "--json"),
      try run("evaluate", file, "--against", float, "--json"), try run("evaluate", float, "--json"),
    ] {
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(try result.objects().last?["warnings"] as? [String] == [])
    }
    let accuracy = try run("evaluate", file, "--json").objects().last?["accuracy"] as? Double ?? 0
    #expect(accuracy > 0.5)
    let sample = try ClassifySample(digits: 30)
    let classified = try sample.classify(["--labels", "names", "--json"] + sample.paths)
    #expect(classified.errors.isEmpty)
    #expect(try classified.objects().last?["warnings"] as? [String] == [])
  }

  @Test func `accuracy near chance comes with its likely cause`() throws {
    let (float, file, onnx) = (folder.path("m.safetensors"), folder.path("m.octet"), folder.path("m.onnx"))
    try expectWarning(
      try train("--epochs", "1", "--learning-rate", "1e-9", "--json"), "test accuracy of ",
      "is near chance (",
      "--learning-rate")
    try expectWarning(
      try run("quantize", float, "--json"), "float accuracy of ", "is near chance (", "--data")
    try expectWarning(try run("evaluate", file, "--json"), "int8 accuracy of ", "--data")
    try expectWarning(try run("evaluate", float, "--json"), "float accuracy of ", "--data")
    try #require(try run("export", float, "--onnx", onnx).status == 0)
    try expectWarning(try run("evaluate", onnx, "--json"), "float accuracy of ", "say with --pixels what")
    try expectWarning(
      try run("evaluate", onnx, "--json", "--pixels", "0:1.5"), "float accuracy of ", "check --pixels")
    // What prints nothing but errors prints no warnings.
    #expect(try train("--epochs", "1", "--learning-rate", "1e-9", "-q").errors.isEmpty)
    #expect(try run("quantize", float, "-q").errors.isEmpty)
    // A good model on files whose labels are wrong.
    let sample = try ClassifySample(digits: 30)
    try FileManager.default.createDirectory(
      atPath: sample.folder.path("wrong"), withIntermediateDirectories: false)
    for index in 0..<30 { try sample.folder.write(sample.png(index), to: "wrong/\(index % 10)-\(index).png") }
    let classified = try sample.classify(["--labels", "names", "--json", sample.folder.path("wrong")])
    try expectWarning(classified, "the files' accuracy of ", "check the labels", "--save-input")
  }

  @Test func `few calibration images are told`() throws {
    try #require(try train("--json").status == 0)
    let float = folder.path("m.safetensors")
    for (count, words) in [("1", "only 1 calibration image:"), ("31", "only 31 calibration images:")] {
      let result = try run("quantize", float, "--calibration-images", count, "--json")
      #expect(result.errors.contains("octet: warning: \(words)"), "\(result.errors)")
    }
    #expect(try run("quantize", float, "--calibration-images", "64", "--json").errors.isEmpty)
  }

  @Test func `too few test images for an interval are told`() throws {
    try #require(try train("--json").status == 0)
    try write(
      train: SyntheticDigits.generate(count: 600, seed: 5),
      test: SyntheticDigits.generate(count: 49, seed: 6),
      to: "few")
    let float = folder.path("m.safetensors")
    try expectWarning(
      try run("quantize", float, "--data", folder.path("few"), "--json"), "49 test images cannot tell",
      "points")
    let file = folder.path("m.octet")
    try expectWarning(
      try run("evaluate", file, "--against", float, "--data", folder.path("few"), "--json"), "49 test images")
    // One model has no interval.
    #expect(try run("evaluate", file, "--data", folder.path("few"), "--json").errors.isEmpty)
  }

  @Test func `values cut off on the test images are told`() throws {
    try #require(try train("--json").status == 0)
    let digits = SyntheticDigits.generate(count: 200, seed: 5)
    let faint = LabeledItems(
      shape: digits.shape, pixels: digits.pixels.map { $0 / 8 }, labels: digits.labels,
      classNames: digits.classNames)
    try write(train: faint, test: SyntheticDigits.generate(count: 60, seed: 6), to: "faint")
    let result = try run("quantize", folder.path("m.safetensors"), "--data", folder.path("faint"), "--json")
    let lines = result.errors.split(separator: "\n")
    #expect(
      lines.contains {
        $0.hasPrefix("octet: warning: layer dense-1 cuts ") && $0.contains("calibrate on images")
      },
      "\(result.errors)")
  }
}
