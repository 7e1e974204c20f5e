import Octet
import OctetChipKernels
import OctetQuantization
import TestSupport
import Testing

/// Arenas that are no one block: regions in blocks of their own, and inputs that are read where the caller holds them.
@Suite struct MemoryRegionTests {
  /// Runs two images in blocks of exactly the sizes that the model names, each between bytes that must not change.
  static func compare(_ drawn: RandomModel, file: [UInt8], seed: UInt64) throws {
    let model = try Model(copying: file)
    let reference = WholeLayerReference(file)
    var first = StreamingTests.GuardedArena(model.firstRegionBytes)
    var second = StreamingTests.GuardedArena(model.secondRegionBytes)
    #expect(
      model.arenaBytes == model.firstRegionBytes + model.secondRegionBytes + model.heldInputBytes)
    do {
      var firstSpan = first.bytes.mutableSpan
      var firstBytes = firstSpan.mutableBytes
      var firstArena = firstBytes._mutatingExtracting(64..<64 + model.firstRegionBytes)
      var secondSpan = second.bytes.mutableSpan
      var secondBytes = secondSpan.mutableBytes
      var secondArena = secondBytes._mutatingExtracting(64..<64 + model.secondRegionBytes)
      var session = try Session(model, first: &firstArena, second: &secondArena, kernels: PlainKernels())
      for image in 0..<2 as Range<UInt64> {
        let pixels = drawn.pixels(seed: seed &* 2 &+ image)
        let expected = reference.run(pixels)
        var checksums = LayerChecksums()
        if model.holdsInput {
          let held = drawn.held(pixels)
          try session.run(held: held.span, observer: &checksums)
        } else {
          try session.run(image: pixels.span, observer: &checksums)
        }
        for layer in 0..<model.layerCount where checksums[layer] != expected.checkSums[layer] {
          Issue.record("seed \(seed), image \(image): layer \(layer) differs in regions")
          return
        }
        let classIndex = session.classIndex
        #expect(classIndex == expected.predictedClass)
        for output in 0..<model.outputCount {
          let zero = Int(model.tensor(model.output(output).tensor).zeroPoint)
          var values: [Int] = []
          session.forEachLogit(ofOutput: output) { values.append(Int($0) + zero) }
          #expect(values == expected.outputs[output].values, "seed \(seed)")
        }
      }
    }
    #expect(first.isIntact && second.isIntact, "seed \(seed): bytes beside a region were touched")
  }

  /// A model with a held input, and one with a second region too.
  private static func drawn(_ wants: (Model) -> Bool) throws -> (RandomModel, Model) {
    for seed in 100..<1_000 as Range<UInt64> {
      let drawn = RandomModel(seed: seed)
      let model = try Model(copying: drawn.bytes)
      if wants(model) { return (drawn, model) }
    }
    throw MissingModel()
  }

  private struct MissingModel: Error {}

  @Test func `an image becomes a held input, with its border`() throws {
    var (bordered, mapped) = (0, 0)
    for seed in 0..<200 as Range<UInt64> {
      let drawn = RandomModel(seed: seed)
      let model = try Model(copying: drawn.bytes)
      let pixels = drawn.pixels(seed: seed)
      var held = [Int8](repeating: 99, count: model.heldInputBytes)
      var span = held.mutableSpan
      guard model.holdsInput else {
        #expect(throws: SessionError.inputIsStreamed) { try model.hold(pixels.span, in: &span) }
        continue
      }
      try model.hold(pixels.span, in: &span)
      #expect(held == drawn.held(pixels), "seed \(seed)")
      if model.heldInputBytes > model.imageBytes { bordered += 1 }
      if model.pixelMap != nil { mapped += 1 }
    }
    #expect(bordered > 5 && mapped > 2, "\(bordered) with a border, \(mapped) with a map")
  }

  @Test func `a file for a held input takes rows too, and both in turn`() throws {
    var count = 0
    for seed in 0..<120 as Range<UInt64> {
      let drawn = RandomModel(seed: seed)
      let model = try Model(copying: drawn.bytes)
      guard model.holdsInput else { continue }
      count += 1
      var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
      var words = storage.mutableSpan
      var arena = words.mutableBytes
      var session = try Session(model, arena: &arena)
      let reference = WholeLayerReference(drawn.bytes)
      for image in 0..<4 as Range<UInt64> {
        let pixels = drawn.pixels(seed: seed &* 4 &+ image)
        var checksums = LayerChecksums()
        if image % 2 == 0 {
          let held = drawn.held(pixels)
          try session.run(held: held.span, observer: &checksums)
        } else {
          try session.run(image: pixels.span, observer: &checksums)
        }
        let expected = reference.run(pixels).checkSums
        #expect((0..<model.layerCount).map { checksums[$0] } == expected, "seed \(seed), image \(image)")
      }
    }
    #expect(count > 15)
  }

  @Test func `chips' kernels read a held input where it is`() throws {
    var count = 0
    for seed in 0..<150 as Range<UInt64> {
      let drawn = RandomModel(seed: seed)
      let model = try Model(copying: drawn.bytes)
      guard model.holdsInput else { continue }
      count += 1
      var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
      var words = storage.mutableSpan
      var arena = words.mutableBytes
      let scratch = UnsafeMutableRawBufferPointer.allocate(
        byteCount: PatchKernels<PairLayout>.scratchBytes(model), alignment: 16)
      defer { scratch.deallocate() }
      var session = try Session(
        model, arenaBesideInput: &arena, kernels: PatchKernels<PairLayout>(model, scratch: scratch))
      let pixels = drawn.pixels(seed: seed)
      var checksums = LayerChecksums()
      let held = drawn.held(pixels)
      try session.run(held: held.span, observer: &checksums)
      #expect(
        (0..<model.layerCount).map { checksums[$0] } == WholeLayerReference(drawn.bytes).run(pixels).checkSums
      )
    }
    #expect(count > 15)
  }

  @Test func `a session says what is wrong with regions or a held input`() throws {
    let (drawn, model) = try Self.drawn {
      $0.holdsInput && $0.secondRegionBytes > 0 && $0.heldInputBytes > $0.imageBytes
    }
    var firstStorage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 2)
    var secondStorage = firstStorage
    var firstWords = firstStorage.mutableSpan
    var secondWords = secondStorage.mutableSpan
    var first = firstWords.mutableBytes
    var second = secondWords.mutableBytes
    do {
      var small = first._mutatingExtracting(0..<model.firstRegionBytes - 1)
      #expect(
        throws: SessionError.arenaTooSmall(
          bytes: model.firstRegionBytes - 1, needed: model.firstRegionBytes)
      ) { _ = try Session(model, first: &small, second: &second, kernels: PlainKernels()) }
    }
    do {
      var small = second._mutatingExtracting(0..<model.secondRegionBytes - 1)
      #expect(
        throws: SessionError.arenaTooSmall(
          bytes: model.secondRegionBytes - 1, needed: model.secondRegionBytes)
      ) { _ = try Session(model, first: &first, second: &small, kernels: PlainKernels()) }
    }
    do {
      var odd = second._mutatingExtracting(2..<2 + model.secondRegionBytes)
      #expect(throws: SessionError.arenaNotAligned) {
        _ = try Session(model, first: &first, second: &odd, kernels: PlainKernels())
      }
    }
    let needed = model.firstRegionBytes + model.secondRegionBytes
    do {
      var small = first._mutatingExtracting(0..<needed - 1)
      #expect(throws: SessionError.arenaTooSmall(bytes: needed - 1, needed: needed)) {
        _ = try Session(model, arenaBesideInput: &small, kernels: PlainKernels())
      }
    }
    var session = try Session(model, first: &first, second: &second, kernels: PlainKernels())
    let pixels = drawn.pixels(seed: 1)
    let held = drawn.held(pixels)
    var thrown: [SessionError] = []
    do throws(SessionError) { try session.run(image: pixels.span) } catch { thrown.append(error) }
    do throws(SessionError) {
      try session.feed(row: pixels.span.extracting(0..<model.imageRowBytes))
    } catch { thrown.append(error) }
    do throws(SessionError) { try session.run(held: held.span.extracting(1...)) } catch {
      thrown.append(error)
    }
    do throws(SessionError) { try session.run(held: ([0] + held).span.extracting(1...)) } catch {
      thrown.append(error)
    }
    #expect(
      thrown == [
        .inputIsHeld, .inputIsHeld, .imageSize(bytes: held.count - 1, needed: held.count), .inputNotAligned,
      ])
    // Every cell of the border, and none of the image.
    for place in held.indices {
      var other = held
      other[place] ^= 1
      thrown = []
      do throws(SessionError) { try session.run(held: other.span) } catch { thrown.append(error) }
      let row = place / model.heldRowBytes - model.heldPixelsOffset / model.heldRowBytes
      let column = place % model.heldRowBytes - model.heldPixelsOffset % model.heldRowBytes
      let isReal = 0..<model.imageHeight ~= row && 0..<model.imageRowBytes ~= column
      #expect(thrown == (isReal ? [] : [.inputBorder]), "place \(place)")
    }
    try session.run(held: held.span)
    let isFinished = session.isFinished
    #expect(isFinished)
  }
}
