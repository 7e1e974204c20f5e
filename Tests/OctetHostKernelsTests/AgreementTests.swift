import Octet
import OctetHostKernels
import TestSupport
import Testing

/// Every instruction set that this processor has gives the bits of the whole-layer reference.
@Suite("Host kernels against the reference")
struct AgreementTests {
  static let sets = InstructionSet.allCases.filter(\.isSupported)

  static func compare(_ set: InstructionSet, seed: UInt64, layerCount: Int?) throws {
    let drawn = RandomModel(seed: seed, layerCount: layerCount)
    let file = drawn.bytes
    let reference = WholeLayerReference(file)
    let model = try Model(copying: file)
    let kernels = HostKernels(model, set)
    var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
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
      let found = session.answer?.classIndex
      #expect(found == expected.predictedClass)
    }
  }

  @Test("random models of a few layers", arguments: sets, 0..<8)
  func few(set: InstructionSet, part: Int) throws {
    for seed in 0..<250 { try Self.compare(set, seed: UInt64(part * 250 + seed), layerCount: nil) }
  }

  @Test("random models of many layers", arguments: sets, 0..<2)
  func many(set: InstructionSet, part: Int) throws {
    for seed in 0..<40 { try Self.compare(set, seed: UInt64(2_000_000 + part * 40 + seed), layerCount: 25) }
  }
}
