import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// A function of one value by itself: a table, where no layer before it can end with the function.
extension ActivationOnly: LayerLowering, LoweredKind {
  /// The function follows as that of every layer does.
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    network.inputs(site)[0]
  }

  /// Files have functions of their own for it.
  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int { inputs[0] }

  package var fileKind: Octet.LayerKind { .table }
  package var handsFactorsOn: Bool { true }

  /// After a fused pool as well, as the pool comes first there.
  package func join(_ layer: LoweredLayer, to previous: inout LoweredLayer) -> Bool {
    guard previous.activation == .linear, previous.kind.takes(layer.activation) else { return false }
    previous.activation = layer.activation
    return true
  }

  package func quantize(
    _ site: LayerQuantizer, weightScales: [Double]
  ) throws(QuantizationError) -> IntegerLayer {
    site.lookUp(from: site.inputs[0])
  }

  package func run(
    _ execution: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    execution.mapped(inputs[0]) { Int($0.rounded()) + execution.integers.sums.zeroPoint }
  }
}
