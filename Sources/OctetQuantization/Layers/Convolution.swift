import Octet
import OctetInterchange
import OctetNetwork

extension Convolution: LayerLowering, WeightedKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.requirePicture(site)
    return try network.appendWeighted(site, self, hasBias: hasBias)
  }

  package var fileKind: Octet.LayerKind { .convolution }
  package var movedWindow: Window? { window }

  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? {
    (.convolution(Convolution(filters: filters, window: window, hasBias: false)), layer.input)
  }

  package func inputsOfWeights(_ layer: LoweredLayer) -> Int? { layer.input.channels }
}
