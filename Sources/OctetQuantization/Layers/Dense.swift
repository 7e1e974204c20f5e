import Octet
import OctetInterchange
import OctetNetwork

extension Dense: LayerLowering, WeightedKind {
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.appendWeighted(site, self, hasBias: hasBias)
  }

  package var fileKind: Octet.LayerKind { .dense }

  /// Takes an image as its values in a row.
  package func sums(_ layer: LoweredLayer) -> (kind: FloatLayerKind, input: ImageShape)? {
    (.dense(Dense(units: units, hasBias: false)), ImageShape(flat: layer.input.count))
  }

  package func inputsOfWeights(_ layer: LoweredLayer) -> Int? { layer.input.count }
}
