import OctetHost
import OctetInterchange
import OctetNetwork

/// Leaves no trace: a dense layer takes an image in as it is.
extension Flatten: LayerLowering {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    network.inputs(site)[0]
  }

  /// The integers stay in their order.
  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int { inputs[0] }
}
