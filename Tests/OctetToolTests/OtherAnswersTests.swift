import Foundation
import Octet
import OctetData
import OctetNetwork
import OctetQuantization
import Testing

import TestSupport

/// `octet classify` of models that answer with labels or numbers, or at several outputs, as devices print it too.
@Suite struct OtherAnswersTests {
  @Test func `every output of random models is that of predict`() throws {
    let folder = try TemporaryFolder()
    var meanings: [OutputMeaning: Int] = [:]
    var several = 0
    for seed in 0..<60 {
      let random = RandomModel(seed: UInt64(seed))
      let shape = random.model.tensors[0].shape
      let items = 2
      let pixels = (0..<items * shape.count).map { UInt8($0 * 37 & 255) }
      try folder.write(random.bytes, to: "random.octet")
      try folder.write(
        NPYArray(shape: [items, shape.height, shape.width, shape.channels], element: .uint8, bytes: pixels)
          .file,
        to: "items.npy")
      let (model, path) = (folder.path("random.octet"), folder.path("items.npy"))
      let found = try OctetProcess.run("classify", "--json", model, path).objects()
      let predicted = try OctetProcess.run("predict", model, path).objects()
      guard found.count == items, predicted.count == items else {
        Issue.record("seed \(seed): \(found), \(predicted)")
        continue
      }
      for (found, predicted) in zip(found, predicted) {
        let members = [found] + (found["more_outputs"] as? [[String: Any]] ?? [])
        #expect(members.count == random.model.outputs.count, "seed \(seed)")
        let wanted = try wanted(predicted, count: members.count)
        for (place, output) in random.model.outputs.enumerated() {
          meanings[output.meaning, default: 0] += 1
          check(members[place], output.meaning, wanted[place], "seed \(seed), output \(place)")
        }
        if members.count > 1 { several += 1 }
      }
      let lines = try OctetProcess.run("classify", model, path).output.split(separator: "\n")
      #expect(lines.count == items && lines[1].hasSuffix("\(path)[1]"), "seed \(seed): \(lines)")
    }
    #expect(
      meanings.count == 3 && meanings.values.allSatisfy { $0 > 10 } && several > 10, "\(meanings), \(several)"
    )
  }

  /// The numbers of each output as `octet predict` nests them.
  private func wanted(_ object: [String: Any], count: Int) throws -> [[Double]] {
    func flat(_ value: Any?) -> [Double] {
      if let list = value as? [Any] { return list.flatMap(flat) }
      return (value as? Double).map { [$0] } ?? []
    }
    guard count > 1 else { return [flat(object["output"])] }
    let outputs = try #require(object["outputs"] as? [String: Any])
    return (0..<count).map { flat(outputs["output_\($0)"] ?? outputs["\($0)"]) }
  }

  private func check(
    _ members: [String: Any], _ meaning: OutputMeaning, _ wanted: [Double], _ what: String
  ) {
    let probabilities = members["probabilities"] as? [Double]
    switch meaning {
    case .numbers:
      // The same float32 by two ways of printing.
      #expect((members["numbers"] as? [Double])?.map(Float.init) == wanted.map(Float.init), "\(what)")
    case .labels:
      let logits = members["logits"] as? [Int] ?? []
      #expect((members["labels"] as? [String])?.count == logits.filter { $0 > 0 }.count, "\(what)")
      #expect(logits.count == wanted.count, "\(what)")
      if let probabilities { expectEqual(probabilities, wanted, what) }
    case .classes:
      #expect(members["class"] is String, "\(what)")
      guard let probabilities else { return }
      expectEqual(wanted.count == 1 ? [probabilities[1]] : probabilities, wanted, what)
    }
  }

  /// Probabilities are the same numbers here and there.
  private func expectEqual(_ found: [Double], _ wanted: [Double], _ what: String) {
    #expect(found == wanted, "\(what)")
  }

  @Test(arguments: ["--csv", "--show", "--labels=names", "--report=page.html"])
  func `what is made of classes is refused for other models`(option: String) throws {
    let folder = try TemporaryFolder()
    let seed = try #require(
      (0..<100).first { RandomModel(seed: UInt64($0)).model.outputs[0].meaning != .classes })
    try folder.write(RandomModel(seed: UInt64(seed)).bytes, to: "random.octet")
    try OctetProcess.run("classify", folder.path("random.octet"), "items.npy", option)
      .expectRefusal(
        1, "random.octet", "holds no classes", option.split(separator: "=").first.map(String.init) ?? "")
  }
}
