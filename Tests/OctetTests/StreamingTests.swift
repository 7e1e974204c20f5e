import Octet
import TestSupport
import Testing

/// Rows that flow through a ring give what whole layers give in plain 64-bit integers, bit for bit.
@Suite struct StreamingTests {
  /// An arena between guard bytes that must not change.
  struct GuardedArena {
    static let margin = 64
    var bytes: [UInt8]

    init(_ count: Int) { bytes = [UInt8](repeating: 0xA5, count: count + 2 * Self.margin) }

    var isIntact: Bool {
      bytes[..<Self.margin].allSatisfy { $0 == 0xA5 }
        && bytes[(bytes.count - Self.margin)...].allSatisfy { $0 == 0xA5 }
    }
  }

  static func compare(seed: UInt64, layerCount: Int?) throws {
    try compare(RandomModel(seed: seed, layerCount: layerCount), seed: seed)
  }

  static func compare(_ drawn: RandomModel, seed: UInt64) throws {
    try compare(drawn, file: drawn.bytes, seed: seed)
  }

  /// - Parameter file: of the model, perhaps with another memory plan.
  static func compare(_ drawn: RandomModel, file: [UInt8], seed: UInt64) throws {
    let reference = WholeLayerReference(file)
    let model: Model
    do throws(ModelError) { model = try Model(copying: file) } catch {
      Issue.record("seed \(seed): a valid file is rejected: \(error)")
      return
    }
    let names = (0..<reference.labels.count).map { String(decoding: model.label($0), as: UTF8.self) }
    #expect(names == reference.labels && model.hasNames() == !names.isEmpty)
    if model.classCount > 0 {
      #expect(model.labels == (names.isEmpty ? (0..<model.classCount).map(String.init) : names))
    }
    #expect(model.arenaBytes == reference.arenaBytes)
    var guarded = GuardedArena(model.arenaBytes)
    var span = guarded.bytes.mutableSpan
    var whole = span.mutableBytes
    var arena = whole._mutatingExtracting(GuardedArena.margin..<GuardedArena.margin + model.arenaBytes)
    var session = try Session(model, arena: &arena)
    // The second image finds what the first one left behind.
    for image in 0..<2 as Range<UInt64> {
      let pixels = drawn.pixels(seed: seed &* 2 &+ image)
      let expected = reference.run(pixels)
      var checksums = LayerChecksums()
      try session.run(image: pixels.span, observer: &checksums)
      for layer in 0..<model.layerCount where checksums[layer] != expected.checkSums[layer] {
        Issue.record("seed \(seed), image \(image): layer \(layer), \(model.layer(layer).kind.name), differs")
        return
      }
      let answer = session.answer
      #expect(answer?.classIndex == expected.predictedClass)
      #expect(session.classIndex == expected.predictedClass)
      #expect(session.rowsFed == Int(model.input.height))
      var logits: [Int] = []
      session.forEachLogit { logits.append(Int($0) + Int(model.logits.zeroPoint)) }
      #expect(logits == expected.logits)
      var shares: [UInt32] = []
      session.forEachProbability { shares.append($0) }
      #expect(shares.map { Int($0) } == expected.probabilities)
      #expect(shares == expected.probabilities.indices.map { session.probability(of: $0) })
      for output in 0..<model.outputCount {
        let wanted = expected.outputs[output]
        let zero = Int(model.tensor(model.output(output).tensor).zeroPoint)
        var values: [Int] = []
        session.forEachLogit(ofOutput: output) { values.append(Int($0) + zero) }
        #expect(values == wanted.values && session.logitCount(ofOutput: output) == values.count)
        #expect(session.answer(ofOutput: output)?.classIndex == wanted.predictedClass)
      }
      for index in expected.logits.indices {
        let logit = Int(session.logit(index)) + Int(model.logits.zeroPoint)
        #expect(logit == expected.logits[index])
      }
    }
    _ = consume session
    #expect(guarded.isIntact, "seed \(seed): bytes beside the arena were touched")
    if model.holdsInput || model.secondRegionBytes > 0 {
      try MemoryRegionTests.compare(drawn, file: file, seed: seed)
    }
  }

  @Test(arguments: 0..<8)
  func `random models of a few layers`(part: Int) throws {
    for seed in 0..<500 { try Self.compare(seed: UInt64(part * 500 + seed), layerCount: nil) }
  }

  @Test(arguments: 0..<4)
  func `random models of many layers`(part: Int) throws {
    for seed in 0..<40 { try Self.compare(seed: UInt64(1_000_000 + part * 40 + seed), layerCount: 25) }
  }

  @Test
  func `sums at the ties of both ways of rounding`() throws {
    for seed in 0..<100 as Range<UInt64> {
      try Self.compare(RandomModel(tiesFrom: 9_200_000 + seed), seed: seed)
    }
  }

  @Test
  func `a model is shared: sessions on several threads agree with one`() async throws {
    let drawn = RandomModel(seed: 11, layerCount: 12)
    let model = try Model(copying: drawn.bytes)
    let expected = WholeLayerReference(drawn.bytes).run(drawn.pixels(seed: 5)).predictedClass
    await withTaskGroup(of: Int?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
          var span = storage.mutableSpan
          var arena = span.mutableBytes
          guard var session = try? Session(model, arena: &arena) else { return nil }
          for _ in 0..<20 {
            guard (try? session.run(image: drawn.pixels(seed: 5).span)) != nil else { return nil }
          }
          return session.answer?.classIndex
        }
      }
      for await found in group { #expect(found == expected) }
    }
  }

  @Test
  func `a session says what is wrong with an arena, a row or an image`() throws {
    let drawn = RandomModel(seed: 3, layerCount: 4)
    let model = try Model(copying: drawn.bytes)
    var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 2)
    var span = storage.mutableSpan
    var bytes = span.mutableBytes
    do {
      var small = bytes._mutatingExtracting(0..<model.arenaBytes - 1)
      #expect(throws: SessionError.arenaTooSmall(bytes: model.arenaBytes - 1, needed: model.arenaBytes)) {
        _ = try Session(model, arena: &small)
      }
    }
    do {
      var odd = bytes._mutatingExtracting(2..<model.arenaBytes + 2)
      #expect(throws: SessionError.arenaNotAligned) { _ = try Session(model, arena: &odd) }
    }
    var session = try Session(model, arena: &bytes)
    let image = drawn.pixels(seed: 1)
    let row = [UInt8](repeating: 1, count: model.imageRowBytes)
    let short = [UInt8](repeating: 1, count: model.imageRowBytes - 1)
    let unfinished = session.answer
    #expect(unfinished == nil)
    var thrown: SessionError?
    do throws(SessionError) { try session.feed(row: short.span) } catch {
      thrown = error
    }
    #expect(thrown == .rowSize(bytes: model.imageRowBytes - 1, needed: model.imageRowBytes))
    do throws(SessionError) { try session.run(image: (image + [0]).span) } catch { thrown = error }
    #expect(thrown == .imageSize(bytes: image.count + 1, needed: image.count))
    try session.run(image: image.span)
    do throws(SessionError) { try session.feed(row: row.span) } catch {
      thrown = error
    }
    #expect(thrown == .imageComplete)
  }
}
