import Octet
import Testing

/// One file for each rule that breaks this rule and, as far as the checks before it can tell, no other.
@Suite struct LoaderRuleTests {
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

  @Test
  func `header`() {
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

  @Test
  func `labels`() {
    let labels = Self.layer + 400
    #expect(Self.rule { $0.put16(0xFFFF, at: 24) } == .size)
    #expect(Self.rule { $0[labels] = 2 } == .labels)
    #expect(Self.rule { $0[labels] = 200 } == .labels)
    #expect(Self.rule { $0.put16(7, at: 24) } == .labels)
    #expect(Self.rule { $0.put16(2, at: 24) } == .labels)
    #expect(Self.rule { $0[labels + 6] = 1 } == .reserved)
  }

  /// The rule that a file breaks whose second label has these bytes.
  private static func rule(label: [UInt8]) -> ModelRule? {
    var draft = ModelDraft.sample
    draft.labels = ["a", String(repeating: "b", count: label.count), "c"]
    var file = draft.bytes()
    file.replaceSubrange(Self.layer + 400 + 3..<Self.layer + 400 + 3 + label.count, with: label)
    return error(file.mended())?.rule
  }

  @Test
  func `the text of labels`() {
    for value in [
      0x20, 0x7E, 0xA0, 0x7FF, 0x800, 0x2027, 0x202F, 0x2065, 0x206A, 0xD7FF, 0xE000, 0xFFFF, 0x1_0000,
      0x10_FFFF,
    ] {
      let label = Unicode.Scalar(UInt32(value)).map { Array("x\($0)y".utf8) } ?? []
      #expect(!label.isEmpty && Self.rule(label: label) == nil, "U+\(String(value, radix: 16))")
    }
    #expect(Self.rule(label: Array("größe 数 😀".utf8)) == nil)
    // Control characters, the ends of lines, and the controls of direction.
    let refused = Array(0..<0x20) + Array(0x7F..<0xA0) + Array(0x2028...0x202E) + Array(0x2066...0x2069)
    for value in refused {
      let label = Unicode.Scalar(UInt32(value)).map { Array("x\($0)y".utf8) } ?? []
      #expect(Self.rule(label: label) == .labelText, "U+\(String(value, radix: 16))")
    }
    let wrong: [[UInt8]] = [
      // A byte that continues nothing, and ones that begin nothing.
      [0x80], [0xBF], [0xF5, 0x80, 0x80, 0x80], [0xF8], [0xFE], [0xFF],
      // Cut off, by the end or by another character.
      [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x41], [0xE2, 0x82, 0x41], [0xF0, 0x9F, 0x98, 0x41],
      // In more bytes than needed.
      [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF],
      // Surrogates, and beyond Unicode.
      [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
    ]
    for label in wrong { #expect(Self.rule(label: label) == .labelText, "\(label)") }
    // The label behind must not be read for the end of this one.
    var draft = ModelDraft.sample
    draft.labels = ["a", "b", "\u{80}"]
    var file = draft.bytes()
    file[Self.layer + 400 + 3] = 0xC3
    file[Self.layer + 400 + 5] = 0xA9
    #expect(Self.error(file.mended())?.rule == .labelText)
  }

  @Test
  func `tensors`() {
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

  @Test
  func `layers`() {
    func field(_ index: Int, _ offset: Int) -> Int { Self.layer + 40 * index + offset }
    #expect(Self.rule { $0[field(0, 0)] = 0 } == .layerKind)
    #expect(Self.rule { $0[field(0, 0)] = 255 } == .layerKind)
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
    #expect(Self.rule { $0.put32(20 << 24 | (1 << 21 + 1), at: field(2, 32)) } == .inputMultiplier)
    #expect(Self.rule { $0.put32(1 << 21 + 1, at: field(2, 36)) } == .inputMultiplier)
    #expect(Self.rule { $0[field(2, 35)] = 0 } == .inputShift)
    #expect(Self.rule { $0[field(2, 35)] = 31 } == .inputShift)
    #expect(Self.rule { $0.put16(0, at: field(2, 2)) } == .outputShape)
    #expect(Self.rule { $0.put16(0, at: field(2, 4)) } == .secondInputShape)
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

  @Test
  func `what a kind asks of its tensors`() {
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

  @Test
  func `weights beyond 32 bits`() {
    var layers = [ModelDraft.Layer(.dense, input: 0), ModelDraft.Layer(.dense, input: 1)]
    layers[0].constants = ModelDraft.parameters(bias: [0], weights: [1])
    layers[1].constants = ModelDraft.parameters(bias: [0, 0], weights: [1, 1])
    var draft = ModelDraft(
      tensors: [.init(1, 1, 65_535), .init(1, 1, 65_535), .init(1, 1, 2)], layers: layers)
    draft.labels = ["a", "b"]
    let file = draft.bytes()
    #expect(throws: ModelError.self) { try Model(copying: file) }
    do throws(ModelError) { _ = try Model(copying: file) } catch { #expect(error.rule == .constantsBytes) }
  }

  @Test
  func `constants`() {
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

  @Test
  func `arena and order of rows`() {
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

  @Test
  func `every error is one line that says where`() {
    var draft = ModelDraft.sample
    var file = draft.bytes()
    file[4] = 9
    #expect(
      Self.error(file)?.description == "only version 1 of the format is known (at byte 4, found 9)")
  }

  @Test
  func `bytes that are not aligned are refused, not misread`() {
    var draft = ModelDraft.sample
    let file = [0] + draft.bytes()
    file.withUnsafeBytes { bytes in
      let odd = UnsafeRawBufferPointer(rebasing: bytes[1...])
      #expect(throws: ModelError(.alignment, offset: 0, value: 1)) { try Model(readingInPlace: odd) }
    }
  }
}
