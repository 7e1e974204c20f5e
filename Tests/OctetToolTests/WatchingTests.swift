import Foundation
import OctetHost
import TestSupport
import Testing

/// Following a training run, and comparing runs.
@Suite struct WatchingTests {
  /// What TensorBoard finds in a folder: a line for each number, with its tag and step.
  private static let reading = """
    import sys
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    events = EventAccumulator(sys.argv[1])
    events.Reload()
    for tag in sorted(events.Tags()["scalars"]):
        for event in events.Scalars(tag):
            print(tag, event.step, repr(event.value))
    """

  @Test
  func `TensorBoard reads what is written for it`() throws {
    guard let python = Python("tensorboard", environment: "watch") else { return }
    let training = try SmallTraining()
    let folder = training.folder.path("events")
    let result = try OctetProcess.run(
      training.arguments(["--epochs", "3", "--json", "--tensorboard", folder]),
      environment: training.environment)
    #expect(result.status == 0, "\(result.errors)")
    let read = try python.run(Self.reading, folder)
    #expect(read.status == 0, "\(read.output)")
    var found: [String: [Int: Float]] = [:]
    for line in read.output.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, let step = Int(words[1]), let value = Float(words[2]) else { continue }
      found[String(words[0]), default: [:]][step] = value
    }
    // The same numbers as in the JSON of each epoch.
    let names = [
      "loss/training": "loss", "accuracy/training": "accuracy", "loss/validation": "validation_loss",
      "accuracy/validation": "validation_accuracy", "learning_rate": "learning_rate",
      "images_per_second": "images_per_second",
    ]
    let epochs = result.output.split(separator: "\n").dropLast()
    #expect(epochs.count == 3)
    for (index, line) in epochs.enumerated() {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      for (tag, name) in names {
        let value = try #require(object[name] as? Double, "\(name) of \(line)")
        #expect(found[tag]?[index + 1] == Float(value), "\(tag) of epoch \(index + 1)")
      }
    }
    // 240 images in batches of 16.
    #expect(found["batch/running_loss"]?.keys.sorted() == Array(1...45))
  }

  @Test
  func `runs are compared by what their files say`() throws {
    let training = try SmallTraining()
    for (name, rate) in [("slow", "0.0001"), ("fast", "0.01")] {
      let result = try OctetProcess.run(
        training.arguments(["--epochs", "2", "--learning-rate", rate, "-q"], model: name),
        environment: training.environment)
      #expect(result.status == 0, "\(result.errors)")
    }
    let paths = ["slow", "fast"].map { training.folder.path("\($0).safetensors") }
    let page = training.folder.path("runs.html")
    let text = try OctetProcess.run(["compare"] + paths + ["--report", page])
    #expect(text.status == 0, "\(text.errors)")
    let lines = text.output.split(separator: "\n").map(String.init)
    let place = try #require(lines.firstIndex { $0.hasPrefix("learning-rate") })
    #expect(lines[place].contains("0.0001") && lines[place].hasSuffix("slow"))
    #expect(lines[place + 1].contains("0.01 ") && lines[place + 1].hasSuffix("fast"))
    #expect(!lines.contains { $0.hasPrefix("batch ") }, "what is the same is not listed")
    let html = try #require(try training.folder.contents(of: "runs.html"))
    for part in ["Models side by side", "Loss on training images", "Settings that differ", "slow", "fast"] {
      #expect(html.contains(part))
    }
    // As a shell finds them by *.safetensors.
    let checkpoints = ["slow", "fast"].map { training.folder.path("\($0).checkpoint.safetensors") }
    let everything = try OctetProcess.run(["compare"] + checkpoints + paths)
    #expect(text.output.hasPrefix(everything.output), "\(everything.output)\(everything.errors)")
    try OctetProcess.run("compare", checkpoints[0]).expectRefusal(
      1, "slow.checkpoint.safetensors", "is a checkpoint")
    let json = try OctetProcess.run(["compare", "--json"] + paths)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["differing_settings"] as? [String] == ["learning-rate"])
    let models = try #require(object["models"] as? [[String: Any]])
    for (model, path) in zip(models, paths) {
      #expect(model["file_bytes"] as? Int == (try fileContents(path)).count)
      #expect((model["epochs"] as? [Any])?.count == 2)
      #expect(model["test_accuracy"] is Double)
    }
  }
}
