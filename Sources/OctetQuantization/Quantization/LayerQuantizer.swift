import Octet
import OctetNetwork

/// Where one layer's integers are chosen: the encodings of what it reads and the ranges of what it writes, and the
/// choices that several kinds make in the same way.
package struct LayerQuantizer {
  let layer: LoweredLayer
  let inputs: [IntegerLayer.Encoding]
  /// The range of the layer's output; where a table follows, also that of what goes into it.
  let outputRange: ValueRange
  let sumsRange: ValueRange
  /// Whether the layer's integers may have 16 bits.
  let isWide: Bool

  /// The file's layer, before any number is chosen.
  var emptyLayer: QuantizedLayer {
    var made = QuantizedLayer(layer.kind.fileKind, inputs: layer.inputs)
    if let window = layer.kind.movedWindow {
      made.setWindow(window, input: layer.input, output: layer.unpooledOutput)
    }
    made.pool = layer.pool
    return made
  }

  /// A layer that ends with its clamp.
  func plain(output: IntegerLayer.Encoding) -> IntegerLayer {
    var made = emptyLayer
    if made.kind.traits.contains(.clamp) {
      // ReLU is a clamp at the zero point.
      let ends = layer.activation.clampedEnds ?? (-.infinity, .infinity)
      made.clamp = output.integer(ends.low)...output.integer(ends.high)
    }
    return IntegerLayer(made, sums: output, output: output)
  }

  /// A layer that ends with a table, from the integers of `sums` to those of the output.
  func lookUp(from sums: IntegerLayer.Encoding) -> IntegerLayer {
    let output = encoding(outputRange, atLeast: 0)
    var made = emptyLayer
    if made.kind.traits.contains(.clamp) { made.clamp = -128...127 }
    made.table = (-128...127).map { integer in
      let value = Double(sums.scale) * Double(integer - sums.zeroPoint)
      return Int8(output.integer(layer.activation.preciseValue(value)))
    }
    return IntegerLayer(made, sums: sums, output: output)
  }

  /// What the integers of a range stand for.
  ///
  /// - Parameter smallest: the scale is at least this, so that a ratio stays within the format's limits.
  func encoding(_ range: ValueRange, atLeast smallest: Double) -> IntegerLayer.Encoding {
    let usual = range.parameters
    if Double(usual.scale) >= smallest {
      return IntegerLayer.Encoding(scale: usual.scale, zeroPoint: usual.zeroPoint)
    }
    // Rounded up, so that the ratio stays below its limit.
    let scale = Float(smallest).nextUp
    let zeroPoint = (-128 - range.low / Double(scale)).rounded()
    return IntegerLayer.Encoding(scale: scale, zeroPoint: Int(min(max(zeroPoint, -128), 127)))
  }
}

extension IntegerLayer.Encoding {
  /// The integer nearest to a value, or the end of the range that lies towards it.
  func integer(_ value: Double) -> Int {
    // Where a function is no number, at arguments that calibration has not seen, any integer will do.
    guard !value.isNaN else { return zeroPoint }
    let wanted = (value / Double(scale)).rounded() + Double(zeroPoint)
    return Int(min(max(wanted, Double(lowest)), Double(highest)))
  }
}

extension Activation {
  /// The functions of one value, as tables are made from them.
  func preciseValue(_ value: Double) -> Double {
    switch self {
    case .linear, .softmax: value
    case .relu: max(value, 0)
    case .sigmoid: logisticFunction(value)
    case .tanh: hyperbolicTangent(value)
    case .function(let function): function.value(value)
    }
  }

  /// Where it cuts values off, if a clamp does all that it does.
  var clampedEnds: (low: Double, high: Double)? {
    switch self {
    case .linear, .softmax: (-.infinity, .infinity)
    case .relu: (0, .infinity)
    case .sigmoid, .tanh: nil
    case .function(let function): function.limits
    }
  }

  /// Whether it never gives less for more, so that a maximum may be taken before it.
  var neverFalls: Bool { function?.neverFalls ?? false }
}
