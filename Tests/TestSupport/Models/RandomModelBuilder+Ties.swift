import Octet
import OctetNetwork
import OctetQuantization

/// Models whose sums are known beforehand: all weights are 0, so each sum is its bias, and that lies where roundings
/// part.
extension RandomModelBuilder {
  mutating func buildTies() -> QuantizedModel {
    // Enough channels for several vectors of every kernel, and some left over.
    let channels = draw(1...80)
    var shape = tensors[0].shape
    appendTied(.convolution, channels, from: &shape, pool: .one)
    appendTied(.depthwiseConvolution, channels, from: &shape, pool: .one)
    let pool = Extent(draw(1...min(2, shape.height)), draw(1...min(2, shape.width)))
    appendTied(.convolution, draw(1...80), from: &shape, pool: pool)
    appendTied(.dense, draw(1...80), from: &shape, pool: .one)
    appendTied(.dense, draw(2...80), from: &shape, pool: .one)
    let names = (0..<shape.channels).map(String.init)
    return QuantizedModel(head: .softmax, classNames: names, tensors: tensors, layers: layers)
  }

  /// A layer of a window of 1x1, which writes int16 if it is the last.
  private mutating func appendTied(
    _ kind: QuantizedLayer.Kind, _ outputs: Int, from shape: inout ImageShape, pool: Extent
  ) {
    let weightsPerOutput =
      kind == .dense ? shape.count : kind == .depthwiseConvolution ? 1 : shape.channels
    let isLast = layers.count == 4
    let zeroPoint = isLast ? 0 : draw(-128...127)
    let range = isLast ? -32_768...32_767 : -128...127
    var layer = QuantizedLayer(kind, inputs: [tensors.count - 1])
    layer.rounding = happens(onceIn: 2) ? .halfUpThenAway : .halfUp
    layer.pool = pool
    layer.clamp = range
    layer.weights = [Int8](repeating: 0, count: weightsPerOutput * outputs)
    for _ in 0..<outputs {
      let (sum, scaling) = drawTie(
        range.lowerBound - zeroPoint...range.upperBound - zeroPoint,
        room: Int(Int32.max) - 16_384 * weightsPerOutput)
      layer.bias.append(Int32(sum))
      layer.scalings.append(scaling)
    }
    shape =
      kind == .dense
      ? ImageShape(flat: outputs)
      : ImageShape(
        height: shape.height / pool.height, width: shape.width / pool.width, channels: outputs)
    layers.append(layer)
    tensors.append(QuantizedTensor(shape: shape, zeroPoint: zeroPoint, scale: 0.5))
    if isLast { tensors[tensors.count - 1].elementBytes = 2 }
  }

  /// A sum whose product, rounded to a multiple of 2^31, is half of `2^shift` above a result in the range; or a sum
  /// beside it, so that the ties of one rounding are met too.
  private mutating func drawTie(_ results: ClosedRange<Int>, room: Int) -> (Int, FixedPointScaling) {
    while true {
      let shift = happens(onceIn: 3) ? draw(33...62) : draw(33...45)
      let multiplier =
        switch draw(0...5) {
        case 0: 1 << 30
        case 1: Int(Int32.max)
        default: draw(1 << 30...Int(Int32.max))
        }
      let result = happens(onceIn: 4) ? draw(-2...1) : draw(results)
      let tie = (2 * result + 1) << (shift - 32)
      // Sums are not farther apart than 2^31, so one reaches it.
      let (product, overflows) = tie.multipliedReportingOverflow(by: 1 << 31)
      guard !overflows else { continue }
      let least = product - 1 << 30
      let sum = (least >= 0 ? (least + multiplier - 1) / multiplier : least / multiplier) + draw(-1...1)
      guard abs(sum) <= room else { continue }
      return (sum, FixedPointScaling(multiplier: Int32(multiplier), shift: UInt8(shift)))
    }
  }
}
