import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// What the kinds that make one value of two have in common: each input is brought to the scale of the output.
protocol JoiningKind: LoweredKind {
  /// What is made of two values of one scale.
  func joined(_ first: Double, _ second: Double) -> Double
}

extension JoiningKind {
  package func takes(_ function: Activation) -> Bool { function.clampedEnds != nil }

  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    if node.isMove { return network.appendMove(self, node, inputs) }
    return try network.appendJoin(self, node, inputs, network.output(node))
  }

  package func quantize(
    _ site: LayerQuantizer, weightScales: [Double]
  ) throws(QuantizationError) -> IntegerLayer {
    let scales = site.inputs.map(\.scale)
    let largest = Double(max(scales[0], scales[1]))
    var integers = site.plain(output: site.encoding(site.outputRange, atLeast: largest * 0x1p-20))
    integers.layer.inputScaling = QuantizedLayer.InputScaling(scales, output: integers.output.scale)
    return integers
  }

  package func run(
    _ execution: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    guard case .shared(let firstFactor, let secondFactor, let shift) = execution.integers.layer.inputScaling
    else {
      preconditionFailure("the quantizer gives a layer of two inputs their multipliers")
    }
    let zeroPoint = execution.integers.output.zeroPoint
    var index = 0
    return execution.mapped(inputs[0]) { first in
      let value = joined(
        Double(first) * Double(firstFactor), Double(inputs[1][index]) * Double(secondFactor))
      index += 1
      return (Int(value.rounded()) + 1 << (shift - 1)) >> shift + zeroPoint
    }
  }
}

extension NetworkLowering {
  /// Appends a layer that joins two values; both must have kept their shape.
  mutating func appendJoin(
    _ site: LoweringSite, _ kind: any JoiningKind, _ verb: String, _ order: String
  ) throws(QuantizationError) -> Int {
    let shapes = inputs(site).map { shape($0) }
    guard shapes[0] == shapes[1] else {
      throw .unsupported(
        layer: site.layer.name,
        reason: "it \(verb) \(shapes[0]) and \(shapes[1]), one of them flattened: \(order) before flatten")
    }
    return append(site, kind, output: shapes[0])
  }
}

extension LiteIntegerConversion {
  /// Appends a sum of integers of one encoding of which all but one are 0 at each place.
  mutating func appendMove(_ kind: some JoiningKind, _ node: Graph.Node, _ inputs: [Int]) -> Int {
    let from = tensors[inputs[0]]
    var made = emptyLayer(kind, node, inputs)
    made.inputScaling = QuantizedLayer.InputScaling([from.scale, from.scale], output: from.scale)
    made.clamp = -128...127
    return append(
      made, shape: node.shape, IntegerLayer.Encoding(scale: from.scale, zeroPoint: from.zeroPoint))
  }

  /// Appends a layer that joins two values, and gives the tensor that it writes.
  mutating func appendJoin(
    _ kind: some JoiningKind, _ node: Graph.Node, _ inputs: [Int], _ output: IntegerLayer.Encoding
  ) throws(ImportError) -> Int {
    guard tensors[inputs[0]].shape == tensors[inputs[1]].shape else {
      throw source.failure(
        "\(node.title) reads an image and a flattened one; put it before what flattens")
    }
    var made = emptyLayer(kind, node, inputs)
    let scales = inputs.map { tensors[$0].scale }
    if source.rules == .onnx {
      made.inputScaling = QuantizedLayer.InputScaling(scales, output: output.scale)
    } else if kind.fileKind.traits.contains(.factorsOfInputs) {
      made.inputScaling = QuantizedLayer.InputScaling(lite: scales, output: output.scale)
      made.rounding = .halfUpThenAway
    } else {
      // The larger integer, which is the larger value where all three have one scale.
      guard scales.allSatisfy({ $0 == output.scale }),
        inputs.allSatisfy({ tensors[$0].zeroPoint == output.zeroPoint })
      else {
        throw source.failure("\(node.title) has inputs and an output of different scales or zero points")
      }
      made.inputScaling = QuantizedLayer.InputScaling(scales, output: output.scale)
    }
    guard made.inputScaling != nil else {
      throw source.failure("\(node.title) has inputs whose steps are 2^19 of its output's or more")
    }
    made.clamp = clamp(node.function, output)
    return append(made, shape: node.shape, output)
  }
}
