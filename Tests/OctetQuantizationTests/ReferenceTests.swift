import Octet
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// The plain interpreter against figures that were worked out by hand or by another road.
struct ReferenceTests {
  @Test func `long numbers multiply and compare`() {
    #expect(LongNumber(3).raisedTo64 > LongNumber(powerOfTwo: 101))
    #expect(LongNumber(3).raisedTo64 < LongNumber(powerOfTwo: 102))
    #expect(LongNumber(1 << 40) * LongNumber(1 << 30) == LongNumber(powerOfTwo: 70))
  }

  @Test func `random models run`() {
    var classes: Set<Int> = []
    var kinds: [QuantizedLayer.Kind: Int] = [:]
    var values: Set<Int> = []
    for seed in 0..<300 as Range<UInt64> {
      let model = RandomModel(seed: seed)
      let reference = WholeLayerReference(model.bytes)
      let outcome = reference.run(model.pixels(seed: seed))
      if let found = outcome.predictedClass { classes.insert(found) }
      for (index, layer) in model.model.layers.enumerated() {
        kinds[layer.kind, default: 0] += 1
        #expect(outcome.tensors[index + 1].count == model.model.tensors[index + 1].shape.count)
        values.formUnion(outcome.tensors[index + 1])
      }
    }
    #expect(kinds.count == LayerKind.allCases.count)
    #expect(classes.count > 8)
    #expect(values.count > 1000)
  }
}
