import Foundation
import Octet
import Testing

@Suite struct LoadingTests {
  @Test
  func `a model with every kind of layer is accepted and runs`() throws {
    var draft = ModelDraft.sample
    let model = try Model(copying: draft.bytes())
    #expect(model.layerCount == 10)
    #expect(model.labels == ["a", "bc", ""])
    var storage = [UInt8](repeating: 0xAA, count: model.arenaBytes)
    var span = storage.mutableSpan
    var arena = span.mutableBytes
    var session = try Session(model, arena: &arena)
    let image = (0..<64).map { UInt8(truncatingIfNeeded: $0 * 37) }
    try session.run(image: image.span)
    let first = session.answer
    #expect(first != nil)
    try session.run(image: image.span)
    let second = session.answer
    #expect(second == first)
    let sum = session.probability(of: 0) + session.probability(of: 1) + session.probability(of: 2)
    #expect((65_533...65_539).contains(sum))
  }

  @Test
  func `the fuzzer starts from the same model; OCTET_WRITE_SEED=1 writes it anew`() throws {
    var draft = ModelDraft.sample
    let path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Tools/fuzzing/every-layer.octet")
    if ProcessInfo.processInfo.environment["OCTET_WRITE_SEED"] != nil {
      try Data(draft.bytes()).write(to: path)
    }
    #expect(try Data(contentsOf: path) == Data(draft.bytes()))
  }
}
