import Octet
import OctetInterchange
import OctetQuantization
import TestSupport
import Testing

@Suite struct LayerNamingTests {
  @Test func `layers are called by their kind and number`() {
    #expect(LayerNaming.usual(["conv", "dense", "conv"]) == ["conv-1", "dense-1", "conv-2"])
  }

  @Test func `a file holds the names that layers are not called by anyway`() {
    #expect(LayerNaming.own([("conv-1", "conv"), ("dense-1", "dense")]) == [])
    #expect(LayerNaming.own([("stem", "conv"), ("dense-1", "dense")]) == ["stem", ""])
    // The second convolution's usual name is another one.
    #expect(LayerNaming.own([("a", "conv"), ("conv-1", "conv")]) == ["a", "conv-1"])
    // Two layers that one became, and a name that another layer has by its kind.
    #expect(LayerNaming.own([("maxpool-1", "maxpool"), ("maxpool-1", "activation")]) == [])
    #expect(
      LayerNaming.own([("conv-2", "conv"), ("conv-2", "conv"), ("input", "conv")]) == [
        "conv-2", "conv-2-2", "",
      ])
    let long = String(repeating: "x", count: 256)
    #expect(LayerNaming.own([(long, "conv"), ("a\nb", "conv"), ("é", "conv")]) == ["", "", "é"])
  }

  @Test func `names come back from the file`() throws {
    for seed in 0..<20 as Range<UInt64> {
      var model = RandomModel(seed: seed).model
      let usual = try Model(copying: OctetFile(model).bytes).layerNames
      model.layerNames = usual.indices.map { $0 % 2 == 0 ? "layer \($0)" : "" }
      let named = try Model(copying: OctetFile(model).bytes)
      #expect(named.layerNames == usual.enumerated().map { $0 % 2 == 0 ? "layer \($0)" : $1 })
      #expect(named.labels == (try Model(copying: RandomModel(seed: seed).bytes)).labels)
    }
  }
}
