import Octet
import Testing

/// Weights of fewer than 8 bits: a file for each value that none is stored as.
extension LoaderRuleTests {
  /// A dense layer of two outputs over two rows of three values: four lines.
  private static func draft(_ encoding: WeightEncoding, _ weights: [UInt8], zeroPoint: UInt8 = 0)
    -> ModelDraft
  {
    var dense = ModelDraft.Layer(.dense, input: 0)
    dense.accumulatorsBytes = 8
    dense.encoding = encoding.rawValue
    dense.weightZeroPoint = zeroPoint
    dense.constants = ModelDraft.parameters(bias: [0, 0], weights: weights.map { Int8(bitPattern: $0) })
    return ModelDraft(
      tensors: [.init(2, 3, 1, zeroPoint: -128), .init(1, 1, 2)], layers: [dense], labels: ["a", "b"])
  }

  @Test func `weights of four bits`() {
    let weights: [UInt8] = [0x70, 0x09, 0x8F, 0x07, 0x97, 0x08, 0x88, 0x0F]
    #expect(Self.rule(Self.draft(.int4, weights)) == nil)
    // A line of three leaves half a byte.
    for (place, byte): (Int, UInt8) in [(1, 0x19), (1, 0x80), (3, 0x17), (5, 0xF8), (7, 0x80)] {
      var broken = weights
      broken[place] = byte
      #expect(Self.rule(Self.draft(.int4, broken)) == .packedWeights, "\(place)")
    }
  }

  @Test func `weights of three values`() {
    // A line of three is below 27.
    let weights: [UInt8] = [0, 13, 26, 5]
    #expect(Self.rule(Self.draft(.ternary, weights)) == nil)
    for byte: UInt8 in [27, 81, 242, 243, 255] {
      #expect(Self.rule(Self.draft(.ternary, [0, 13, byte, 5])) == .packedWeights)
    }
  }

  @Test func `a whole byte of three values`() {
    var dense = ModelDraft.Layer(.dense, input: 0)
    dense.encoding = WeightEncoding.ternary.rawValue
    for byte in UInt8.min...UInt8.max {
      dense.constants = ModelDraft.parameters(bias: [0, 0], weights: [Int8(bitPattern: byte), 121])
      let draft = ModelDraft(
        tensors: [.init(1, 5, 1, zeroPoint: -128), .init(1, 1, 2)], layers: [dense], labels: ["a", "b"])
      #expect(Self.rule(draft) == (byte < 243 ? nil : .packedWeights))
    }
  }

  @Test func `encodings that do not fit`() {
    #expect(Self.rule(Self.draft(.int4, [0, 0, 0, 0, 0, 0, 0, 0], zeroPoint: 1)) == .weightEncoding)
    // One byte too few or too many for the lines.
    #expect(Self.rule(Self.draft(.int4, [UInt8](repeating: 0, count: 17))) == .constantsBytes)
    var draft = Self.draft(.int4, [UInt8](repeating: 0, count: 8))
    draft.layers[0].encoding = 3
    #expect(Self.rule(draft) == .weightEncoding)
  }
}
