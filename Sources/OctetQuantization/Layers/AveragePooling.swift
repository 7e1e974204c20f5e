import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

extension AveragePooling: LayerLowering, AveragingKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.requirePicture(site)
    // Over the whole input rows are added up as they come, and none of them is kept. The mean is the same.
    let kind: any LoweredKind = keepsSums(site) ? GlobalAveragePooling() : self
    return network.append(site, kind)
  }

  /// Whether the only window is the whole input, and accumulators take less memory than its rows.
  private func keepsSums(_ site: LoweringSite) -> Bool {
    let input = site.input
    let startsAtCorner =
      if case .border(let top, let left, _, _) = window.padding { top == 0 && left == 0 } else { true }
    return window.height == input.height && window.width == input.width && startsAtCorner
      && site.output.height == 1 && site.output.width == 1 && input.height * input.width > input.width + 4
  }

  package var fileKind: Octet.LayerKind { .averagePooling }
  package var movedWindow: Window? { window }

  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? {
    (.averagePooling(self), layer.input)
  }
}

/// What the kinds that take means have in common.
protocol AveragingKind: LoweredKind {}

extension AveragingKind {
  package var handsFactorsOn: Bool { true }
  package func takes(_ function: Activation) -> Bool { function.clampedEnds != nil }

  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    let from = network.tensors[inputs[0]]
    let output = try network.output(node)
    let isUnsigned = network.givesUnsigned(node) && !node.isMean
    // Means of bytes round half up. The factor is exact for values from 0 on, which they are less a zero point of -128.
    let inputs = isUnsigned ? inputs.map { network.countedFrom(-128, $0) } : inputs
    var made = network.emptyLayer(self, node, inputs)
    let counts = made.cellCounts(input: from.shape, output: node.shape)
    guard counts.allSatisfy({ $0 <= Int(Limit.averagedCells) }) else {
      throw network.source.failure(
        "\(node.title) averages \(counts[counts.count - 1]) cells; the limit is \(Limit.averagedCells)")
    }
    if network.source.rules == .onnx {
      let ratio = Double(from.scale) / Double(output.scale)
      for count in counts {
        guard let scaling = FixedPointScaling(ratio / Double(256 * count)) else {
          throw network.source.failure("\(node.title) has scales with the ratio \(ratio), which is too large")
        }
        made.scalings.append(scaling)
      }
    } else if node.isMean {
      made.rounding = .halfUpThenAway
      let ratio = Double(from.scale) / Double(output.scale)
      for count in counts {
        guard let scaling = FixedPointScaling(liteMean: ratio, cells: count) else {
          throw network.source.failure("\(node.title) has scales with the ratio \(ratio), which is too large")
        }
        made.scalings.append(scaling)
      }
    } else {
      guard from.scale == output.scale, from.zeroPoint == output.zeroPoint else {
        throw network.source.failure(
          "\(node.title) has an input and an output of different scales or zero points")
      }
      made.rounding = isUnsigned ? .halfUp : .awayFromZero
      // A pool over the whole input adds up row by row and keeps none of them.
      if made.window == Extent(from.shape.height, from.shape.width), made.reach == Extent(0, 0),
        node.shape.height == 1, node.shape.width == 1
      {
        let (inputs, rounding) = (made.inputs, made.rounding)
        made = QuantizedLayer(.globalAveragePooling, inputs: inputs)
        made.rounding = rounding
      }
      if isUnsigned { made.scalings = counts.map { FixedPointScaling(meanOf: $0) } }
    }
    made.clamp = network.clamp(node.function, output)
    guard isUnsigned else { return network.append(made, shape: node.shape, output) }
    let raw = IntegerLayer.Encoding(scale: output.scale, zeroPoint: -128)
    return network.countedFrom(output.zeroPoint, network.append(made, shape: node.shape, raw))
  }

  package func quantize(
    _ site: LayerQuantizer, weightScales: [Double]
  ) throws(QuantizationError) -> IntegerLayer {
    let counts = site.emptyLayer.cellCounts(input: site.layer.input, output: site.layer.output)
    guard counts.allSatisfy({ $0 <= Int(Limit.averagedCells) }) else {
      throw .unsupported(
        layer: site.layer.name,
        reason: "it averages \(counts[counts.count - 1]) cells; \(Limit.averagedCells) is the most")
    }
    let inputScale = Double(site.inputs[0].scale)
    // The ratio holds 1 / (256 * cells), and stays below 1/4.
    var integers = site.plain(
      output: site.encoding(site.outputRange, atLeast: inputScale / 64 * (1 + 1e-9)))
    integers.layer.scalings = counts.map { count in
      FixedPointScaling(clamping: inputScale / Double(integers.output.scale) / Double(256 * count))
    }
    return integers
  }

  package func run(
    _ execution: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    let places = MeanPlaces(execution.layer, execution.integers)
    let channels = execution.layer.output.channels
    var index = 0
    return execution.mapped(executor.run(inputs, count: count)) { mean in
      let place = places[index / channels]
      index = index + 1 == channels * places.count ? 0 : index + 1
      return place.value(mean) + execution.integers.output.zeroPoint
    }
  }
}
