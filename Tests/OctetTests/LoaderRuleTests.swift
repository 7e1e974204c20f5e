import Octet
import Testing

/// One file for each rule that breaks this rule and, as far as the checks before it can tell, no other.
@Suite("Every rule of the loader rejects")
struct LoaderRuleTests {
  /// The error that a file meets.
  static func error(_ file: [UInt8]) -> ModelError? {
    do throws(ModelError) {
      _ = try Model(copying: file)
      return nil
    } catch {
      return error
    }
  }

  static func rule(_ draft: ModelDraft) -> ModelRule? {
    var draft = draft
    return error(draft.bytes())?.rule
  }

  /// Breaks a field of the sample in its bytes and mends the check sum.
  static func rule(_ patch: (inout [UInt8]) -> Void) -> ModelRule? {
    var draft = ModelDraft.sample
    var file = draft.bytes()
    patch(&file)
    return error(file.mended())?.rule
  }

  /// The sample with a change to what is written.
  static func rule(changing change: (inout ModelDraft) -> Void) -> ModelRule? {
    var draft = ModelDraft.sample
    change(&draft)
    return rule(draft)
  }

  static let tensor = 48
  static let layer = 48 + 24 * 11

  @Test("header")
  func header() {
    #expect(Self.error([]) == ModelError(.size, offset: 0, value: 0))
    #expect(Self.error([UInt8](repeating: 0, count: 47))?.rule == .size)
    #expect(Self.rule { $0[0] = 0x4E } == .magic)
    #expect(Self.rule { $0[4] = 2 } == .version)
    #expect(Self.rule { $0[6] = 64 } == .headerBytes)
    #expect(Self.rule { $0.put32(UInt32($0.count - 16), at: 8) } == .length)
    #expect(Self.rule { $0.removeLast(16) } == .length)
    var draft = ModelDraft.sample
    var file = draft.bytes()
    file[file.count - 20] ^= 1
    #expect(Self.error(file)?.rule == .checksum)
    #expect(Self.rule { $0.put32(1 << 28 + 1, at: 16) } == .arenaBytes)
    #expect(Self.rule { $0.put16(0, at: 20) } == .layerCount)
    #expect(Self.rule { $0.put16(64, at: 20) } == .layerCount)
    #expect(Self.rule { $0.put16(1, at: 22) } == .classCount)
    #expect(Self.rule { $0.put16(257, at: 22) } == .classCount)
    #expect(Self.rule { $0[26] = 3 } == .head)
    for byte in UInt8.min...UInt8.max {
      let isKnown = [0, 1, 2, 4, 5, 6, 8, 9, 10].contains(byte)
      #expect(Self.rule { $0[27] = byte } == (isKnown ? nil : .pictureForm), "\(byte)")
    }
    #expect(Self.rule { $0.put32(0, at: 28) } == .probabilityStep)
    #expect(Self.rule { $0[26] = 0 } == .probabilityStep)
    for offset in 32..<48 { #expect(Self.rule { $0[offset] = 1 } == .reserved) }
  }

  @Test("labels")
  func labels() {
    let labels = Self.layer + 400
    #expect(Self.rule { $0.put16(0xFFFF, at: 24) } == .size)
    #expect(Self.rule { $0[labels] = 2 } == .labels)
    #expect(Self.rule { $0[labels] = 200 } == .labels)
    #expect(Self.rule { $0.put16(7, at: 24) } == .labels)
    #expect(Self.rule { $0.put16(2, at: 24) } == .labels)
    #expect(Self.rule { $0[labels + 6] = 1 } == .reserved)
  }

  @Test("tensors")
  func tensors() {
    #expect(Self.rule { $0.put16(0, at: Self.tensor + 6) } == .extent)
    #expect(Self.rule { $0.put16(4097, at: Self.tensor + 6) } == .extent)
    #expect(Self.rule { $0.put16(0, at: Self.tensor + 8) } == .extent)
    #expect(Self.rule { $0.put16(4097, at: Self.tensor + 8) } == .extent)
    #expect(Self.rule { $0.put16(0, at: Self.tensor + 10) } == .channels)
    #expect(Self.rule { $0[Self.tensor + 17] = 0 } == .elementBytes)
    #expect(Self.rule { $0[Self.tensor + 17] = 2 } == .elementBytes)
    #expect(Self.rule { $0[Self.tensor + 24 * 10 + 17] = 4 } == .elementBytes)
    #expect(Self.rule { $0[Self.tensor + 24 * 10 + 16] = 1 } == .zeroPoint)
    #expect(Self.rule { $0[Self.tensor + 18] = 1 } == .reserved)
    for bits: UInt32 in [0, 0x7F80_0000, 0x7FC0_0000, 0x8000_0000, 0xBF80_0000] {
      #expect(Self.rule { $0.put32(bits, at: Self.tensor + 20) } == .scale)
    }
    #expect(Self.rule { $0.put16(0, at: Self.tensor + 4) } == .ringRows)
    #expect(Self.rule { $0.put16(11, at: Self.tensor + 4) } == .ringRows)
    #expect(Self.rule { $0.put32(2, at: Self.tensor) } == .ringPlace)
    #expect(Self.rule { $0.put32(0xFFFF_FFFC, at: Self.tensor) } == .ringPlace)
    #expect(
      Self.rule {
        $0.put16(4096, at: Self.tensor + 6)
        $0.put16(4096, at: Self.tensor + 8)
        $0.put16(65535, at: Self.tensor + 10)
      } == .tensorBytes)
    #expect(
      Self.rule(changing: {
        $0.tensors[0].rows = 1
        $0.tensors[0].border = (2, 1, 1, 1)
      }) == .ringRows)
    #expect(
      Self.rule(changing: {
        $0.tensors[6].border = (0, 1, 0, 0)
        $0.tensors[6].rows = 3
      }) == .border)
    #expect(
      Self.rule(changing: {
        $0.tensors[10] = .init(1, 2, 3, elementBytes: 2)
      }) == .logitsShape)
    #expect(Self.rule(changing: { $0.tensors[10].channels = 4 }) == .logitsShape)
    #expect(Self.rule(changing: { $0.labels = ["a", "b"] }) == .logitsShape)
  }

  @Test("layers")
  func layers() {
    func field(_ index: Int, _ offset: Int) -> Int { Self.layer + 40 * index + offset }
    #expect(Self.rule { $0[field(0, 0)] = 0 } == .layerKind)
    #expect(Self.rule { $0[field(0, 0)] = 9 } == .layerKind)
    #expect(Self.rule { $0[field(7, 1)] = 2 } == .tableFlag)
    #expect(Self.rule { $0[field(3, 1)] = 1 } == .tableFlag)
    #expect(Self.rule { $0.put16(1, at: field(0, 2)) } == .layerInput)
    #expect(Self.rule { $0.put16(65535, at: field(0, 2)) } == .layerInput)
    #expect(Self.rule { $0.put16(1, at: field(0, 4)) } == .layerInput)
    #expect(Self.rule { $0.put16(3, at: field(2, 4)) } == .layerInput)
    // Layers 0, 1, 7 and 9 have weights.
    for layer in 0..<10 {
      let mayRoundTwice = [0, 1, 7, 9].contains(layer)
      #expect(Self.rule { $0[field(layer, 18)] = 1 } == (mayRoundTwice ? nil : .rounding))
      for value: UInt8 in [2, 0x80, 0xFF] {
        #expect(Self.rule { $0[field(layer, 18)] = value } == .rounding)
      }
      #expect(Self.rule { $0[field(layer, 19)] = 1 } == .reserved)
    }
    #expect(Self.rule { $0[field(0, 32)] = 1 } == .reserved)
    #expect(Self.rule { $0[field(0, 36)] = 1 } == .reserved)
    #expect(Self.rule { $0.put32(20 << 24 | (1 << 21 + 1), at: field(2, 32)) } == .addMultiplier)
    #expect(Self.rule { $0.put32(1 << 21 + 1, at: field(2, 36)) } == .addMultiplier)
    #expect(Self.rule { $0[field(2, 35)] = 0 } == .addShift)
    #expect(Self.rule { $0[field(2, 35)] = 31 } == .addShift)
    #expect(Self.rule { $0.put16(0, at: field(2, 2)) } == .outputShape)
    #expect(Self.rule { $0.put16(0, at: field(2, 4)) } == .addOperand)
    #expect(Self.rule { $0[field(0, 6)] = 0 } == .window)
    #expect(Self.rule { $0[field(0, 7)] = 0 } == .window)
    #expect(Self.rule { $0[field(0, 6)] = 5 } == .window)
    #expect(Self.rule { $0[field(0, 7)] = 5 } == .window)
    #expect(Self.rule { $0[field(2, 6)] = 2 } == .window)
    #expect(Self.rule { $0[field(0, 8)] = 0 } == .stride)
    #expect(Self.rule { $0[field(0, 9)] = 0 } == .stride)
    #expect(Self.rule { $0[field(5, 8)] = 2 } == .stride)
    #expect(Self.rule { $0[field(0, 8)] = 2 } == .window)
    #expect(Self.rule { $0[field(0, 10)] = 2 } == .reach)
    #expect(Self.rule { $0[field(0, 11)] = 2 } == .reach)
    #expect(Self.rule { $0[field(2, 10)] = 1 } == .reach)
    #expect(Self.rule { $0[field(4, 10)] = 3 } == .reach)
    #expect(Self.rule { $0[field(3, 8)] = 4 } == .window)
    #expect(Self.rule { $0[field(0, 12)] = 0 } == .fusedPool)
    #expect(Self.rule { $0[field(1, 12)] = 2 } == .fusedPool)
    #expect(
      Self.rule {
        $0.put16(100, at: field(0, 16)); $0.put16(101, at: field(0, 14))
      } == .clamp)
    #expect(Self.rule { $0.put16(128, at: field(0, 16)) } == .clamp)
    #expect(Self.rule { $0.put16(1, at: field(3, 16)) } == .clamp)
    #expect(Self.rule { $0.put16(1, at: field(5, 16)) } == .clamp)
    #expect(Self.rule { $0.put16(UInt16(bitPattern: -129), at: field(0, 14)) } == .clamp)
  }

  @Test("what a kind asks of its tensors")
  func kinds() {
    #expect(Self.rule(changing: { $0.tensors[4].zeroPoint = 0 }) == .zeroPoint)
    #expect(Self.rule(changing: { $0.layers[9].flag = 1 }) == .logitsType)
    #expect(
      Self.rule(changing: {
        $0.layers[9] = .init(.add, input: 9)
        $0.layers[9].second = 9
        $0.layers[9].third = 1 << 24
        $0.labels = ["a", "b"]
        $0.tensors[10] = .init(1, 1, 2, elementBytes: 2)
      }) == .logitsType)
    #expect(Self.rule(changing: { $0.tensors[2].channels = 3 }) == .outputShape)
    #expect(Self.rule(changing: { $0.tensors[4].channels = 3 }) == .outputShape)
    #expect(Self.rule(changing: { $0.tensors[6].width = 2 }) == .outputShape)
    #expect(Self.rule(changing: { $0.tensors[7].channels = 1 }) == .outputShape)
    #expect(Self.rule(changing: { $0.tensors[8] = .init(2, 1, 2) }) == .outputShape)
  }

  @Test("constants")
  func constants() {
    func at(_ file: [UInt8], _ layer: Int) -> Int {
      let field = Self.layer + 40 * layer + 20
      return Int(file[field]) | Int(file[field + 1]) << 8
    }
    #expect(Self.rule { $0.put32(UInt32(at($0, 0) + 16), at: Self.layer + 20) } == .constantsPlace)
    #expect(Self.rule { $0.put32(0xFFFF_FFF0, at: Self.layer + 20) } == .constantsPlace)
    #expect(Self.rule { $0.put32(16, at: Self.layer + 40 * 2 + 20) } == .constantsPlace)
    #expect(Self.rule { $0.put32(48, at: Self.layer + 24) } == .constantsBytes)
    #expect(Self.rule { $0.put32(0, at: Self.layer + 24) } == .constantsBytes)
    #expect(Self.rule { $0.put32((1 << 30) - 1, at: at($0, 0) + 8) } == .multiplier)
    #expect(Self.rule { $0.put32(1 << 31, at: at($0, 0) + 8) } == .multiplier)
    #expect(Self.rule { $0[at($0, 0) + 16] = 32 } == .shift)
    #expect(Self.rule { $0[at($0, 0) + 17] = 63 } == .shift)
    #expect(Self.rule { $0[at($0, 4) + 36] = 32 } == .shift)
    #expect(Self.rule { $0[at($0, 0) + 18] = 1 } == .reserved)
    #expect(Self.rule { $0[at($0, 0) + 32 + 18] = 1 } == .reserved)
    // Nine weights: the bias may be 2^31 - 1 - 9 * 16,384 and no more, either way.
    let most = Int32.max - 9 * 16_384
    #expect(Self.rule { $0.put32(UInt32(bitPattern: most), at: at($0, 0)) } == nil)
    #expect(Self.rule { $0.put32(UInt32(bitPattern: -most), at: at($0, 0)) } == nil)
    #expect(Self.rule { $0.put32(UInt32(bitPattern: most + 1), at: at($0, 0)) } == .bias)
    #expect(Self.rule { $0.put32(UInt32(bitPattern: -most - 1), at: at($0, 0)) } == .bias)
    #expect(Self.rule { $0.put32(1 << 31, at: at($0, 0)) } == .bias)
    #expect(
      Self.rule {
        $0 += [UInt8](repeating: 0, count: 16); $0.put32(UInt32($0.count), at: 8)
      } == .length)
    let wide = ModelDraft.meanOver(height: 255, width: 129)
    #expect(Self.rule(wide) == .averagedCells)
    #expect(Self.rule(ModelDraft.meanOver(height: 254, width: 129)) == nil)
  }

  @Test("arena and order of rows")
  func arena() {
    let accumulators = Self.layer + 40 * 7 + 28
    #expect(Self.rule { $0[accumulators] |= 1 } == .accumulators)
    #expect(Self.rule { $0.put32(0xFFFF_FFF0, at: accumulators) } == .accumulators)
    #expect(Self.rule { $0.put32(4, at: Self.layer + 28) } == .accumulators)
    #expect(Self.rule { $0.put32(0, at: accumulators) } == .overlap)
    #expect(Self.rule { $0.put32(0, at: Self.tensor + 24) } == .overlap)
    #expect(Self.rule { $0.put32(1 << 20, at: 16) } == .arenaEnd)
    // A fused 2x2 pool over a 3x3 window needs four rows of its input.
    #expect(Self.rule(changing: { $0.tensors[0].rows = 4 }) == nil)
    #expect(Self.rule(changing: { $0.tensors[0].rows = 3 }) == .ringTooSmall)
    // Tensor 1 waits for the depthwise layer, and then for the addition.
    #expect(Self.rule(changing: { $0.tensors[1].rows = 3 }) == nil)
    #expect(Self.rule(changing: { $0.tensors[1].rows = 2 }) == .ringTooSmall)
    #expect(Self.rule(changing: { $0.tensors[2].rows = 1 }) == nil)
  }

  @Test("every error is one line that says where")
  func text() {
    var draft = ModelDraft.sample
    var file = draft.bytes()
    file[4] = 9
    #expect(
      Self.error(file)?.description == "only version 1 of the format is known (at byte 4, found 9)")
  }

  @Test("bytes that are not aligned are refused, not misread")
  func alignment() {
    var draft = ModelDraft.sample
    let file = [0] + draft.bytes()
    file.withUnsafeBytes { bytes in
      let odd = UnsafeRawBufferPointer(rebasing: bytes[1...])
      #expect(throws: ModelError(.alignment, offset: 0, value: 1)) { try Model(readingInPlace: odd) }
    }
  }
}
