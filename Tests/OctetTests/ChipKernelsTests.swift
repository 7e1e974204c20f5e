import Octet
import OctetChipKernels
import TestSupport
import Testing

/// The chips' kernels give the bits of whole layers in plain 64-bit integers, whatever the scratch memory.
@Suite struct ChipKernelsTests {
  /// - Parameter scratch: bytes of scratch memory as a share of what the model asks for.
  static func compare<Layout: PatchLayout>(_: Layout.Type, seed: UInt64, layerCount: Int?, scratch: Double)
    throws
  {
    let drawn = RandomModel(seed: seed, layerCount: layerCount)
    try compare(Layout.self, drawn, seed: seed, scratch: scratch)
  }

  static func compare<Layout: PatchLayout>(
    _: Layout.Type, _ drawn: RandomModel, seed: UInt64, scratch: Double
  )
    throws
  {
    let model = try Model(copying: drawn.bytes)
    let reference = WholeLayerReference(drawn.bytes)
    let needed = PatchKernels<Layout>.scratchBytes(model)
    // Filled with what must not matter, and guarded behind.
    let count = Int(Double(needed) * scratch) / 4 * 4
    var words = [UInt32](repeating: 0xA5A5_A5A5, count: count / 4 + 4)
    var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
    var span = storage.mutableSpan
    var arena = span.mutableBytes
    try words.withUnsafeMutableBytes { bytes in
      let kernels = PatchKernels<Layout>(
        model, scratch: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]))
      var session = try Session(model, arena: &arena, kernels: kernels)
      for image in 0..<2 as Range<UInt64> {
        let pixels = drawn.pixels(seed: seed &* 2 &+ image)
        let expected = reference.run(pixels)
        var checksums = LayerChecksums()
        try session.run(image: pixels.span, observer: &checksums)
        for layer in 0..<model.layerCount where checksums[layer] != expected.checkSums[layer] {
          Issue.record(
            "seed \(seed), image \(image): layer \(layer), \(model.layer(layer).kind.name), differs")
          return
        }
      }
    }
    #expect(words.suffix(4).allSatisfy { $0 == 0xA5A5_A5A5 }, "seed \(seed): bytes behind the scratch memory")
  }

  @Test(arguments: 0..<4)
  func `pairs of 16 bits`(part: Int) throws {
    for seed in 0..<400 {
      let seed = UInt64(2_000_000 + part * 400 + seed)
      try Self.compare(PairLayout.self, seed: seed, layerCount: nil, scratch: 1)
    }
  }

  @Test(arguments: 0..<4)
  func `numbers of 32 bits`(part: Int) throws {
    for seed in 0..<400 {
      let seed = UInt64(3_000_000 + part * 400 + seed)
      try Self.compare(WideLayout.self, seed: seed, layerCount: nil, scratch: 1)
    }
  }

  @Test(arguments: 0..<4)
  func `vectors of 16 bytes`(part: Int) throws {
    for seed in 0..<400 {
      let seed = UInt64(6_000_000 + part * 400 + seed)
      try Self.compare(VectorLayout.self, seed: seed, layerCount: nil, scratch: 1)
    }
  }

  @Test
  func `many layers`() throws {
    for seed in 0..<10 as Range<UInt64> {
      try Self.compare(PairLayout.self, seed: 4_000_000 + seed, layerCount: 20, scratch: 1)
      try Self.compare(WideLayout.self, seed: 4_000_000 + seed, layerCount: 20, scratch: 1)
      try Self.compare(VectorLayout.self, seed: 4_000_000 + seed, layerCount: 20, scratch: 1)
    }
  }

  @Test
  func `sums at the ties of both ways of rounding`() throws {
    for seed in 0..<100 as Range<UInt64> {
      let drawn = RandomModel(tiesFrom: 9_100_000 + seed)
      try Self.compare(PairLayout.self, drawn, seed: seed, scratch: 1)
      try Self.compare(WideLayout.self, drawn, seed: seed, scratch: 1)
      try Self.compare(VectorLayout.self, drawn, seed: seed, scratch: 1)
    }
  }

  @Test(arguments: [0, 0.4, 0.99])
  func `too little scratch memory, or none`(scratch: Double) throws {
    for seed in 0..<100 as Range<UInt64> {
      try Self.compare(PairLayout.self, seed: 5_000_000 + seed, layerCount: nil, scratch: scratch)
      try Self.compare(WideLayout.self, seed: 5_000_000 + seed, layerCount: nil, scratch: scratch)
      try Self.compare(VectorLayout.self, seed: 5_000_000 + seed, layerCount: nil, scratch: scratch)
    }
  }
}
