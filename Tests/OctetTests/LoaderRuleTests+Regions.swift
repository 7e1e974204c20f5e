import Octet
import Testing

/// The rules for regions of memory, and for an input that the caller holds.
extension LoaderRuleTests {
  /// Tensors of 8, 8 and 2 values in a row, the last two with accumulators, in an arena of 64 + 16 + 16 bytes.
  private static func regions(_ change: (inout ModelDraft) -> Void = { _ in }) -> [UInt8] {
    var first = ModelDraft.Layer(.dense, input: 0)
    first.accumulatorsBytes = 32
    first.constants = ModelDraft.parameters(
      bias: [Int32](repeating: 0, count: 8), weights: [Int8](repeating: 1, count: 128))
    var second = ModelDraft.Layer(.dense, input: 1)
    second.constants = ModelDraft.parameters(bias: [0, 0], weights: [Int8](repeating: 1, count: 16))
    var tensors = [ModelDraft.Tensor(2, 1, 8), .init(1, 1, 8), .init(1, 1, 2)]
    // 0 to 8, 12 to 14, 16 to 48 the accumulators, 48 to 64 the input.
    (tensors[1].place, tensors[2].place, first.place, tensors[0].place) = (0, 12, 16, 48)
    var draft = ModelDraft(tensors: tensors, layers: [first, second], labels: ["a", "b"])
    change(&draft)
    return draft.bytes()
  }

  private static func rule(second: UInt32, _ change: (inout ModelDraft) -> Void = { _ in }) -> ModelRule? {
    var file = regions(change)
    file.put32(second, at: 20)
    return error(file.mended())?.rule
  }

  @Test func `a second region starts between parts, at a multiple of 4`() {
    for start: UInt32 in [0, 8, 12, 16, 48] { #expect(Self.rule(second: start) == nil, "\(start)") }
    // In a ring, in accumulators, in the input.
    for start: UInt32 in [4, 20, 44, 52] { #expect(Self.rule(second: start) == .secondRegion, "\(start)") }
    for start: UInt32 in [9, 10, 15, 64, 68, 0xFFFF_FFFC] {
      #expect(Self.rule(second: start) == .secondRegion, "\(start)")
    }
    // The bytes that were once for the region of each ring.
    #expect(Self.rule { $0[Self.tensor + 22] = 1 } == .secondRegion)
    #expect(Self.rule { $0[Self.layer + 30] = 1 } == .secondRegion)
  }

  @Test func `a held input holds all rows, shares nothing, and ends the arena`() {
    #expect(Self.rule(second: 0) { $0.tensors[0].flags = 2 } == nil)
    #expect(Self.rule(second: 16) { $0.tensors[0].flags = 2 } == nil)
    #expect(Self.rule(second: 0) { $0.tensors[0].flags = 3 } == .heldInput)
    #expect(
      Self.rule(second: 0) {
        $0.tensors[0].flags = 2; $0.tensors[0].rows = 1
      } == .heldInput)
    #expect(
      Self.rule(second: 0) {
        $0.tensors[0].flags = 2; $0.tensors[2].place = 64
      } == .heldInput)
    // What overlaps it, though both end the arena.
    #expect(
      Self.rule(second: 0) {
        $0.tensors[0].flags = 2; $0.tensors[2].place = 60; $0.tensors[2].channels = 4
        $0.layers[1].constants = ModelDraft.parameters(
          bias: [0, 0, 0, 0], weights: [Int8](repeating: 1, count: 32))
        $0.outputs[0].names = ["a", "b", "c", "d"]
      } == .overlap)
    // No layer's output is held, and flags beyond are unknown.
    for index in 1..<3 { #expect(Self.rule(second: 0) { $0.tensors[index].flags = 2 } == .shares) }
    #expect(Self.rule(second: 0) { $0.tensors[0].flags = 4 } == .shares)
  }

  @Test func `a model says what its regions are`() throws {
    var file = Self.regions { $0.tensors[0].flags = 2 }
    var model = try Model(copying: file)
    #expect(model.holdsInput && model.heldInputBytes == 16 && model.arenaBytes == 64)
    #expect(model.firstRegionBytes == 48 && model.secondRegionBytes == 0)
    file.put32(12, at: 20)
    model = try Model(copying: file.mended())
    #expect(model.firstRegionBytes == 12 && model.secondRegionBytes == 36)
    model = try Model(copying: Self.regions())
    #expect(!model.holdsInput && model.heldInputBytes == 0 && model.firstRegionBytes == 64)
    #expect(model.secondRegionBytes == 0)
  }
}
