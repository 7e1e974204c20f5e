import Foundation
import Octet
import TestSupport
import Testing

/// The runtime beside a reader in Python that was written from docs/FORMAT.md and docs/NUMERICS.md alone.
@Suite(.enabled(if: Python() != nil, "there is no Python"))
struct SecondReaderTests {
  private struct Answer: Decodable {
    struct Output: Decodable {
      let values: [Int]
      let `class`: Int?
      let probabilities: [UInt32]?
    }

    let layers: [UInt32]?
    let outputs: [Output]?
    let accepted: Bool?
    let error: String?
  }

  /// A line for each item, or one for a file that is only checked.
  private static func read(_ files: [(model: [UInt8], items: [UInt8])]) throws -> [Answer] {
    // Python alone: no package is needed.
    let python = try #require(Python())
    let folder = try TemporaryFolder()
    var arguments: [String] = []
    for (index, file) in files.enumerated() {
      try folder.write(file.model, to: "\(index).octet")
      arguments.append(folder.path("\(index).octet"))
      guard !file.items.isEmpty else {
        arguments.append("-")
        continue
      }
      try folder.write(file.items, to: "\(index).raw")
      arguments.append(folder.path("\(index).raw"))
    }
    let result = try python.run(file: "Tests/SecondReader/octet_reader.py", arguments)
    try #require(result.status == 0, "\(result.output.suffix(2000))")
    return try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
  }

  @Test func `random models have the same layers, values, classes and probabilities`() throws {
    let seeds = Array(8_500_000..<8_500_080 as Range<UInt64>)
    let drawn = seeds.map { RandomModel(seed: $0, layerCount: 6) }
    let items = zip(seeds, drawn).map { seed, model in (0..<2).map { model.pixels(seed: seed &* 4 &+ $0) } }
    let answers = try Self.read(zip(drawn, items).map { ($0.bytes, $1.flatMap { $0 }) })
    try #require(answers.count == 2 * seeds.count)
    for (index, model) in drawn.enumerated() {
      let reference = WholeLayerReference(model.bytes)
      for (place, pixels) in items[index].enumerated() {
        let (found, expected) = (answers[2 * index + place], reference.run(pixels))
        #expect(found.layers == expected.checkSums, "seed \(seeds[index])")
        for (own, other) in zip(found.outputs ?? [], expected.outputs) {
          #expect(own.values == other.values && own.class == other.predictedClass, "seed \(seeds[index])")
          #expect((own.probabilities ?? []).map { Int($0) } == other.probabilities, "seed \(seeds[index])")
        }
        #expect(found.outputs?.count == expected.outputs.count)
      }
    }
  }

  @Test func `both accept and refuse the same damaged files`() throws {
    var draft = ModelDraft.sample
    let sample = draft.bytes()
    var generator = RepeatingGenerator(state: 11)
    // Every byte of the header, the records and the names, to a value that is often at the end of a range.
    let end = LoaderRuleTests.names + 8
    let files = (16..<end).flatMap { place in
      (0..<2).map { _ in
        var file = sample
        file[place] = [0, 1, 2, 3, 4, 127, 128, 255][Int.random(in: 0..<8, using: &generator)]
        return file.mended()
      }
    }
    let answers = try Self.read(files.map { ($0, []) })
    try #require(answers.count == files.count)
    for (file, answer) in zip(files, answers) {
      let own = LoaderRuleTests.error(file)
      #expect(
        (own == nil) == (answer.accepted == true), "\(String(describing: own)) \(answer.error ?? "accepted")")
    }
  }
}
