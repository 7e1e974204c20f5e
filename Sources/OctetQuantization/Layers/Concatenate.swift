import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// Two values one behind the other, each brought to the scale of the output.
extension Concatenate: LayerLowering, LoweredKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    let inputs = network.shaped(network.inputs(site), site)
    return network.append(
      LoweredLayer(
        name: site.layer.name, kind: self, inputs: inputs, input: network.shape(inputs[0]),
        output: site.output))
  }

  package var fileKind: Octet.LayerKind { .concatenation }

  package func takes(_ function: Activation) -> Bool { function.clampedEnds != nil }
  package var handsFactorsOn: Bool { axis != .channels }

  package func combine(_ inputs: [[Float]], _ layer: LoweredLayer, count: Int) -> [Float] {
    // Runs of values of each input that follow each other.
    let outer =
      switch axis {
      case .rows: 1
      case .columns: layer.output.height
      case .channels: layer.output.height * layer.output.width
      }
    let own = layer.input.count / outer
    let other = (layer.output.count - layer.input.count) / outer
    var made: [Float] = []
    made.reserveCapacity(count * layer.output.count)
    for run in 0..<count * outer {
      made += inputs[0][run * own..<(run + 1) * own]
      made += inputs[1][run * other..<(run + 1) * other]
    }
    return made
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
    guard case .shared(let first, let second, let shift) = execution.integers.layer.inputScaling else {
      preconditionFailure("the quantizer gives a layer of two inputs their multipliers")
    }
    let zeroPoint = execution.integers.output.zeroPoint
    let scaled = zip(inputs, [first, second]).map { values, factor in
      values.map { Float((Int($0.rounded()) * factor + 1 << (shift - 1)) >> shift) }
    }
    return execution.mapped(combine(scaled, execution.layer, count: count)) { Int($0) + zeroPoint }
  }

  /// In a full-integer file both have the output's meaning.
  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    let inputs = network.shaped(inputs, of: node)
    var made = network.emptyLayer(self, node, inputs)
    let encodings = inputs.map { network.encoding(of: $0) }
    // What is only copied on its way has no tensor in the file, but then the integers of both mean the same.
    let isCopy = node.tensors.output == nil && encodings[0] == encodings[1]
    let output = isCopy ? encodings[0] : try network.output(node)
    made.inputScaling = QuantizedLayer.InputScaling(encodings.map(\.scale), output: output.scale)
    guard made.inputScaling != nil else {
      throw network.source.failure("\(node.title) has inputs whose steps are 2^20 of its output's or more")
    }
    made.clamp = network.clamp(node.function, output)
    return network.append(made, shape: node.shape, output)
  }
}
