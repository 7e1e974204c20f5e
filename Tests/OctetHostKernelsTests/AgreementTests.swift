import Octet
import OctetHostKernels
import TestSupport
import Testing

/// Every instruction set that this processor has gives the bits of the whole-layer reference.
@Suite struct AgreementTests {
  static let sets = InstructionSet.allCases.filter(\.isSupported)

  static func compare(_ set: InstructionSet, seed: UInt64, layerCount: Int?) throws {
    try compare(set, RandomModel(seed: seed, layerCount: layerCount), seed: seed)
  }

  static func compare(_ set: InstructionSet, _ drawn: RandomModel, seed: UInt64) throws {
    let file = drawn.bytes
    let reference = WholeLayerReference(file)
    let model = try Model(copying: file)
    let kernels = HostKernels(model, set)
    var storage = [UInt32](repeating: 0, count: kernels.arenaBytes(of: model) / 4 + 1)
    var span = storage.mutableSpan
    var arena = span.mutableBytes
    var session = try Session(model, arena: &arena, kernels: kernels)
    // The second image finds what the first one left behind.
    for image in 0..<2 as Range<UInt64> {
      let pixels = drawn.pixels(seed: seed &* 2 &+ image)
      let expected = reference.run(pixels)
      var checksums = LayerChecksums()
      try session.run(image: pixels.span, observer: &checksums)
      for layer in 0..<model.layerCount where checksums[layer] != expected.checkSums[layer] {
        Issue.record(
          "\(set), seed \(seed), image \(image): layer \(layer), \(model.layer(layer).kind.name), differs")
        return
      }
      try session.run(image: pixels.span)
      let atOnce = logits(session)
      #expect(atOnce == expected.logits.map { $0 - Int(model.logits.zeroPoint) }, "\(set), seed \(seed)")
      // Row by row the session itself calls the kernels.
      session.restart()
      var rows = LayerChecksums()
      for start in stride(from: 0, to: pixels.count, by: model.imageRowBytes) {
        try session.feed(
          row: pixels.span.extracting(start..<start + model.imageRowBytes), observer: &rows)
      }
      for layer in 0..<model.layerCount where rows[layer] != expected.checkSums[layer] {
        Issue.record("\(set), seed \(seed), image \(image), row by row: layer \(layer) differs")
        return
      }
    }
  }

  static func logits(_ session: borrowing Session<HostKernels>) -> [Int] {
    var logits: [Int] = []
    for index in 0..<session.logitCount() { logits.append(Int(session.logit(index))) }
    return logits
  }

  @Test(arguments: sets, 0..<8)
  func `random models of a few layers`(set: InstructionSet, part: Int) throws {
    for seed in 0..<250 { try Self.compare(set, seed: UInt64(part * 250 + seed), layerCount: nil) }
  }

  @Test(arguments: sets, 0..<2)
  func `random models of many layers`(set: InstructionSet, part: Int) throws {
    for seed in 0..<40 { try Self.compare(set, seed: UInt64(2_000_000 + part * 40 + seed), layerCount: 25) }
  }

  @Test(arguments: sets)
  func `sums at the ties of both ways of rounding`(set: InstructionSet) throws {
    for seed in 0..<100 as Range<UInt64> {
      try Self.compare(set, RandomModel(tiesFrom: 9_000_000 + seed), seed: seed)
    }
  }

  @Test
  func `a run begins anew in the middle of an image`() throws {
    for set in Self.sets {
      for seed in 3_000_000..<3_000_100 as Range<UInt64> {
        let drawn = RandomModel(seed: seed, layerCount: 6)
        let model = try Model(copying: drawn.bytes)
        let kernels = HostKernels(model, set)
        var storage = [UInt32](repeating: 0, count: kernels.arenaBytes(of: model) / 4 + 1)
        var span = storage.mutableSpan
        var arena = span.mutableBytes
        var session = try Session(model, arena: &arena, kernels: kernels)
        let first = drawn.pixels(seed: 1)
        let second = drawn.pixels(seed: 2)
        try session.feed(row: first.span.extracting(0..<model.imageRowBytes))
        try session.run(image: second.span)
        let expected = WholeLayerReference(drawn.bytes).run(second).logits
        let found = Self.logits(session)
        #expect(found == expected.map { $0 - Int(model.logits.zeroPoint) }, "\(set), seed \(seed)")
      }
    }
  }

  /// Held inputs are run by the file's plan, fed ones in rings of the host's own: neither may spoil the other's memory.
  @Test(arguments: sets)
  func `held and fed inputs in turn`(set: InstructionSet) throws {
    var count = 0
    for seed in 4_100_000..<4_100_150 as Range<UInt64> {
      let drawn = RandomModel(seed: seed, layerCount: 5)
      let model = try Model(copying: drawn.bytes)
      guard model.holdsInput else { continue }
      count += 1
      let reference = WholeLayerReference(drawn.bytes)
      let kernels = HostKernels(model, set)
      var storage = [UInt32](repeating: 0x5555_5555, count: kernels.arenaBytes(of: model) / 4 + 1)
      var span = storage.mutableSpan
      var arena = span.mutableBytes
      var session = try Session(model, arena: &arena, kernels: kernels)
      for image in 0..<6 as Range<UInt64> {
        let pixels = drawn.pixels(seed: seed &* 8 &+ image)
        var checksums = LayerChecksums()
        if image % 3 == 0 {
          try session.run(image: pixels.span, observer: &checksums)
        } else {
          let held = drawn.held(pixels)
          try session.run(held: held.span, observer: &checksums)
        }
        let expected = reference.run(pixels)
        #expect(
          (0..<model.layerCount).map { checksums[$0] } == expected.checkSums, "\(set), seed \(seed), \(image)"
        )
        var logits: [Int] = []
        session.forEachLogit { logits.append(Int($0) + Int(model.logits.zeroPoint)) }
        #expect(logits == expected.logits, "\(set), seed \(seed), image \(image)")
      }
    }
    #expect(count > 20)
  }

  /// Images that come together must not get into each other's way, whatever their number.
  @Test(arguments: sets)
  func `many images in a batch give what each gives alone`(set: InstructionSet) throws {
    var together = 0
    for seed in 4_000_000..<4_000_150 as Range<UInt64> {
      let drawn = RandomModel(seed: seed, layerCount: seed % 3 == 0 ? 2 : 6)
      let model = try Model(copying: drawn.bytes)
      let reference = WholeLayerReference(drawn.bytes)
      let count = Int(seed % 23)
      let images = (0..<count).map { drawn.pixels(seed: seed &* 16 &+ UInt64($0)) }
      let pixels = images.flatMap(\.self)
      // However few weights they share.
      let kernels = HostKernels(model, set, leastShared: 1)
      if kernels.imagesTogether > 1 { together += 1 }
      var storage = [UInt32](repeating: 0, count: BatchSession.arenaBytes(model, kernels) / 4)
      var span = storage.mutableSpan
      var arenas = span.mutableBytes
      var session = try BatchSession(model, arenas: &arenas, kernels: kernels)
      // The second time the arenas hold what the first one left.
      for _ in 0..<2 {
        var found: [[Int]] = []
        try session.run(images: pixels.span) { image, outcome in
          #expect(image == found.count)
          var logits: [Int] = []
          outcome.forEachLogit { logits.append(Int($0)) }
          found.append(logits)
        }
        let expected = images.map { image in
          reference.run(image).logits.map { $0 - Int(model.logits.zeroPoint) }
        }
        #expect(found == expected, "\(set), seed \(seed)")
      }
    }
    // The plain kernels gain nothing by it, and neither do models without a dense layer.
    #expect(set == .plain ? together == 0 : together > 50)
  }

  /// Kernels may list the groups of an input that are not zero, or take all of them.
  @Test(arguments: sets)
  func `wide dense layers in a batch, with inputs of many zeros and of none`(set: InstructionSet) throws {
    for seed in 4_500_000..<4_500_006 as Range<UInt64> {
      let drawn = RandomModel(denseFrom: seed)
      let model = try Model(copying: drawn.bytes)
      let reference = WholeLayerReference(drawn.bytes)
      let kernels = HostKernels(model, set, leastShared: 1)
      var storage = [UInt32](repeating: 0, count: BatchSession.arenaBytes(model, kernels) / 4)
      var span = storage.mutableSpan
      var arenas = span.mutableBytes
      var session = try BatchSession(model, arenas: &arenas, kernels: kernels)
      for percent in [0, 10, 60, 95] {
        let images = (0..<21).map { drawn.pixels(seed: seed &* 32 &+ $0, zeros: percent) }
        var found: [[Int]] = []
        let pixels = images.flatMap(\.self)
        try session.run(images: pixels.span) { _, outcome in
          var logits: [Int] = []
          outcome.forEachLogit { logits.append(Int($0)) }
          found.append(logits)
        }
        let expected = images.map { reference.run($0).logits.map { $0 - Int(model.logits.zeroPoint) } }
        #expect(found == expected, "\(set), seed \(seed), \(percent) % zeros")
      }
    }
  }

  @Test
  func `a batch refuses arenas that are small or begin oddly, and parts of images`() throws {
    let drawn = RandomModel(seed: 11, layerCount: 3)
    let model = try Model(copying: drawn.bytes)
    let kernels = HostKernels(model, InstructionSet.best)
    let needed = BatchSession.arenaBytes(model, kernels)
    var storage = [UInt32](repeating: 0, count: needed / 4 + 1)
    var span = storage.mutableSpan
    var arenas = span.mutableBytes
    #expect(throws: SessionError.arenaTooSmall(bytes: needed - 1, needed: needed)) {
      var small = arenas._mutatingExtracting(0..<needed - 1)
      _ = try BatchSession(model, arenas: &small, kernels: kernels)
    }
    #expect(throws: SessionError.arenaNotAligned) {
      var odd = arenas._mutatingExtracting(1..<needed + 1)
      _ = try BatchSession(model, arenas: &odd, kernels: kernels)
    }
    var session = try BatchSession(model, arenas: &arenas, kernels: kernels)
    let pixels = [UInt8](repeating: 0, count: model.imageBytes + 1)
    var refused: SessionError?
    do throws(SessionError) {
      try session.run(images: pixels.span) { _, _ in Issue.record("an image was run") }
    } catch {
      refused = error
    }
    #expect(refused == .imageSize(bytes: model.imageBytes + 1, needed: 2 * model.imageBytes))
  }

  @Test(arguments: sets)
  func `sessions on several threads share the weights`(set: InstructionSet) async throws {
    let drawn = RandomModel(seed: 11, layerCount: 12)
    let model = try Model(copying: drawn.bytes)
    let kernels = HostKernels(model, set)
    let expected = WholeLayerReference(drawn.bytes).run(drawn.pixels(seed: 5)).predictedClass
    await withTaskGroup(of: Int?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var storage = [UInt32](repeating: 0, count: kernels.arenaBytes(of: model) / 4 + 1)
          var span = storage.mutableSpan
          var arena = span.mutableBytes
          guard var session = try? Session(model, arena: &arena, kernels: kernels) else { return nil }
          for _ in 0..<20 {
            guard (try? session.run(image: drawn.pixels(seed: 5).span)) != nil else { return nil }
          }
          return session.answer?.classIndex
        }
      }
      for await found in group { #expect(found == expected) }
    }
  }
}

/// Which kernels a name stands for.
@Suite struct InstructionSetTests {
  @Test
  func `every name is found where the processor has it, and refused clearly where not`() {
    for set in InstructionSet.allCases {
      if set.isSupported {
        #expect(throws: Never.self) { try InstructionSet.named(set.rawValue) }
      } else {
        #expect(throws: InstructionSetError.unsupported(set)) { try InstructionSet.named(set.rawValue) }
      }
    }
    #expect(InstructionSet.plain.isSupported)
    #expect(InstructionSet.best.isSupported)
  }

  @Test(arguments: ["", "AVX2", "sse", "neon-plain", "avx2 "])
  func `a name that stands for nothing`(name: String) {
    #expect(throws: InstructionSetError.unknown(name)) { try InstructionSet.named(name) }
    #expect(
      "\(InstructionSetError.unknown(name))"
        == "OCTET_KERNELS is \"\(name)\"; it must be one of avx512vnni, avx2, neon, plain")
  }
}
