import Octet
import OctetInterchange
import OctetQuantization

/// Whether the channels of a file stand for those of the float network that it is held against: octet quantize --repair
/// may have scaled some up and others down, which leaves the answers but not the values between layers.
struct WeightScales {
  let model: Model
  let network: LoweredNetwork

  /// Norms of a channel's weights that are no farther apart than this belong together; fewer bits change them less.
  private static let mostApart = 1.5

  /// The first layer of which more than one channel in eight is scaled otherwise; the layers are those of the network.
  var firstScaled: String? {
    guard !model.parts.contains("WEIGHT_ZERO_POINTS") else { return nil }
    return (0..<model.layerCount).first { isScaled($0) }.map { model.layerNames[$0] }
  }

  private func isScaled(_ index: Int) -> Bool {
    let constants = model.constants(of: index)
    let layer = network.layers[index]
    let outputs = constants.multipliers.count
    // Behind a table the scale of what goes in is not in the file, and that of pixels is in the weights.
    guard outputs > 0, constants.weights.count == layer.weights.count, constants.table.isEmpty,
      network.pixelScaling == nil || !layer.inputs.contains(0)
    else { return false }
    let shape = model.shape(index)
    let isKeptApart = shape.layer.kind.weighted == .depthwiseConvolution
    let perOutput = constants.weights.count / outputs
    var own = [Double](repeating: 0, count: outputs)
    var real = own
    for (place, weight) in constants.weights.enumerated() {
      own[isKeptApart ? place % outputs : place / perOutput] += Double(weight) * Double(weight)
    }
    for (place, weight) in layer.weights.enumerated() {
      real[place % outputs] += Double(weight) * Double(weight)
    }
    // An output is its sum times this, so a weight stands for its integer times the same, less the input's scale.
    let scale = Self.scale(shape.output.scaleBits) / Self.scale(shape.input.scaleBits)
    let scaled = (0..<outputs).count { channel in
      let power = Double(sign: .plus, exponent: -Int(constants.shifts[channel]), significand: 1)
      let (a, b) = (
        own[channel].squareRoot() * Double(constants.multipliers[channel]) * power * scale,
        real[channel].squareRoot()
      )
      return min(a, b) > 0 && max(a, b) > Self.mostApart * min(a, b)
    }
    return scaled * 8 > outputs
  }

  private static func scale(_ bits: UInt32) -> Double { Double(Float(bitPattern: bits)) }
}
