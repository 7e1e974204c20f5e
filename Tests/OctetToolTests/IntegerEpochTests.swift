import Foundation
import Octet
import TestSupport
import Testing

/// `octet train` that goes on with the integers of the file.
@Suite struct IntegerEpochTests {
  private static func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
    }
  }

  private static func encodings(_ path: String) throws -> [String] {
    let model = try Model(copying: try fileContents(path))
    return (0..<model.layerCount).filter { model.layer($0).kind.hasWeights }.map {
      model.layer($0).weightEncoding.name
    }
  }

  @Test func `what training reports is what the file gives`() throws {
    let training = try SmallTraining(images: 200)
    let file = training.folder.path("model.octet")
    let result = try training.train("--epochs", "3", "--bits", "4", "--integer-epochs", "2", "--json", "-q")
    #expect(result.status == 0, "\(result.errors)")
    let said = try Self.objects(result.output)
    #expect(said.map { $0["arithmetic"] as? String } == [nil, nil, nil, "integers", "integers", nil])
    let last = try #require(said.last)
    #expect(last["integer_model"] as? String == file && last["integer_epochs"] as? Int == 2)
    let bytes = try #require(try training.folder.bytes(of: "model.octet"))
    #expect(last["integer_file_bytes"] as? Int == bytes.count)
    // The convolution of the input stays int8.
    #expect(try Self.encodings(file) == ["int8", "int4", "int4"])
    let evaluated = try training.run(["evaluate", file, "--data", training.folder.path("data"), "--json"])
    let accuracy = try #require(try Self.objects(evaluated.output)[0]["accuracy"] as? Double)
    #expect(last["integer_test_accuracy"] as? Double == accuracy)
    // A third of the epochs unless told, and the same bytes again, after an end in between too.
    _ = try training.train("--epochs", "3", "--bits", "4", "--integer-epochs", "1", "-q", model: "other")
    let resumed = try training.train(
      "--epochs", "3", "--bits", "4", "--integer-epochs", "2", "--resume", "--json", "-q", model: "model")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try Self.objects(resumed.output).count == 1, "everything was done: \(resumed.output)")
    #expect(try training.folder.bytes(of: "model.octet") == bytes)
    let usual = try training.train("--epochs", "3", "--bits", "4", "--json", "-q", model: "usual")
    #expect(try Self.objects(usual.output).last?["integer_epochs"] as? Int == 1)
  }

  @Test func `a network file chooses bits and epochs`() throws {
    let training = try SmallTraining(images: 200)
    let network = SmallTraining.network.replacing("dense 16 relu", with: "dense 16 relu bits ternary")
    try training.folder.write(network + "\ninteger-epochs 1\n", to: "small.network")
    let result = try training.train("--epochs", "2", model: "words")
    #expect(result.status == 0, "\(result.errors)")
    for part in [
      "Training with integers: ", "epoch 1/1  loss ", "held out ",
      "Wrote \(training.folder.path("words.octet"))",
    ] {
      #expect(result.output.contains(part), "\(part) is not in \(result.output)")
    }
    #expect(try Self.encodings(training.folder.path("words.octet")) == ["int8", "ternary", "int8"])
    // Only the float model.
    let float = try training.train("--epochs", "1", "--integer-epochs", "0", "-q", model: "float")
    #expect(float.status == 0, "\(float.errors)")
    #expect(try training.folder.bytes(of: "float.octet") == nil)
    let both = try training.train("--bits", "4", "--integer-epochs", "0")
    #expect(both.status == 2 && both.errors.contains("--integer-epochs 0 leaves none"), "\(both.errors)")
  }
}
