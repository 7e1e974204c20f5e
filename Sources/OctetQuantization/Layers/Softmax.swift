import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// Softmax over the channels of each place, inside a network or where a map of it is wanted. A network's description
/// has it as an activation.
struct InnerSoftmax: LoweredKind {
  static let keyword = "softmax"
  static let grammar = "softmax"
  static let summary = "the share of each channel's exponential in those of all"

  init() {}
  init(words: inout LineWords) throws(NetworkError) {}
  func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape { input }

  var fileKind: Octet.LayerKind { .softmax }

  /// Shares are of 256 from -128 on.
  static let output = IntegerLayer.Encoding(scale: 1 / 256, zeroPoint: -128)
  static let mostChannels = 4_095

  func combine(_ inputs: [[Float]], _ layer: LoweredLayer, count: Int) -> [Float] {
    var made = inputs[0]
    let channels = layer.output.channels
    for start in stride(from: 0, to: made.count, by: channels) {
      let values = made[start..<start + channels]
      let largest = values.max() ?? 0
      let powers = values.map { ($0 - largest).exponential }
      let sum = powers.reduce(0, +)
      for channel in 0..<channels { made[start + channel] = powers[channel] / sum }
    }
    return made
  }

  func quantize(_ site: LayerQuantizer, weightScales: [Double]) throws(QuantizationError) -> IntegerLayer {
    guard site.layer.output.channels <= Self.mostChannels else {
      throw .unsupported(
        layer: site.layer.name,
        reason: "softmax over \(site.layer.output.channels) channels; \(Self.mostChannels) is the most")
    }
    var integers = IntegerLayer(site.emptyLayer, sums: Self.output, output: Self.output)
    guard let places = Self.places(scale: site.inputs[0].scale) else {
      throw .unsupported(
        layer: site.layer.name, reason: "softmax of values of the scale \(site.inputs[0].scale)")
    }
    integers.layer.places = places
    return integers
  }

  /// The factor of a difference of integers: 2^26 times the scale, at most 2^31 - 1, as TensorFlow Lite has it. Nil
  /// where it is not above 1.
  static func places(scale: Float) -> [UInt8]? {
    let factor = min(Double(scale) * 0x1p26, 0x1p31 - 1)
    guard factor > 1 else { return nil }
    var shift = Int(factor.exponent) + 1
    var multiplier = (factor.significand / 2 * 0x1p31).rounded(.toNearestOrAwayFromZero)
    if multiplier == 0x1p31 {
      multiplier /= 2
      shift += 1
    }
    guard shift <= 31 else { return nil }
    var bytes = LittleEndianBytes()
    bytes.append(UInt32(multiplier))
    bytes.append(UInt8(shift))
    bytes.appendZeros(OctetFile.aligned(bytes.count) - bytes.count)
    return bytes.bytes
  }

  /// As reals: the file's arithmetic is within two steps of this.
  func run(
    _ execution: IntegerExecution, _ executor: LayerExecutor, _ inputs: [[Float]], count: Int
  ) -> IntegerExecution.Result {
    let scale = execution.inputs[0].scale
    let shares = combine([inputs[0].map { $0 * scale }], execution.layer, count: count)
    let values = shares.map { Float(min(max(($0 * 256).rounded(), 0), 255)) }
    return IntegerExecution.Result(output: values, saturated: 0)
  }
}

extension Float {
  fileprivate var exponential: Float { Float(ValueFunction.call(.exp, .argument).value(Double(self))) }
}
