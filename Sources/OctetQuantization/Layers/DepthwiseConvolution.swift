import Octet
import OctetInterchange
import OctetNetwork

extension DepthwiseConvolution: LayerLowering, WeightedKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.requirePicture(site)
    return try network.appendWeighted(site, self, hasBias: hasBias)
  }

  package var fileKind: Octet.LayerKind { .depthwiseConvolution }
  package var movedWindow: Window? { window }

  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? {
    let kind = DepthwiseConvolution(window: window, multiplier: multiplier, hasBias: false)
    return (.depthwiseConvolution(kind), layer.input)
  }

  package var scalesChannels: Bool { window == Window(height: 1, width: 1) && multiplier == 1 }

  /// One factor and one summand for each channel join the weights and biases before them.
  package func join(_ layer: LoweredLayer, to previous: inout LoweredLayer) -> Bool {
    guard scalesChannels, previous.isWeighted, previous.activation == .linear, previous.pool == .one
    else { return false }
    let factors = layer.weights
    for index in previous.weights.indices { previous.weights[index] *= factors[index % factors.count] }
    for index in previous.bias.indices {
      previous.bias[index] = Float(
        Double(previous.bias[index]) * Double(factors[index]) + Double(layer.bias[index]))
    }
    previous.activation = layer.activation
    return true
  }
}
