import Octet
import Testing

// Of the header, the input, outputs and their names.
extension LoaderRuleTests {
  @Test
  func `header`() {
    #expect(Self.error([]) == ModelError(.size, offset: 0, value: 0))
    #expect(Self.error([UInt8](repeating: 0, count: 47))?.rule == .size)
    #expect(Self.rule { $0[0] = 0x4E } == .magic)
    #expect(Self.rule { $0[4] = 1 } == .version)
    #expect(Self.rule { $0[6] = 48 } == .headerBytes)
    #expect(Self.rule { $0.put32(UInt32($0.count - 16), at: 8) } == .length)
    #expect(Self.rule { $0.removeLast(16) } == .length)
    var draft = ModelDraft.sample
    var file = draft.bytes()
    file[file.count - 20] ^= 1
    #expect(Self.error(file)?.rule == .checksum)
    #expect(Self.rule { $0.put32(1 << 28 + 1, at: 16) } == .arenaBytes)
    #expect(Self.rule { $0.put32(4, at: 20) } == .secondRegion)
    #expect(Self.rule { $0.put16(0, at: 24) } == .layerCount)
    #expect(Self.rule { $0.put16(1025, at: 24) } == .layerCount)
    #expect(Self.rule { $0.put16(0, at: 26) } == .outputCount)
    #expect(Self.rule { $0.put16(17, at: 26) } == .outputCount)
    for offset in 38..<64 { #expect(Self.rule { $0[offset] = 1 } == .reserved) }
  }

  @Test
  func `the way from a picture to the input`() {
    #expect(Self.rule { $0[32] = 1 } == nil)
    #expect(Self.rule { $0[32] = 2 } == .inputKind)
    for fit in UInt8.min...UInt8.max {
      #expect(Self.rule { $0[33] = fit } == (fit < 6 ? nil : .pictureForm))
      #expect(Self.rule { $0[34] = fit } == (fit < 3 ? nil : .pictureForm))
      // Features are not fitted.
      #expect(Self.rule(changing: { $0.input = (1, fit, 0, 0, 0) }) == (fit == 0 ? nil : .pictureForm))
    }
    // One channel has no order.
    #expect(Self.rule { $0[35] = 1 } == .channelOrder)
    let color = ModelDraft.meanOver(height: 2, width: 2, channels: 3)
    func rule(_ change: (inout ModelDraft) -> Void) -> ModelRule? {
      var draft = color
      change(&draft)
      return Self.rule(draft)
    }
    #expect(rule { $0.input.3 = 1 } == nil)
    #expect(rule { $0.input.3 = 2 } == .channelOrder)
    #expect(rule { $0.input = (1, 0, 0, 1, 0) } == .channelOrder)
    let most: [Int32] = [1 << 22, 1 << 30, -(1 << 22), -(1 << 30), 0, 0]
    #expect(
      rule {
        $0.input.4 = 1
        $0.pixelMap = most
      } == nil)
    for (index, number) in most.enumerated() where number != 0 {
      #expect(
        rule {
          $0.input.4 = 1
          $0.pixelMap = most
          $0.pixelMap[index] += number.signum()
        } == .pixelMap)
    }
    #expect(rule { $0.input.4 = 2 } == .pixelMap)
    #expect(
      rule {
        $0.input = (1, 0, 0, 0, 1)
        $0.pixelMap = most
      } == .pixelMap)
  }

  @Test
  func `outputs`() {
    #expect(Self.rule { $0.put16(0, at: Self.output) } == .outputTensor)
    #expect(Self.rule { $0.put16(11, at: Self.output) } == .outputTensor)
    #expect(Self.rule { $0[Self.output + 2] = 3 } == .outputMeaning)
    #expect(Self.rule { $0[Self.output + 3] = 3 } == .head)
    #expect(Self.rule { $0.put32(0, at: Self.output + 4) } == .probabilityStep)
    #expect(Self.rule { $0[Self.output + 3] = 0 } == .probabilityStep)
    // Labels and numbers do not compete, nor does a single value.
    #expect(Self.rule { $0[Self.output + 2] = 1 } == .head)
    #expect(Self.rule { $0[Self.output + 2] = 2 } == .head)
    #expect(
      Self.rule(changing: {
        $0.outputs[0].meaning = .labels; $0.outputs[0].head = .sigmoid
      }) == nil)
    #expect(
      Self.rule(changing: {
        $0.outputs[0] = .init(tensor: 10, meaning: .numbers, head: .linear, step: 0)
      }) == nil)
    // A map cannot hold classes.
    func map(_ meaning: OutputMeaning) -> ModelRule? {
      Self.rule(changing: {
        $0.outputs.append(.init(tensor: 3, meaning: meaning, head: .linear, step: 0))
      })
    }
    #expect(map(.numbers) == nil && map(.classes) == .logitsShape && map(.labels) == .logitsShape)
    #expect(
      Self.rule(changing: {
        $0.outputs.append(.init(tensor: 3, meaning: .numbers, head: .linear, step: 0))
        $0.tensors[3].rows = 3
      }) == .outputRing)
    #expect(Self.rule(changing: { $0.outputs[0].names = [] }) == nil)
    #expect(Self.rule(changing: { $0.outputs[0].names = ["a", "b"] }) == .labels)
    #expect(Self.rule(changing: { $0.outputs[0].names = ["a", "b", "c", "d"] }) == .labels)
    let two = Self.rule(changing: {
      $0.outputs.append(.init(tensor: 9, names: ["x", "y"]))
      $0.outputs.append(.init(tensor: 7, meaning: .labels, head: .sigmoid))
    })
    #expect(two == nil)
    #expect(Self.rule { $0.put32(UInt32(Self.names) + 1, at: Self.output + 8) } == .labels)
    #expect(Self.rule { $0.put32(0xFFFF_FFF0, at: Self.output + 12) } == .labels)
    #expect(Self.rule { $0.put32(0, at: Self.output + 12) } == .labels)
  }

  @Test
  func `labels`() {
    #expect(Self.rule { $0.put32(0xFFFF, at: 28) } == .size)
    #expect(Self.rule { $0.put32(0xFFFF_FFFF, at: 28) } == .size)
    #expect(Self.rule { $0[Self.names] = 2 } == .labels)
    #expect(Self.rule { $0[Self.names] = 200 } == .labels)
    #expect(Self.rule { $0.put32(7, at: 28) } == .labels)
    #expect(Self.rule { $0.put32(2, at: 28) } == .reserved)
    #expect(Self.rule { $0[Self.names + 6] = 1 } == .reserved)
  }

  @Test
  func `names of layers`() throws {
    let names = (0..<10).map { $0 == 3 ? "" : "layer \($0)" }
    func rule(_ change: (inout ModelDraft) -> Void) -> ModelRule? {
      Self.rule(changing: {
        $0.layerNames = names
        change(&$0)
      })
    }
    #expect(rule { _ in } == nil)
    #expect(rule { $0.outputs[0].names = [] } == nil)
    #expect(rule { $0.layerNames.removeLast() } == .labels)
    #expect(rule { $0.layerNames.append("") } == .labels)
    #expect(rule { $0.layerNames[9] = "a\u{7F}" } == .labelText)
    #expect(rule { $0.layerNames[0] = "\u{202E}" } == .labelText)
    // A file that says that it has names, and one that has some and does not say it.
    #expect(Self.rule { $0[37] = 1 } == .labels)
    #expect(Self.rule { $0[37] = 2 } == .reserved)
    var draft = ModelDraft.sample
    draft.layerNames = names
    var file = draft.bytes()
    let model = try Model(copying: file)
    #expect(model.hasLayerNames)
    #expect(model.storedLayerNames.map { String(decoding: $0, as: UTF8.self) } == names)
    file[37] = 0
    #expect(Self.error(file.mended())?.rule == .labels)
  }

  /// The rule that a file breaks whose second label has these bytes.
  private static func rule(label: [UInt8]) -> ModelRule? {
    var draft = ModelDraft.sample
    draft.labels = ["a", String(repeating: "b", count: label.count), "c"]
    var file = draft.bytes()
    file.replaceSubrange(Self.names + 3..<Self.names + 3 + label.count, with: label)
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
    file[Self.names + 3] = 0xC3
    file[Self.names + 5] = 0xA9
    #expect(Self.error(file.mended())?.rule == .labelText)
  }
}
