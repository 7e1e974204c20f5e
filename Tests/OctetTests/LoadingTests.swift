import Octet
import Testing

@Suite("Loading a model")
struct LoadingTests {
  @Test("a model with every kind of layer is accepted and runs")
  func sampleRuns() throws {
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
}
