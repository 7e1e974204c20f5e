import Octet
import OctetInterchange
import OctetNetwork

extension GlobalAveragePooling: LayerLowering, AveragingKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.requirePicture(site)
    return network.append(site, self)
  }

  package var fileKind: Octet.LayerKind { .globalAveragePooling }

  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? {
    (.globalAveragePooling(self), layer.input)
  }
}
