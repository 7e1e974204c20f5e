import Octet
import Testing

/// The rules for constants in place of a second input, and for kinds that move values.
extension LoaderRuleTests {
  /// The model of moves with a change to what is written.
  private static func moves(_ change: (inout ModelDraft) -> Void = { _ in }) -> ModelRule? {
    var draft = ModelDraft.moves
    change(&draft)
    return rule(draft)
  }

  private static func word(_ index: Int, ofLayer layer: Int, _ value: UInt32) -> ModelRule? {
    moves { $0.layers[layer].constants.put32(value, at: 4 * index) }
  }

  @Test func `constants in place of a second input`() {
    #expect(Self.moves() == nil)
    // Not both, not beside a second tensor, not for a concatenation or a kind of one input.
    #expect(Self.moves { $0.layers[0].flags = 24 } == .reserved)
    #expect(Self.moves { $0.layers[0].second = 0 } == .inputCount)
    #expect(Self.moves { $0.layers[4].flags = 8 } == .reserved)
    #expect(Self.moves { $0.layers[1].flags = 8 } == .reserved)
    // As many as there are channels, or values, and zeros behind them.
    #expect(Self.moves { $0.layers[0].flags = 16 } == .constantsBytes)
    #expect(Self.moves { $0.layers[3].flags = 8 } == .constantsBytes)
    #expect(Self.moves { $0.layers[0].constants[18] = 1 } == .reserved)
    // A zero point only where there are constants.
    #expect(Self.moves { $0.layers[2].constants[15] = 1 } == .reserved)
  }

  @Test func `factors of a product`() {
    for place in 0...1 { #expect(Self.word(place, ofLayer: 0, 1) == .inputMultiplier) }
    for place in 12...13 { #expect(Self.moves { $0.layers[0].constants[place] = 1 } == .inputShift) }
    #expect(Self.word(2, ofLayer: 0, 1) == .multiplier)
    #expect(Self.word(2, ofLayer: 0, 1 << 31) == .multiplier)
    for shift: UInt8 in [26, 63] { #expect(Self.moves { $0.layers[0].constants[14] = shift } == .shift) }
    #expect(Self.moves { $0.layers[0].constants[14] = 32 } == .coarse)
    #expect(
      Self.moves {
        $0.layers[0].constants[14] = 32
        $0.layers[0].flags = 12
      } == nil)
    #expect(Self.moves { $0.layers[0].flags = 12 } == .coarse)
    #expect(Self.moves { $0.layers[0].rounding = 2 } == .rounding)
  }

  @Test func `factors of a squared difference`() {
    func rule(_ place: Int, _ value: UInt8) -> ModelRule? {
      Self.moves { $0.layers[8].constants[place] = value }
    }
    // Rounded twice and in no other way, so a clean file cannot have the factors of the others.
    #expect(Self.moves { $0.layers[8].rounding = 2 } == .rounding)
    #expect(
      Self.moves {
        $0.layers[8].rounding = 0
        $0.layers[8].constants = ModelDraft.factors(1 << 20, 1 << 20, shift: 20)
      } == .rounding)
    // An input's factor is at most a half, so that the square has 30 bits.
    for place in 0...1 {
      #expect(Self.word(place, ofLayer: 8, 0) == nil)
      #expect(Self.word(place, ofLayer: 8, 1 << 31) == .inputMultiplier)
      #expect(rule(12 + place, 62) == nil && rule(12 + place, 63) == .inputShift)
    }
    #expect(rule(12, 31) == .inputMultiplier && rule(13, 30) == .inputShift)
    #expect(Self.word(1, ofLayer: 8, 1 << 30 + 1) == .inputMultiplier)
    // That of the square is below a quarter, so that the high half of its product is enough.
    #expect(Self.word(2, ofLayer: 8, 0) == nil && Self.word(2, ofLayer: 8, 0x7FFF_FFFF) == nil)
    #expect(Self.word(2, ofLayer: 8, 1 << 31) == .inputMultiplier)
    #expect(rule(14, 33) == nil && rule(14, 62) == nil)
    for shift: UInt8 in [0, 31, 32, 63] { #expect(rule(14, shift) == .inputShift) }
    #expect(rule(15, 1) == .reserved)
    #expect(Self.moves { $0.layers[8].flags = 4 } == .reserved)
  }

  @Test func `the shape of a second input`() {
    // One cell has as many channels.
    #expect(
      Self.moves {
        $0.layers[2].second = 0
        $0.tensors[0] = .init(4, 1, 2)
        $0.layers[0].input = 0
      } != nil)
    #expect(Self.moves { $0.layers[4].second = 2 } == .secondInputShape)
    #expect(Self.moves { $0.tensors[5].channels = 5 } == .secondInputShape)
    #expect(Self.moves { $0.tensors[5] = .init(8, 4, 4) } == .secondInputShape)
  }

  @Test func `the order of an arrangement`() {
    func order(_ words: [Int: UInt32]) -> ModelRule? {
      Self.moves { draft in
        for (index, word) in words { draft.layers[5].constants.put32(word, at: 4 * index) }
      }
    }
    // Rows one after the other need not all be there.
    #expect(order([1: 0x0001, 3: 16, 5: 4]) == nil)
    // Columns as rows go forward too; backward they do not.
    #expect(order([1: 0x0001]) == nil)
    #expect(order([0: 12, 1: 0x0001, 3: UInt32(bitPattern: -4)]) == .arrangement)
    #expect(order([0: 12, 3: UInt32(bitPattern: -4)]) == nil)
    // Places beyond the input, sizes that are not those of the output, too many parts of rows.
    #expect(order([0: 1]) == .arrangement)
    #expect(order([0: 64]) == .arrangement)
    #expect(order([3: UInt32(bitPattern: -4)]) == .arrangement)
    #expect(order([2: 5]) == .arrangement)
    #expect(order([2: 0]) == .arrangement)
    #expect(order([4: 2]) == .arrangement)
    #expect(order([1: 0x0102]) == .arrangement)
    #expect(order([1: 0x0109]) == .arrangement)
    #expect(order([1: 0x0201]) == .arrangement)
    #expect(order([1: 0x1_0101]) == .arrangement)
    #expect(order([3: 1 << 30]) == .arrangement)
    #expect(order([2: 0x8000_0000, 3: 2]) == .arrangement)
    #expect(order([18: 1]) == .reserved)
    #expect(Self.moves { $0.tensors[6].zeroPoint = 0 } == .zeroPoint)
    // All rows of its input are needed, and their ring is too small for that.
    #expect(Self.moves { $0.tensors[5].rows = 3 } == .ringTooSmall)
  }

  @Test func `places of a resampled image`() {
    func place(_ index: Int, _ value: UInt32) -> ModelRule? { Self.word(index, ofLayer: 6, value) }
    #expect(place(0, 4) == .resampling)
    #expect(place(2, 3 | 1 << 16) == .resampling)
    #expect(place(1, 1 | 1_024 << 16) == .resampling)
    // Rows do not go back, columns may.
    #expect(place(0, 2) == .resampling)
    #expect(place(3, 3) == nil)
    #expect(place(7, 4) == .resampling)
    #expect(place(7, 3 | 1 << 16) == .resampling)
    #expect(Self.moves { $0.tensors[7].channels = 3 } == .outputShape)
    #expect(Self.moves { $0.tensors[7].zeroPoint = 0 } == .zeroPoint)
  }

  @Test func `softmax inside a network`() {
    #expect(Self.moves { $0.tensors[8].zeroPoint = 0 } == .softmax)
    #expect(Self.word(0, ofLayer: 7, 1 << 30 - 1) == .softmax)
    #expect(Self.word(0, ofLayer: 7, 1 << 31) == .softmax)
    #expect(Self.word(1, ofLayer: 7, 32) == .softmax)
    #expect(Self.word(1, ofLayer: 7, 22 | 1 << 8) == .reserved)
    #expect(Self.moves { $0.tensors[8].width = 4 } == .outputShape)
  }
}
