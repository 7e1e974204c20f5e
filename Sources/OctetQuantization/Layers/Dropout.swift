import OctetHost
import OctetInterchange
import OctetNetwork

/// Does nothing once a network is trained.
extension Dropout: LayerLowering {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    network.inputs(site)[0]
  }

  /// The integers stay in their order.
  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int { inputs[0] }
}
