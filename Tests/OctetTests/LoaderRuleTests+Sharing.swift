import Octet
import Testing

/// The rules for memory over time: what may lie on what, and when.
extension LoaderRuleTests {
  /// Four tensors of eight values and three dense layers, each of which reads one row. Two places are enough.
  private static var chain: ModelDraft {
    var tensors = (0..<4).map { _ in ModelDraft.Tensor(1, 1, 8) }
    for index in tensors.indices {
      tensors[index].flags = 1
      tensors[index].place = index % 2 == 0 ? 0 : 8
    }
    let layers = (0..<3).map { index in
      var layer = ModelDraft.Layer(.dense, input: UInt16(index))
      layer.constants = ModelDraft.parameters(
        bias: [Int32](repeating: 0, count: 8), weights: [Int8](repeating: 1, count: 64))
      return layer
    }
    return ModelDraft(tensors: tensors, layers: layers, labels: (0..<8).map { "\($0)" })
  }

  private static func rule(ofChain change: (inout ModelDraft) -> Void) -> ModelRule? {
    var draft = chain
    change(&draft)
    return rule(draft)
  }

  @Test func `rings that are in use at different times share bytes`() {
    #expect(Self.rule(ofChain: { _ in }) == nil)
    // Every one of them has to say so.
    for index in 0..<4 { #expect(Self.rule(ofChain: { $0.tensors[index].flags = 0 }) == .overlap) }
    // What a layer reads and what it writes are in use at once.
    #expect(Self.rule(ofChain: { $0.tensors[1].place = 4 }) == .overlap)
    #expect(Self.rule(ofChain: { $0.tensors[2].place = 8 }) == .overlap)
    // Nobody reads tensor 0 when tensor 3 comes; but an output stays.
    #expect(
      Self.rule(ofChain: {
        $0.tensors[3].place = 0; $0.tensors[2].place = 16
      }) == nil)
    #expect(
      Self.rule(ofChain: { $0.outputs.append(.init(tensor: 1, head: .linear, step: 0)) }) == .overlap)
    #expect(
      Self.rule(ofChain: {
        $0.outputs.append(.init(tensor: 1, head: .linear, step: 0))
        $0.tensors[3].place = 16
      }) == nil)
    // A second reader keeps tensor 0.
    #expect(Self.rule(ofChain: { $0.layers[2].input = 0 }) == .overlap)
  }

  /// Eight rows of the input, folded into accumulators, whose sums become a value each.
  private static var folding: ModelDraft {
    var input = ModelDraft.Tensor(4, 1, 4)
    (input.flags, input.place, input.rows) = (1, 0, 1)
    var means = ModelDraft.Tensor(1, 1, 4)
    (means.flags, means.place) = (1, 20)
    var last = ModelDraft.Tensor(1, 1, 2)
    (last.flags, last.place) = (1, 0)
    var mean = ModelDraft.Layer(.globalAveragePooling, input: 0)
    mean.constants = ModelDraft.meanOver(height: 4, width: 1).layers[0].constants
    (mean.accumulatorsBytes, mean.place) = (16, 4)
    var dense = ModelDraft.Layer(.dense, input: 1)
    dense.constants = ModelDraft.parameters(bias: [0, 0], weights: [Int8](repeating: 1, count: 8))
    return ModelDraft(tensors: [input, means, last], layers: [mean, dense], labels: ["a", "b"])
  }

  @Test func `accumulators are in use from the first row to their own`() {
    func rule(_ change: (inout ModelDraft) -> Void) -> ModelRule? {
      var draft = Self.folding
      change(&draft)
      return Self.rule(draft)
    }
    #expect(rule { _ in } == nil)
    // The row that is folded, the row that is made of them, and one that comes after.
    #expect(rule { $0.tensors[0].place = 16 } == .overlap)
    #expect(rule { $0.tensors[1].place = 16 } == .overlap)
    #expect(rule { $0.tensors[2].place = 4 } == nil)
    // With a ring that is always in use they never share.
    #expect(
      rule {
        $0.tensors[2].place = 4; $0.tensors[2].flags = 0
      } == .overlap)
  }

  /// A convolution of one row over an input with two rows of border above it, whose first two rows need no real one.
  private static func bordered(flags: UInt8) -> ModelDraft {
    var input = ModelDraft.Tensor(2, 1, 1)
    (input.border, input.rows, input.flags) = ((2, 0, 0, 0), 4, flags)
    var layer = ModelDraft.Layer(.convolution, input: 0)
    layer.reach = (2, 0)
    layer.constants = ModelDraft.parameters(bias: [0], weights: [1])
    var last = ModelDraft.Layer(.dense, input: 1)
    last.accumulatorsBytes = 8
    last.constants = ModelDraft.parameters(bias: [0, 0], weights: [Int8](repeating: 1, count: 8))
    return ModelDraft(
      tensors: [input, .init(4, 1, 1), .init(1, 1, 2)], layers: [layer, last], labels: ["a", "b"])
  }

  @Test func `no row is made before an input that shares bytes has any`() {
    #expect(Self.rule(Self.bordered(flags: 0)) == nil)
    #expect(Self.rule(Self.bordered(flags: 1)) == .early)
    var waiting = Self.bordered(flags: 1)
    waiting.layers[0].flags = 2
    #expect(Self.rule(waiting) == nil)
  }

  @Test func `a layer that waits needs all rows of its input`() {
    var draft = Self.bordered(flags: 0)
    draft.tensors[0].rows = 2
    #expect(Self.rule(draft) == nil)
    draft.layers[0].flags = 2
    #expect(Self.rule(draft) == .ringTooSmall)
    draft.tensors[0].rows = 4
    #expect(Self.rule(draft) == nil)
    draft.layers[1].flags = 2
    #expect(Self.rule(draft) == .waits)
  }

  @Test func `sharing that would take long to check`() {
    func copies(_ count: Int) -> ModelRule? {
      var tensors = (0...count).map { _ in ModelDraft.Tensor(1, 1, 2) }
      for index in tensors.indices {
        (tensors[index].flags, tensors[index].place) = (1, index % 2 == 0 ? 0 : 4)
      }
      let layers = (0..<count).map { index in
        var layer = ModelDraft.Layer(.dense, input: UInt16(index))
        layer.constants = ModelDraft.parameters(bias: [0, 0], weights: [1, 1, 1, 1])
        return layer
      }
      return Self.rule(ModelDraft(tensors: tensors, layers: layers, labels: ["a", "b"]))
    }
    // Each tensor is compared with half of the others, and each time all layers are looked at.
    #expect(copies(600) == nil)
    #expect(copies(700) == .walk)
  }
}
