import Foundation
import OctetInterchange
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What `octet train` prints.
@Suite struct TrainingOutputTests {
  /// The parameter counts that the reference systems state, in the table before training.
  @Test(arguments: [
    ("binary-dense", "108,801"), ("dense-dropout", "101,770"), ("cnn-two-pool", "179,926"),
    ("cnn-deep", "1,199,882"),
  ])
  func `the summary has the totals`(recipe: String, total: String) throws {
    let training = try SmallTraining()
    let result = try training.run([
      "train", "--recipe", recipe, "--data", training.folder.path("data"), "--epochs", "1", "--images", "20",
      "--validation-split", "0", "--out", training.folder.path("model.safetensors"),
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.errorsBesideWarnings.isEmpty, "no bar where there is no terminal")
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    #expect(lines.contains { $0.prefix(2) == ["total", total] }, "\(result.output)")
    #expect(lines.contains { $0.prefix(4) == ["layer", "kind", "output", "parameters"] })
  }

  @Test func `plain lines where there is no terminal`() throws {
    let training = try SmallTraining()
    let result = try training.train("--epochs", "12")
    #expect(result.status == 0)
    #expect(result.errorsBesideWarnings.isEmpty)
    #expect(!result.output.contains("\u{1B}") && !result.output.contains("\r"))
    let epochs = result.output.split(separator: "\n").filter { $0.hasPrefix("epoch ") }
    #expect(epochs.count == 12)
    for (index, line) in epochs.enumerated() {
      #expect(line.hasPrefix("epoch \(index < 9 ? " " : "")\(index + 1)/12  loss "), "\(line)")
      for part in ["accuracy", "validation loss", "images/s"] { #expect(line.contains(part), "\(line)") }
    }
    for part in [
      "Data: MNIST, 300 training and 50 test images, from \(training.folder.path("data"))",
      "Training images: 240, loss ",
      "Test images: 50, loss ", "precision  recall", "weighted mean", "Confusion matrix",
      "Wrote \(training.folder.path("model.safetensors"))",
    ] {
      #expect(result.output.contains(part), "\"\(part)\" is not in: \(result.output)")
    }
  }

  @Test func `quiet says nothing`() throws {
    let training = try SmallTraining()
    let result = try training.train("--epochs", "1", "--quiet")
    #expect(result.status == 0)
    #expect(result.output.isEmpty && result.errors.isEmpty)
    #expect(try training.written() == ["model.checkpoint.safetensors", "model.safetensors"])
  }

  @Test(arguments: [["--json"], ["--json", "--quiet"]]) func `an object per epoch and one at the end`(
    options: [String]
  )
    throws
  {
    let training = try SmallTraining()
    let result = try training.run(training.arguments(["--epochs", "3"] + options))
    #expect(result.status == 0)
    #expect(result.errorsBesideWarnings.isEmpty)
    let objects = try result.objects()
    try #require(objects.count == 4)
    for (index, object) in objects.prefix(3).enumerated() {
      #expect(object["epoch"] as? Int == index + 1)
      #expect(object["epochs"] as? Int == 3)
      for name in [
        "loss", "accuracy", "validation_loss", "validation_accuracy", "seconds", "images_per_second",
        "learning_rate",
      ] {
        #expect(object[name] is NSNumber, "\(name)")
      }
    }
    try checkLast(objects[3])
  }

  private func checkLast(_ last: [String: Any]) throws {
    func number(_ name: String) throws -> Double {
      try #require(last[name] as? NSNumber, "\(name)").doubleValue
    }
    let accuracy = try number("test_accuracy")
    #expect(try number("test_loss") > 0)
    #expect(try number("test_images") == 50)
    #expect(try number("training_images") == 240)
    for part in ["test", "training"] {
      for name in ["accuracy", "loss", "precision", "recall", "f1"] { _ = try number("\(part)_\(name)") }
      for name in ["mean", "weighted_mean"] {
        let average = try #require(last["\(part)_\(name)"] as? [String: Any])
        #expect(Set(average.keys) == ["precision", "recall", "f1", "images"])
      }
      let classes = try #require(last["\(part)_classes"] as? [[String: Any]])
      #expect(classes.map { $0["class"] as? String } == (0..<10).map(String.init))
      for scores in classes {
        #expect(Set(scores.keys) == ["class", "precision", "recall", "f1", "images", "counted"])
      }
    }
    // The figures agree with each other: accuracy is the diagonal's share of the confusion matrix.
    let matrix = try #require(last["test_confusion_matrix"] as? [[Int]])
    #expect(matrix.joined().reduce(0, +) == 50)
    #expect(Double(matrix.indices.reduce(0) { $0 + matrix[$1][$1] }) / 50 == accuracy)
    #expect(last["recipe"] as? String == "small")
    #expect(last["parameters"] as? Int == 36 + 16 + (676 * 16 + 16) + (16 * 10 + 10))
    #expect((last["model"] as? String)?.hasSuffix("model.safetensors") == true)
  }

  @Test func `two classes have a positive one`() throws {
    let training = try SmallTraining()
    let arguments = [
      "train", "--recipe", "binary-dense", "--data", training.folder.path("data"), "--epochs", "2", "--out",
      training.folder.path("model.safetensors"),
    ]
    let text = try training.run(arguments)
    #expect(text.output.contains("class 1 counts as positive"), "\(text.output)")
    let last = try #require(try training.run(arguments + ["--json"]).objects().last)
    #expect(last["positive_class"] as? String == "1")
    let classes = try #require(last["test_classes"] as? [[String: Any]])
    for name in ["precision", "recall", "f1"] {
      #expect(last["test_\(name)"] as? Double == classes[1][name] as? Double)
    }
  }

  @Test func `every setting can be overridden`() throws {
    let training = try SmallTraining()
    let options = [
      "epochs": "2", "batch": "full", "learning-rate": "0.01", "optimizer": "sgd", "momentum": "0.5",
      "loss": "categorical-crossentropy", "validation-split": "0.1", "test-split": "0.3", "seed": "77",
      "schedule": "constant", "digits": "3,8,5", "images": "60", "augment": "shear=0.1,elastic=2",
      "early-stopping": "1",
    ]
    try training.folder.write("input 784\ndense 3 softmax\n", to: "small.network")
    let result = try training.run(
      training.arguments(["--json"] + options.flatMap { ["--\($0.key)", $0.value] }))
    #expect(result.status == 0, "\(result.errors)")
    let model = try FloatModelFile.load(path: training.folder.path("model.safetensors"))
    var saved: [String: String] = [:]
    for setting in model.settings { saved[setting.name] = setting.value }
    #expect(saved == options)
    #expect(model.classNames == ["3", "8", "5"])
    #expect(try result.objects().last?["test_images"] as? Int == 18)
  }

  @Test func `a reader that closes the pipe stops the run`() throws {
    let training = try SmallTraining()
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let result = try training.run(
      training.arguments(["--epochs", "1", "--json"]), output: .descriptor(ends[1]))
    #expect(result.status == 0)
    #expect(result.errorsBesideWarnings.isEmpty)
  }

  /// Nothing of the clock is in a model.
  @Test func `a seed gives the same file`() throws {
    let training = try SmallTraining()
    var files: [[UInt8]?] = []
    for _ in 0..<2 {
      #expect(try training.train("--epochs", "2", "--quiet").status == 0)
      files.append(try training.folder.bytes(of: "model.safetensors"))
    }
    #expect(files[0] != nil && files[0] == files[1])
  }
}
