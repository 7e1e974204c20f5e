import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

extension MaxPooling: LayerLowering, LoweredKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.requirePicture(site)
    return network.append(site, self)
  }

  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    let from = network.tensors[inputs[0]]
    let output = try network.output(node)
    guard output.zeroPoint == from.zeroPoint, output.scale == from.scale else {
      throw network.source.failure("\(node.title) changes scale or zero point, which pooling cannot")
    }
    let pooled = network.append(network.emptyLayer(self, node, inputs), shape: node.shape, output)
    let clamp = network.clamp(node.function, output)
    guard clamp != -128...127 else { return pooled }
    let table = (-128...127).map { Int8(min(max($0, clamp.lowerBound), clamp.upperBound)) }
    return network.append(network.lookUp(table, from: pooled), shape: node.shape, output)
  }

  package var fileKind: Octet.LayerKind { .maximumPooling }
  package var movedWindow: Window? { window }
  package var handsFactorsOn: Bool { true }

  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? {
    (.maxPooling(self), layer.input)
  }

  /// A convolution takes the maximum of its sums itself where windows neither overlap nor reach over the edge, and what
  /// comes after the sums keeps their order.
  package func join(_ layer: LoweredLayer, to previous: inout LoweredLayer) -> Bool {
    guard previous.kind.fileKind.traits.contains(.fusedPool), previous.pool == .one,
      previous.activation.neverFalls, window.padding == .valid,
      window.strideHeight == window.height, window.strideWidth == window.width
    else { return false }
    previous.pool = Extent(window.height, window.width)
    previous.output = layer.output
    return true
  }

  package func quantize(
    _ site: LayerQuantizer, weightScales: [Double]
  ) throws(QuantizationError) -> IntegerLayer {
    site.plain(output: site.inputs[0])
  }

  package func run(
    _ integers: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    IntegerExecution.Result(output: executor.run(inputs, count: count), saturated: 0)
  }
}

extension LiteIntegerConversion {
  /// Joins each maximum pool with the convolution before it, which saves the memory between them and changes no bit.
  ///
  /// Condition: the pool alone needs what the convolution gives.
  mutating func fusePools() {
    var index = 1
    while index < layers.count {
      let pool = layers[index]
      let reads =
        layers.count { $0.inputs.contains(index) } + outputs.count { $0.tensor == index }
      let previous = layers[index - 1]
      let takesMaximum = pool.kind.traits.contains(.window) && pool.kind.traits.contains(.keepsZeroPoint)
      if takesMaximum, pool.inputs == [index], reads == 1,
        previous.kind.traits.contains(.fusedPool), previous.pool == .one, pool.window == pool.stride,
        pool.reach == Extent(0, 0),
        pool.window.height * tensors[index + 1].shape.height <= tensors[index].shape.height,
        pool.window.width * tensors[index + 1].shape.width <= tensors[index].shape.width
      {
        fusePool(index)
      } else {
        index += 1
      }
    }
  }
}
