import OctetInterchange
import OctetNetwork
import OctetTraining

/// What quantization did to each layer, for programs. A ratio without noise is null.
package enum QuantizationJSON {
  package static func members(_ report: QuantizationReport) -> [(name: String, value: JSONValue)] {
    [
      ("layers", .array(report.layers.map(layer))),
      ("costliest_layer", report.costliest.map { .string($0.name) } ?? .null),
    ]
  }

  private static func layer(_ layer: QuantizationReport.Layer) -> JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("name", .string(layer.name)), ("kind", .string(layer.kind)),
      (
        "output",
        .array([layer.output.height, layer.output.width, layer.output.channels].map { .integer($0) })
      ),
      ("type", .string(layer.encoding.elementBytes == 2 ? "int16" : "int8")),
      ("scale", .number(Double(shortest: layer.encoding.scale))),
      ("zero_point", .integer(layer.encoding.zeroPoint)),
    ]
    if let scales = layer.weightScales {
      members.append(("weight_scales", .array([.number(scales.lowerBound), .number(scales.upperBound)])))
    }
    members += [
      ("saturation", .number(layer.saturation)), ("isolated_decibels", .number(layer.isolated)),
      ("accumulated_decibels", .number(layer.accumulated)), ("output_decibels", .number(layer.atOutputs)),
    ]
    return .object(members)
  }
}
