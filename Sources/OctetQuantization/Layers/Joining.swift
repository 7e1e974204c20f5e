import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// The kinds that make one value of two, or of one and constants, place by place.
extension Join: LayerLowering, LoweredKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    var inputs = network.inputs(site)
    let constants = operand == .layer ? [] : try network.parameter(site, "constants")
    if operand == .layer {
      // One of two may have been flattened, which left its shape.
      let (first, second) = (network.shape(inputs[0]), network.shape(inputs[1]))
      let isPerChannel = second == ImageShape(flat: first.channels) && site.inputs[0] == first
      if first != second, !isPerChannel { inputs = network.shaped(inputs, site) }
    } else if operand == .channelConstants {
      inputs = network.shaped(inputs, site)
    }
    let shape = network.shape(inputs[0])
    return network.append(
      LoweredLayer(
        name: site.layer.name, kind: self, inputs: inputs, input: shape, output: shape, weights: constants))
  }

  package var fileKind: Octet.LayerKind {
    switch operation {
    case .add: .add
    case .subtract: .subtract
    case .multiply: .multiply
    case .maximum: .maximum
    case .minimum: .minimum
    case .squaredDifference: .squaredDifference
    }
  }

  package func takes(_ function: Activation) -> Bool { function.clampedEnds != nil }
  package var handsFactorsOn: Bool {
    switch operation {
    case .add, .subtract, .maximum, .minimum: operand == .layer
    case .multiply, .squaredDifference: false
    }
  }

  package func combine(_ inputs: [[Float]], _ layer: LoweredLayer, count: Int) -> [Float] {
    let second = second(inputs, layer.weights)
    let perItem = operand == .layer ? second.count / max(count, 1) : second.count
    return joined(
      inputs[0], second, perItem: perItem, layer.output.count, { operation.result($0, $1) })
  }

  private func second(_ inputs: [[Float]], _ constants: [Float]) -> [Float] {
    operand == .layer ? inputs[1] : constants
  }

  /// - Parameter perItem: values of the second that an item of `count` values of the first goes through.
  private func joined(
    _ first: [Float], _ second: [Float], perItem: Int, _ count: Int, _ join: (Float, Float) -> Float
  ) -> [Float] {
    var made = first
    for index in made.indices {
      let item = operand == .layer ? index / count : 0
      made[index] = join(made[index], second[item * perItem + index % count % perItem])
    }
    return made
  }

  package func quantize(
    _ site: LayerQuantizer, weightScales: [Double]
  ) throws(QuantizationError) -> IntegerLayer {
    var scales = [site.inputs[0].scale]
    var constants: [Int8] = []
    var zeroPoint = 0
    if operand == .layer {
      scales.append(site.inputs[1].scale)
    } else {
      var range = ValueHistogram()
      range.add(site.layer.weights)
      let (scale, zero) = CalibrationMethod.minMax.range(of: range).parameters
      let encoding = IntegerLayer.Encoding(scale: scale, zeroPoint: zero)
      scales.append(scale)
      zeroPoint = zero
      constants = site.layer.weights.map { Int8(encoding.integer(Double($0))) }
    }
    var integers: IntegerLayer
    let largest = Double(max(scales[0], scales[1]))
    switch operation {
    case .multiply:
      let product = Double(scales[0]) * Double(scales[1])
      integers = site.plain(output: site.encoding(site.outputRange, atLeast: (1 + 1e-9) * product))
      integers.layer.inputScaling = .product(
        FixedPointScaling(clamping: product / Double(integers.output.scale)))
    case .squaredDifference:
      // The factor of the square is then at most an eighth.
      integers = site.plain(output: site.encoding(site.outputRange, atLeast: largest * largest * 0x1p-9))
      integers.layer.inputScaling = QuantizedLayer.InputScaling(
        liteSquare: scales, output: integers.output.scale)
      integers.layer.rounding = .halfUpThenAway
    case .add, .subtract, .maximum, .minimum:
      integers = site.plain(output: site.encoding(site.outputRange, atLeast: largest * 0x1p-20))
      integers.layer.inputScaling = QuantizedLayer.InputScaling(scales, output: integers.output.scale)
    }
    integers.layer.constants = QuantizedLayer.Constants(operand, constants, zeroPoint: zeroPoint)
    return integers
  }

  package func run(
    _ execution: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    let layer = execution.integers.layer
    let constants = layer.constants
    let second =
      operand == .layer ? inputs[1] : constants.values.map { Float(Int($0) - constants.zeroPoint) }
    let perItem = operand == .layer ? second.count / max(count, 1) : second.count
    let zeroPoint = execution.integers.output.zeroPoint
    // Sums of integers below 2^32 are exact in a Double, not in a Float: so the integers are worked out here.
    let size = execution.layer.output.count
    var index = 0
    return execution.mapped(inputs[0]) { first in
      let item = operand == .layer ? index / size : 0
      let other = Double(second[item * perItem + index % size % perItem])
      index += 1
      let one = Double(first)
      switch layer.inputScaling {
      case .product(let factor): return factor.scaled(Int((one * other).rounded())) + zeroPoint
      case .shared(let firstFactor, let secondFactor, let shift):
        let (a, b) = (one * Double(firstFactor), other * Double(secondFactor))
        let value = operation.result(a, b)
        return (Int(value.rounded()) + 1 << (shift - 1)) >> shift + zeroPoint
      case .own(let firstFactor, let secondFactor, let factor):
        precondition(operation == .squaredDifference, "the quantizer lets only its square round twice")
        let difference = firstFactor.scaledTwice(Int(one) << 7) - secondFactor.scaledTwice(Int(other) << 7)
        return factor.scaledTwice(difference * difference) + zeroPoint
      case nil: preconditionFailure("the quantizer gives a layer of two inputs their multipliers")
      }
    }
  }

  /// In a full-integer file sums, differences and products are TensorFlow Lite's; of two integers the larger or smaller
  /// is that of the values where all three have one meaning.
  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    let output = try network.output(node)
    var inputs = inputs
    if operand == .layer { inputs = network.shaped(inputs, like: node.shape) }
    var made = network.emptyLayer(self, node, inputs)
    var encodings = inputs.map { network.encoding(of: $0) }
    if operand != .layer {
      guard let tensor = node.tensors.weights else {
        throw network.source.failure("\(node.title) has no constant tensor")
      }
      let encoding = try network.encoding(tensor, title: "the constant of \(node.title)")
      let shift = network.isUnsigned(tensor) ? 128 : 0
      encodings.append(encoding)
      made.constants = QuantizedLayer.Constants(
        operand, node.weights.map { Int8(clamping: Int($0) - shift) }, zeroPoint: encoding.zeroPoint)
    }
    let scales = encodings.map(\.scale)
    switch operation {
    case .multiply:
      // LiteRT takes this ratio in float.
      let ratio =
        network.source.rules == .onnx
        ? Double(scales[0]) * Double(scales[1]) / Double(output.scale)
        : Double(scales[0] * scales[1] / output.scale)
      guard let factor = FixedPointScaling(ratio) else {
        throw network.source.failure(
          "\(node.title) has scales of the ratio \(ratio); 0 to 16 fit an .octet file")
      }
      made.inputScaling = .product(factor)
      if network.source.rules != .onnx { made.rounding = .halfUpThenAway }
    case .squaredDifference:
      guard let factors = QuantizedLayer.InputScaling(liteSquare: scales, output: output.scale) else {
        throw network.source.failure(
          "\(node.title) has inputs of which the square of a step is 2^10 steps of its output or more")
      }
      made.inputScaling = factors
      made.rounding = .halfUpThenAway
    case _ where network.source.rules == .onnx:
      made.inputScaling = QuantizedLayer.InputScaling(scales, output: output.scale)
    case .add, .subtract:
      made.inputScaling = QuantizedLayer.InputScaling(lite: scales, output: output.scale)
      made.rounding = .halfUpThenAway
    case .maximum, .minimum:
      guard encodings.allSatisfy({ $0.scale == output.scale && $0.zeroPoint == output.zeroPoint }) else {
        throw network.source.failure(
          "\(node.title) has inputs of other scales or zero points than its output")
      }
      made.inputScaling = QuantizedLayer.InputScaling(scales, output: output.scale)
    }
    guard made.inputScaling != nil else {
      throw network.source.failure("\(node.title) has inputs whose steps are 2^19 of its output's or more")
    }
    made.clamp = network.clamp(node.function, output)
    return network.append(made, shape: node.shape, output)
  }
}

extension JoinKind {
  /// What it makes of two numbers.
  func result<Number: BinaryFloatingPoint>(_ one: Number, _ other: Number) -> Number {
    switch self {
    case .add: one + other
    case .subtract: one - other
    case .multiply: one * other
    case .maximum: max(one, other)
    case .minimum: min(one, other)
    case .squaredDifference: (one - other) * (one - other)
    }
  }
}
