import OctetHost
import OctetNetwork
import OctetTraining
import Testing

/// Damaged models and checkpoints are refused or read as something valid; a trap would end the test run.
@Suite struct ModelFileMutationTests {
  private static func small() throws -> [UInt8] {
    let network = try Network(
      NetworkDescription(text: "input 2x2x1\nconv 1 2x2 relu\nflatten\ndense 2 softmax\n"), capacity: 1,
      seed: 1,
      workers: Workers(count: 1), forTraining: false)
    return try FloatModelFile.encode(
      FloatModel(
        network: network, classNames: ["a", "b"], recipeName: "r", settings: TrainingSettings(),
        history: [try SampleModels.record(1)], metrics: .object([("a", 1)]), octetVersion: "1"), path: "")
  }

  @Test func `every truncation is refused`() throws {
    let bytes = try Self.small()
    #expect(throws: Never.self) { try FloatModelFile.decode(bytes, path: "") }
    for count in 0..<bytes.count {
      #expect(throws: ModelFileError.self) { try FloatModelFile.decode(Array(bytes.prefix(count)), path: "") }
    }
  }

  @Test func `every flip of one bit`() throws {
    let bytes = try Self.small()
    var valid = 0
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        if let model = try? FloatModelFile.decode(changed, path: "") {
          valid += 1
          // What was loaded can be saved.
          #expect(throws: Never.self) { try FloatModelFile.encode(model, path: "") }
        }
      }
    }
    #expect(valid > 100)
  }

  /// Changes inside the texts, the header around them always whole.
  @Test func `mutated texts`() throws {
    let file = try SafetensorsFile(Self.small())
    let tensors = try file.entries.map {
      NamedValues(name: $0.name, shape: $0.shape, values: try file.values(of: $0))
    }
    let names = file.metadata.keys.sorted()
    let pieces = [
      "9223372036854775807", "-1", "0", "1e999", "0x0", "conv", "dense", "maxpool 2x2", "add input",
      "from input",
      "padding same", "stride 2", "\n", "=", "{", "[", "\"", ",", ":", "null", "4096x4096x4096", "dropout 1",
      "softmax",
      "é", "\u{0}", "batchnorm\n", "depthwise 3x3\n", "16777216", "\"epoch\":1",
    ]
    var random = RandomStream(seed: 21, purpose: .testing)
    for _ in 0..<20_000 {
      var metadata: [(name: String, value: String)] = []
      let chosen = names.randomElement(using: &random)
      for name in names {
        var text = Array((file.metadata[name] ?? "").unicodeScalars)
        for _ in 0..<(name == chosen ? Int.random(in: 1...3, using: &random) : 0) {
          let place = Int.random(in: 0...text.count, using: &random)
          let end = min(place + Int.random(in: 0...8, using: &random), text.count)
          text.replaceSubrange(place..<end, with: (pieces.randomElement(using: &random) ?? "").unicodeScalars)
        }
        metadata.append((name, String(String.UnicodeScalarView(text))))
      }
      _ = try? FloatModelFile.decode(SafetensorsWriter(metadata: metadata, tensors: tensors).bytes, path: "")
    }
  }
}
