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

  static let tensor = 64
  static let layer = 64 + 28 * 11
  static let output = layer + 44 * 10
  static let names = output + 16

  @Test
  func `tensors`() {
    #expect(Self.rule { $0.put16(0, at: Self.tensor + 6) } == .extent)
    #expect(Self.rule { $0.put16(4097, at: Self.tensor + 6) } == .extent)
    #expect(Self.rule { $0.put16(0, at: Self.tensor + 8) } == .extent)
    #expect(Self.rule { $0.put16(4097, at: Self.tensor + 8) } == .extent)
    #expect(Self.rule { $0.put16(0, at: Self.tensor + 10) } == .channels)
    #expect(Self.rule { $0[Self.tensor + 21] = 0 } == .elementBytes)
    #expect(
      Self.rule {
        $0[Self.tensor + 21] = 2; $0[Self.tensor + 20] = 0
      } == .elementBytes)
    #expect(Self.rule { $0[Self.tensor + 28 * 10 + 21] = 4 } == .elementBytes)
    #expect(Self.rule { $0[Self.tensor + 28 * 10 + 20] = 1 } == .zeroPoint)
    #expect(Self.rule { $0[Self.tensor + 22] = 1 } == .secondRegion)
    for flags: UInt8 in [4, 5, 0x80] { #expect(Self.rule { $0[Self.tensor + 23] = flags } == .shares) }
    for side in [12, 14, 16, 18] { #expect(Self.rule { $0.put16(4097, at: Self.tensor + side) } == .border) }
    for bits: UInt32 in [0, 0x7F80_0000, 0x7FC0_0000, 0x8000_0000, 0xBF80_0000] {
      #expect(Self.rule { $0.put32(bits, at: Self.tensor + 24) } == .scale)
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
    #expect(Self.rule(changing: { $0.tensors[10].channels = 4 }) == .labels)
  }

  @Test
  func `layers`() {
    func field(_ index: Int, _ offset: Int) -> Int { Self.layer + 44 * index + offset }
    #expect(Self.rule { $0[field(0, 0)] = 0 } == .layerKind)
    #expect(Self.rule { $0[field(0, 0)] = 255 } == .layerKind)
    #expect(Self.rule { $0[field(3, 1)] = 1 } == .tableFlag)
    #expect(Self.rule { $0.put16(1, at: field(0, 4)) } == .layerInput)
    #expect(Self.rule { $0.put16(65535, at: field(0, 4)) } == .layerInput)
    #expect(Self.rule { $0.put16(1, at: field(0, 6)) } == .layerInput)
    #expect(Self.rule { $0.put16(3, at: field(2, 6)) } == .layerInput)
    // Layers 0, 1, 7 and 9 have weights; 4 and 6 take means, which keep the zero point where they round away from zero.
    for layer in 0..<10 {
      let twice: ModelRule? =
        [0, 1, 4, 6, 7, 9].contains(layer) ? nil : [2, 8].contains(layer) ? .inputShift : .rounding
      #expect(Self.rule { $0[field(layer, 2)] = 1 } == twice)
      let away: ModelRule? =
        [0, 1, 7, 9].contains(layer) ? nil : [4, 6].contains(layer) ? .zeroPoint : .rounding
      #expect(Self.rule { $0[field(layer, 2)] = 2 } == away)
      for value: UInt8 in [3, 0x80, 0xFF] {
        #expect(Self.rule { $0[field(layer, 2)] = value } == .rounding)
      }
      // What there is room for, and a byte that means nothing.
      // Layers 6 and 9 read rows as they come. The rings of others hold too few rows to wait, but for tensor 9's.
      let waits: ModelRule? = [6, 7, 9].contains(layer) ? .waits : nil
      if let waits { #expect(Self.rule { $0[field(layer, 1)] |= 2 } == waits) }
      #expect(Self.rule { $0[field(layer, 1)] |= 32 } == .reserved)
      // With other encodings the constants of layers 0, 1, 7 and 9 are too long, or as long by their padding.
      for encoding: UInt8 in [1, 2] {
        let rule = Self.rule { $0[field(layer, 3)] = encoding }
        let hasWeights = [0, 1, 7, 9].contains(layer)
        #expect(
          hasWeights
            ? [.constantsBytes, .packedWeights, .reserved].contains(rule) : rule == .weightEncoding)
      }
      for encoding: UInt8 in [3, 255] {
        #expect(Self.rule { $0[field(layer, 3)] = encoding } == .weightEncoding)
      }
      #expect(Self.rule { $0[field(layer, 18)] = 2 } == .dilation)
      #expect(Self.rule { $0[field(layer, 19)] = 0 } == .dilation)
      #expect(Self.rule { $0[field(layer, 22)] = 3 } == .inputCount)
      #expect(Self.rule { $0[field(layer, 22)] = 0 } == .inputCount)
      #expect(
        Self.rule { $0[field(layer, 23)] = 1 } == ([0, 1, 7, 9].contains(layer) ? nil : .weightZeroPoint))
      #expect(Self.rule { $0[field(layer, 28)] = 2 } == .groups)
      #expect(Self.rule { $0[field(layer, 29)] = 1 } == .groups)
      #expect(Self.rule { $0[field(layer, 30)] = 1 } == .secondRegion)
      #expect(Self.rule { $0[field(layer, 31)] = 1 } == .secondRegion)
      #expect(Self.rule { $0[field(layer, 1)] ^= 4 } == ([2, 3, 5, 8].contains(layer) ? .reserved : .coarse))
    }
    #expect(Self.rule { $0.put16(0, at: field(2, 4)) } == .outputShape)
    #expect(Self.rule { $0.put16(0, at: field(2, 6)) } == .secondInputShape)
    #expect(Self.rule { $0.put16(0, at: field(0, 8)) } == .window)
    #expect(Self.rule { $0.put16(0, at: field(0, 10)) } == .window)
    #expect(Self.rule { $0.put16(5, at: field(0, 8)) } == .window)
    #expect(Self.rule { $0.put16(5, at: field(0, 10)) } == .window)
    #expect(Self.rule { $0.put16(4097, at: field(3, 8)) } == .window)
    #expect(Self.rule { $0.put16(2, at: field(2, 8)) } == .window)
    #expect(Self.rule { $0[field(0, 16)] = 0 } == .stride)
    #expect(Self.rule { $0[field(0, 17)] = 0 } == .stride)
    #expect(Self.rule { $0[field(5, 16)] = 2 } == .stride)
    #expect(Self.rule { $0[field(0, 16)] = 2 } == .window)
    #expect(Self.rule { $0.put16(2, at: field(0, 12)) } == .reach)
    #expect(Self.rule { $0.put16(2, at: field(0, 14)) } == .reach)
    #expect(Self.rule { $0.put16(1, at: field(2, 12)) } == .reach)
    #expect(Self.rule { $0.put16(3, at: field(4, 12)) } == .reach)
    #expect(Self.rule { $0[field(3, 16)] = 4 } == .window)
    #expect(Self.rule { $0[field(0, 20)] = 0 } == .fusedPool)
    #expect(Self.rule { $0[field(1, 20)] = 2 } == .fusedPool)
    #expect(
      Self.rule {
        $0.put16(100, at: field(0, 26)); $0.put16(101, at: field(0, 24))
      } == .clamp)
    #expect(Self.rule { $0.put16(128, at: field(0, 26)) } == .clamp)
    #expect(Self.rule { $0.put16(1, at: field(3, 26)) } == .clamp)
    #expect(Self.rule { $0.put16(1, at: field(5, 26)) } == .clamp)
    #expect(Self.rule { $0.put16(UInt16(bitPattern: -129), at: field(0, 24)) } == .clamp)
  }

  @Test
  func `what a kind asks of its tensors`() {
    #expect(Self.rule(changing: { $0.tensors[4].zeroPoint = 0 }) == .zeroPoint)
    #expect(Self.rule(changing: { $0.layers[9].flags = 1 }) == .logitsType)
    #expect(
      Self.rule(changing: {
        $0.layers[9] = .init(.add, input: 9)
        $0.layers[9].second = 9
        $0.layers[9].constants = ModelDraft.factors(1, 1, shift: 1)
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
      let field = Self.layer + 44 * layer + 32
      return Int(file[field]) | Int(file[field + 1]) << 8
    }
    #expect(Self.rule { $0.put32(UInt32(at($0, 0) + 16), at: Self.layer + 32) } == .constantsPlace)
    #expect(Self.rule { $0.put32(0xFFFF_FFF0, at: Self.layer + 32) } == .constantsPlace)
    #expect(Self.rule { $0.put32(16, at: Self.layer + 44 * 3 + 32) } == .constantsPlace)
    #expect(Self.rule { $0.put32(48, at: Self.layer + 36) } == .constantsBytes)
    #expect(Self.rule { $0.put32(0, at: Self.layer + 36) } == .constantsBytes)
    #expect(Self.rule { $0.put32((1 << 29) - 1, at: at($0, 0) + 8) } == .multiplier)
    #expect(Self.rule { $0.put32(1 << 31, at: at($0, 0) + 8) } == .multiplier)
    #expect(Self.rule { $0.put32(0, at: at($0, 0) + 8) } == nil)
    #expect(Self.rule { $0[at($0, 0) + 16] = 26 } == .shift)
    #expect(Self.rule { $0[at($0, 0) + 17] = 63 } == .shift)
    #expect(Self.rule { $0[at($0, 4) + 36] = 26 } == .shift)
    // Below 33 the layer must say so.
    for shift: UInt8 in 27...33 {
      #expect(Self.rule { $0[at($0, 0) + 16] = shift } == (shift < 33 ? .coarse : nil))
      #expect(
        Self.rule {
          $0[at($0, 4) + 36] = shift
          $0[Self.layer + 44 * 4 + 1] |= 4
        } == (shift < 33 ? nil : .coarse))
    }
    #expect(Self.rule { $0.put32(1 << 21 + 1, at: at($0, 2)) } == .inputMultiplier)
    #expect(Self.rule { $0.put32(1 << 21 + 1, at: at($0, 2) + 4) } == .inputMultiplier)
    #expect(Self.rule { $0[at($0, 2) + 14] = 0 } == .inputShift)
    #expect(Self.rule { $0[at($0, 2) + 14] = 31 } == .inputShift)
    // Without roundings of its own an input has no shift, and their sum no multiplier.
    #expect(Self.rule { $0[at($0, 2) + 8] = 1 } == .inputMultiplier)
    #expect(Self.rule { $0[at($0, 2) + 12] = 1 } == .inputShift)
    #expect(Self.rule { $0[at($0, 2) + 13] = 1 } == .inputShift)
    #expect(Self.rule { $0[at($0, 2) + 15] = 1 } == .reserved)
    func own(_ place: Int, _ value: UInt32, bytes: Int) -> ModelRule? {
      Self.rule {
        $0[Self.layer + 44 * 2 + 2] = 1
        let start = at($0, 2)
        for index in 0..<3 { $0.put32(1 << 30, at: start + 4 * index) }
        for index in 12..<15 { $0[start + index] = 31 }
        if bytes == 4 { $0.put32(value, at: start + place) } else { $0[start + place] = UInt8(value) }
      }
    }
    #expect(own(0, 0, bytes: 4) == nil && own(8, 0x7FFF_FFFF, bytes: 4) == nil)
    // A shift of 31 allows an input a factor of a half and no more.
    #expect(own(0, 0x4000_0001, bytes: 4) == .inputMultiplier)
    #expect(own(4, 0x4000_0001, bytes: 4) == .inputMultiplier)
    for place in [0, 4, 8] { #expect(own(place, 0x8000_0000, bytes: 4) == .inputMultiplier) }
    for place in [12, 13, 14] {
      #expect(own(place, 62, bytes: 1) == nil && own(place, 63, bytes: 1) == .inputShift)
      #expect(own(place, 30, bytes: 1) == .inputShift)
    }
    #expect(Self.rule { $0[at($0, 0) + 18] = 1 } == .reserved)
    #expect(Self.rule { $0[at($0, 0) + 32 + 18] = 1 } == .reserved)
    // Nine weights: the bias may be 2^31 - 1 - 9 * 16,384 and no more, either way.
    let most = Int32.max - 9 * 16_384
    #expect(Self.rule { $0.put32(UInt32(bitPattern: most), at: at($0, 0)) } == nil)
    #expect(Self.rule { $0.put32(UInt32(bitPattern: -most), at: at($0, 0)) } == nil)
    #expect(Self.rule { $0.put32(UInt32(bitPattern: most + 1), at: at($0, 0)) } == .bias)
    #expect(Self.rule { $0.put32(UInt32(bitPattern: -most - 1), at: at($0, 0)) } == .bias)
    #expect(Self.rule { $0.put32(1 << 31, at: at($0, 0)) } == .bias)
    // With a zero point each weight counts 255 * 128.
    let less = Int32.max - 9 * 32_640
    let limits: [(Int32, ModelRule?)] = [(less, nil), (-less, nil), (less + 1, .bias), (-less - 1, .bias)]
    for (bias, rule) in limits {
      let found = Self.rule {
        $0.put32(UInt32(bitPattern: bias), at: at($0, 0))
        $0[Self.layer + 23] = 0xFF
      }
      #expect(found == rule)
    }
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
    let accumulators = Self.layer + 44 * 7 + 40
    #expect(Self.rule { $0[accumulators] |= 1 } == .accumulators)
    #expect(Self.rule { $0.put32(0xFFFF_FFF0, at: accumulators) } == .accumulators)
    #expect(Self.rule { $0.put32(4, at: Self.layer + 40) } == .accumulators)
    #expect(Self.rule { $0.put32(0, at: accumulators) } == .overlap)
    #expect(Self.rule { $0.put32(0, at: Self.tensor + 28) } == .overlap)
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
  func `a mean that rounds half away from zero has no shifts`() {
    func rule(flags: UInt8, zeroPoint: Int8 = 0) -> ModelRule? {
      var draft = ModelDraft.meanOver(height: 2, width: 3)
      draft.layers[0].rounding = 2
      draft.layers[0].constants = []
      draft.layers[0].flags = flags
      draft.tensors[1].zeroPoint = zeroPoint
      return Self.rule(draft)
    }
    #expect(
      rule(flags: 0) == nil && rule(flags: 4) == .reserved && rule(flags: 0, zeroPoint: 1) == .zeroPoint)
  }

  @Test
  func `a walk that would take too long`() {
    // 1,024 layers and 131,073 rows are 2^27 steps and a little more.
    func copies(_ count: Int, rows: UInt16) -> ModelRule? {
      let tensors = (0...count).map { _ in ModelDraft.Tensor(rows, 1, 1) } + [.init(1, 1, 2)]
      var layers = (0..<count).map { index in
        var layer = ModelDraft.Layer(.maximumPooling, input: UInt16(index))
        layer.clamp = (0, 0)
        return layer
      }
      var last = ModelDraft.Layer(.dense, input: UInt16(count))
      last.accumulatorsBytes = 8
      last.constants = ModelDraft.parameters(
        bias: [0, 0], weights: [Int8](repeating: 1, count: 2 * Int(rows)))
      layers.append(last)
      return Self.rule(ModelDraft(tensors: tensors, layers: layers, labels: ["a", "b"]))
    }
    #expect(copies(1023, rows: 2) == nil)
    #expect(copies(1023, rows: 128) == .walk)
  }

  @Test
  func `every error is one line that says where`() {
    var draft = ModelDraft.sample
    var file = draft.bytes()
    file[4] = 9
    #expect(
      Self.error(file)?.description == "only version 2 of the format is known (at byte 4, found 9)")
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
