import Octet
import OctetHostKernels
import TestSupport
import Testing

/// What bounds a layer, by a clock of which each measurement takes a second.
@Suite struct LayerBoundTests {
  private static func rates(_ set: InstructionSet, firstCacheBytes: Int) -> KernelRates? {
    var now: UInt64 = 0
    return KernelRates(set, rounds: 1, firstCacheBytes: firstCacheBytes) {
      now += 1_000_000_000
      return now
    }
  }

  @Test(arguments: InstructionSet.allCases.filter { $0.isSupported && $0 != .plain })
  func `a layer issues at least its multiply-adds, and weights count where they do not fit`(
    set: InstructionSet
  )
    throws
  {
    let large = try #require(Self.rates(set, firstCacheBytes: 1 << 30))
    let none = try #require(Self.rates(set, firstCacheBytes: 1))
    var (bounded, others) = (0, 0)
    for seed in 6_000_000..<6_000_100 as Range<UInt64> {
      let model = try Model(copying: RandomModel(seed: seed, layerCount: 6).bytes)
      let kernels = HostKernels(model, set)
      for layer in 0..<model.layerCount {
        guard let bound = kernels.bound(of: layer, large) else { continue }
        guard model.layer(layer).kind.weighted != nil else {
          others += 1
          #expect(bound.multiplying == 0 && bound.weights == 0)
          #expect(bound.seconds == max(bound.output, bound.loading) && bound.seconds > 0)
          #expect(bound.name == (bound.output < bound.loading ? "loads" : "outputs"))
          continue
        }
        bounded += 1
        let issued = (bound.multiplying * large.multiplyAdds).rounded()
        #expect(
          UInt64(issued) >= model.work(ofLayer: layer).multiplyAdds, "\(set), seed \(seed), layer \(layer)")
        #expect(bound.weights == 0)
        #expect(bound.seconds == bound.multiplying + bound.output)
        let streamed = try #require(kernels.bound(of: layer, none))
        #expect(streamed.weights > 0)
        // A dense layer reads each of its weights once.
        let bytes = (streamed.weights * none.secondCache).rounded()
        if model.layer(layer).kind.weighted == .dense { #expect(bytes == issued) }
        #expect(streamed.seconds >= bound.seconds)
        #expect((streamed.name == "weights") == (streamed.weights >= bound.seconds))
      }
    }
    #expect(bounded > 100 && others > 50)
  }

  @Test
  func `the plain kernels have no rates`() { #expect(Self.rates(.plain, firstCacheBytes: 1) == nil) }
}
