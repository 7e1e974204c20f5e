import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

extension Maximum: LayerLowering, JoiningKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.appendJoin(site, self, "compares", "take the maximum")
  }

  /// TensorFlow Lite compares the integers as they are, which gives the larger value where they all stand for the same.
  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    let output = try network.output(node)
    for input in inputs {
      let tensor = network.tensors[input]
      guard
        network.source.rules == .onnx
          || (tensor.scale == output.scale && tensor.zeroPoint == output.zeroPoint)
      else {
        throw network.source.failure(
          "\(node.title) has inputs of other scales or zero points than its output")
      }
    }
    return try network.appendJoin(self, node, inputs, output)
  }

  package var fileKind: Octet.LayerKind { .maximum }

  package func combine(_ inputs: [[Float]]) -> [Float] { zip(inputs[0], inputs[1]).map { max($0, $1) } }

  func joined(_ first: Double, _ second: Double) -> Double { max(first, second) }
}
