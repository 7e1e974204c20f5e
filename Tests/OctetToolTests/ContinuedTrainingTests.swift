import Foundation
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// `octet train` with another model: going on from it, and learning its answers; and what it learns beside classes.
@Suite struct ContinuedTrainingTests {
  private let training: SmallTraining

  init() throws {
    training = try SmallTraining(images: 120)
    #expect(try training.train("--epochs", "1", model: "first").status == 0)
  }

  private func parameters(_ model: String) throws -> [String: [Float]] {
    let read = try FloatModelFile.load(path: training.folder.path("\(model).safetensors"))
    return Dictionary(uniqueKeysWithValues: read.parameters.map { ($0.name, $0.values) })
  }

  private func run(_ more: String..., out: String = "next") throws -> OctetProcess.Result {
    try training.run(
      [
        "train", "--data", training.folder.path("data"), "--epochs", "1", "--out",
        training.folder.path("\(out).safetensors"),
      ] + more)
  }

  @Test func `a model brings its network and weights`() throws {
    let first = training.folder.path("first.safetensors")
    let result = try run("--from", first, "--freeze", "..batchnorm-1", "--learning-rate", "0.01")
    #expect(
      result.status == 0 && result.output.contains("Start: the network and weights of"), "\(result.errors)")
    let (before, after) = (try parameters("first"), try parameters("next"))
    #expect(before.keys.sorted() == after.keys.sorted())
    for (name, values) in after {
      let isFrozen = name.hasPrefix("conv-1.") || name.hasPrefix("batchnorm-1.")
      #expect((values == before[name]) == isFrozen, "\(name)")
    }
  }

  @Test func `other classes get a last layer of their own`() throws {
    let result = try run("--from", training.folder.path("first.safetensors"), "--digits", "3,4,5")
    #expect(result.status == 0 && result.output.contains("a new layer dense-2 for 3 classes in place of 10"))
    #expect(try parameters("next")["dense-2.bias"]?.count == 3)
  }

  @Test func `layers of another network start by their names`() throws {
    let text = SmallTraining.network.replacingOccurrences(of: "dense 16 relu", with: "dense 12 relu")
    try training.folder.write(text, to: "other.network")
    let result = try run(
      "--network", training.folder.path("other.network"), "--from", training.folder.path("first.safetensors"))
    #expect(
      result.output.contains("for conv-1, batchnorm-1; dense-1, dense-2 start anew"), "\(result.output)")
    try training.folder.write("input 784\na = dense 10 softmax\n", to: "none.network")
    try run(
      "--network", training.folder.path("none.network"), "--from", training.folder.path("first.safetensors")
    ).expectRefusal(1, "no layer of the network has a name and shape")
  }

  @Test func `a resumed run needs the same start and teacher`() throws {
    let first = training.folder.path("first.safetensors")
    let network = training.folder.path("small.network")
    #expect(try run("--network", network, "--teacher", first, out: "taught").status == 0)
    #expect(try run("--network", network, out: "alone").status == 0)
    #expect(try training.weights(model: "taught") != training.weights(model: "alone"))
    let resumed = try run("--network", network, "--teacher", first, "--resume", out: "taught")
    #expect(resumed.status == 0 && resumed.output.contains("Resumed after epoch 1"))
    try run("--network", network, "--resume", "--json", out: "taught").expectRefusal(1, "training data is")
    try run("--network", network, "--teacher-share", "0.5").expectRefusal(2, "name one")
  }

  /// A network of PyTorch for digits of 12x12 in five classes.
  @Test func `goes on from a model of another format`() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../OctetInterchangeTests/ONNX/Models/exported-digits-fixed.onnx").path
    let lines = (0..<60).map { line in
      "\(line % 5)," + (0..<144).map { "\($0 % 5 == line % 5 ? 200 + line / 2 : $0)" }.joined(separator: ",")
    }
    try training.folder.write(lines.joined(separator: "\n") + "\n", to: "small.csv")
    let model = training.folder.path("next.safetensors")
    let shared = [
      "train", "--data", training.folder.path("small.csv"), "--epochs", "2", "--out", model, "--pixels=-1:1",
    ]
    let result = try training.run(shared + ["--from", path])
    #expect(result.status == 0, "\(result.errors)")
    let read = try FloatModelFile.load(path: model)
    #expect(read.network.outputActivation == .softmax && read.classNames == ["0", "1", "2", "3", "4"])
    try training.folder.write("input 12x12x1\nflatten\ndense 5 softmax\n", to: "student.network")
    let taught = try training.run(
      shared + ["--network", training.folder.path("student.network"), "--teacher", path])
    #expect(taught.status == 0 && taught.output.contains("Teacher: "), "\(taught.errors)")
  }

  @Test func `what ends before softmax gets one`() throws {
    try training.folder.write("input 784\ndense 10\n", to: "scores.network")
    #expect(try run("--network", training.folder.path("scores.network"), out: "scores").status == 0)
    #expect(try run("--from", training.folder.path("scores.safetensors")).status == 0)
    let read = try FloatModelFile.load(path: training.folder.path("next.safetensors"))
    #expect(read.network.outputActivation == .softmax)
  }

  @Test func `an autoencoder finds what it has not seen`() throws {
    try training.folder.write(
      "input 784\ndense 32 relu\ndense 784 sigmoid\ntarget input\nbatch 16\n", to: "auto.network")
    let result = try run(
      "--network", training.folder.path("auto.network"), "--digits", "1,2", "--json", "--profile")
    #expect(result.status == 0, "\(result.errors)")
    let last = try #require(try result.objects().last)
    #expect(
      last["mean_square_error"] is Double && last["test_loss"] is Double && last["test_accuracy"] == nil)
    let layers = try #require((last["profile"] as? [String: Any])?["layers"] as? [[String: Any]])
    #expect(layers.compactMap { $0["name"] as? String } == ["dense-1", "dense-2"])
    #expect(layers.allSatisfy { ($0["backward_seconds"] as? Double ?? 0) > 0 })
    let tested = try training.run([
      "evaluate", training.folder.path("next.safetensors"), "--data", training.folder.path("data"),
      "--anomaly", "0",
      "--json",
    ])
    #expect(try tested.objects().last?["auc"] is Double, "\(tested.errors)")
  }

  @Test func `made readings of a sensor are learned`() throws {
    let result = try training.run([
      "train", "--recipe", "sensor", "--data", "sensor", "--epochs", "4", "--json",
      "--out",
      training.folder.path("sensor.safetensors"),
    ])
    #expect(result.status == 0, "\(result.errors)")
    #expect((try result.objects().last?["test_accuracy"] as? Double ?? 0) > 0.5)
  }
}
