import Octet
import OctetReports

extension OctetModelFile {
  /// Everything that has a place in the arena, in the order of the tensors.
  var arenaParts: [ArenaPart] {
    (0...model.layerCount).flatMap { index -> [ArenaPart] in
      let tensor = model.tensor(index)
      var parts = [
        ArenaPart(
          name: "tensor \(index)", offset: Int(tensor.ringOffset), bytes: tensor.ringBytes,
          rows: Int(tensor.ringRows))
      ]
      let bytes = index == 0 ? 0 : accumulatorBytes(of: index - 1)
      if bytes > 0 {
        parts.append(
          ArenaPart(
            name: "accumulators of tensor \(index)", offset: Int(model.layer(index - 1).accumulatorsOffset),
            bytes: bytes, rows: 0))
      }
      return parts
    }
  }
}
