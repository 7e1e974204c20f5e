import Octet
import OctetInterchange
import OctetNetwork

extension Add: LayerLowering, JoiningKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.appendJoin(site, self, "adds", "add")
  }

  package var fileKind: Octet.LayerKind { .add }

  package func combine(_ inputs: [[Float]]) -> [Float] { zip(inputs[0], inputs[1]).map { $0 + $1 } }

  func joined(_ first: Double, _ second: Double) -> Double { first + second }
}
