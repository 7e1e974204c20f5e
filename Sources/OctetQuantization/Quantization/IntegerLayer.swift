import Octet
import OctetData

/// What quantization decided for one layer: the layer as the file will have it, and what its integers stand for.
package struct IntegerLayer: Hashable, Sendable {
  /// Scale and zero point of a tensor.
  package struct Encoding: Hashable, Sendable {
    package var scale: Float
    package var zeroPoint: Int
    /// 1 for int8, 2 for int16.
    package var elementBytes = 1

    package init(scale: Float, zeroPoint: Int, elementBytes: Int = 1) {
      self.scale = scale
      self.zeroPoint = zeroPoint
      self.elementBytes = elementBytes
    }

    package var lowest: Int { elementBytes == 2 ? -32_768 : -128 }
    package var highest: Int { elementBytes == 2 ? 32_767 : 127 }

    /// Pixels: 0 to 255 stand for 0 to 1 exactly.
    package static let image = Encoding(scale: 1 / 255, zeroPoint: -128)

    /// Of an int8 input: that of pixels, that which integers have anyway, or one that spans the features.
    ///
    /// - Parameter values: of the items to calibrate on, with a scale if they are integers.
    package init(of values: ItemValues, by method: CalibrationMethod) {
      switch values {
      case .bytes: self = .image
      case .integers(_, let scale?): self.init(scale: scale.scale, zeroPoint: scale.zeroPoint)
      case .integers(_, nil), .floats:
        var histogram = ValueHistogram()
        if case .floats(let floats) = values { histogram.add(floats) }
        let (scale, zeroPoint) = method.range(of: histogram).parameters
        self.init(scale: scale, zeroPoint: zeroPoint)
      }
    }

    package var inputScale: InputScale { InputScale(scale: scale, zeroPoint: zeroPoint) }

    /// The integers of values, less the zero point.
    package func steps(_ values: [Float]) -> [Float] {
      let (low, high) = (Float(lowest - zeroPoint), Float(highest - zeroPoint))
      return values.map { min(max(($0 / scale).rounded(.toNearestOrAwayFromZero), low), high) }
    }
  }

  package var layer: QuantizedLayer
  /// One for each output of a layer with weights.
  package var weightScales: [Double] = []
  /// What goes into the table, or the output where there is none.
  package var sums: Encoding
  package var output: Encoding

  init(_ layer: QuantizedLayer, sums: Encoding, output: Encoding) {
    self.layer = layer
    self.sums = sums
    self.output = output
  }
}

extension IntegerLayer {
  /// The sum of each output's weights.
  private var weightSums: [Int] {
    let outputs = weightScales.count
    var sums = [Int](repeating: 0, count: outputs)
    if layer.kind.traits.contains(.channelwise) {
      for (index, weight) in layer.weights.enumerated() { sums[index % outputs] += Int(weight) }
    } else {
      let perOutput = layer.weights.count / max(outputs, 1)
      for (index, weight) in layer.weights.enumerated() { sums[index / perOutput] += Int(weight) }
    }
    return sums
  }

  /// What the input's zero point adds to each output's sum of products.
  func zeroPointTerms(_ input: Encoding) -> [Int] { weightSums.map { $0 * input.zeroPoint } }

  /// The weights in the order of training, as float layers take them: the outputs side by side.
  var trainedOrder: [Float] {
    if layer.kind.traits.contains(.channelwise) { return layer.weights.map { Float($0) } }
    let outputs = weightScales.count
    let perOutput = layer.weights.count / outputs
    return [Float](unsafeUninitializedCapacity: layer.weights.count) { result, count in
      for output in 0..<outputs {
        for place in 0..<perOutput {
          result[place * outputs + output] = Float(layer.weights[output * perOutput + place])
        }
      }
      count = layer.weights.count
    }
  }
}
