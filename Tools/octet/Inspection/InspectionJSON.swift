import Octet
import OctetInterchange
import OctetQuantization
import OctetNetwork

/// What an .octet file holds, or the one that another model becomes, for programs.
struct InspectionJSON {
  let inspection: ModelInspection
  private var file: OctetModelFile { inspection.file }

  var value: JSONValue {
    let model = file.model
    var members: [(name: String, value: JSONValue)] = [
      ("file", .string(file.path)),
      ("format", .string(inspection.source?.format ?? "an int8 model of Octet")),
      ("file_bytes", .integer(file.fileBytes)),
      ("weight_bytes", .integer(file.weightBytes)), ("arena_bytes", .integer(model.ownArenaBytes)),
      ("arena_bytes_in_use", .integer(model.memoryLives.bound)),
      ("parameters", .integer(sum(file.parameters))), ("work", Self.work(model.work)),
      ("multiply_adds", .integer(sum(file.multiplyAdds))),
      ("head", .string("\(model.head)")), ("classes", .array(model.labels.map { .string($0) })),
      ("outputs", .array((0..<model.outputCount).map(output))),
      ("input", .object(tensor(0))),
      ("layers", .array(inspection.layerNames.enumerated().map { layer($0, name: $1) })),
    ]
    if inspection.source?.hasPictureForm ?? true {
      members += [
        ("input_kind", .string("\(model.inputKind)")), ("pictures", Self.form(model.pictureForm)),
      ]
    }
    members += model.regionMembers
    if let source = inspection.source {
      members += [
        ("source_bytes", .integer(source.bytes)),
        ("source_layers", .array(source.operators.map { Self.operation($0, file) })),
      ]
    }
    return .object(members)
  }

  /// A layer of another format, and the tensor that holds what it gives.
  private static func operation(_ source: SourceOperator, _ file: OctetModelFile) -> JSONValue {
    .object([
      ("name", .string(source.name)), ("kind", .string(source.kind)), ("computes", .bool(source.computes)),
      ("tensor", source.value.map { .integer($0) } ?? .null),
    ])
  }

  /// What an output holds.
  private func output(_ index: Int) -> JSONValue {
    let model = file.model
    let tensor = model.tensor(model.output(index).tensor)
    return .object([
      ("tensor", .integer(model.output(index).tensor)),
      ("meaning", .string("\(model.meaning(ofOutput: index))")),
      ("head", .string("\(model.head(ofOutput: index))")),
      ("shape", .array([tensor.height, tensor.width, tensor.channels].map { .integer(Int($0)) })),
      ("names", .array(model.labels(ofOutput: index).map { .string($0) })),
    ])
  }

  /// How pictures become the model's input.
  static func form(_ form: PictureForm) -> JSONValue {
    .object([("fit", .string(form.fit.name)), ("invert", .string(form.inversion.name))])
  }

  private func sum(_ figure: (Int) -> Int) -> Int {
    (0..<file.model.layerCount).reduce(0) { $0 + figure($1) }
  }

  private static func work(_ work: Work) -> JSONValue {
    .object([
      ("multiply_adds", .integer(Int(clamping: work.multiplyAdds))),
      ("additions_and_comparisons", .integer(Int(clamping: work.additionsAndComparisons))),
      ("bytes_moved", .integer(Int(clamping: work.bytesMoved))),
      ("total", .integer(Int(clamping: work.total))),
    ])
  }

  private func layer(_ index: Int, name: String) -> JSONValue {
    let layer = file.model.layer(index)
    var inputs = [Int(layer.input)]
    if layer.kind.traits.contains(.secondInput) { inputs.append(Int(layer.secondInput)) }
    var members: [(name: String, value: JSONValue)] = [
      ("name", .string(name)),
      ("kind", .string("\(layer.kind.name)")), ("summary", .string(file.summary(of: index))),
      ("reads", .array(inputs.map { .integer($0) })),
      ("parameters", .integer(file.parameters(of: index))),
      ("multiply_adds", .integer(file.multiplyAdds(of: index))),
      ("work", Self.work(file.model.work(ofLayer: index))),
      ("output", .object(tensor(index + 1))),
    ]
    if inspection.source?.hasScales ?? true {
      members += [
        ("minimum", .integer(Int(layer.minimum))), ("maximum", .integer(Int(layer.maximum))),
      ]
    }
    members.append(("rounding", .string("\(layer.rounding)")))
    members.append(("waits", .bool(layer.waits)))
    if layer.kind.hasWeights {
      members.append(("weight_zero_point", .integer(Int(layer.weightZeroPoint))))
      members.append(("weight_encoding", .string(layer.weightEncoding.name)))
      members.append(("weight_bytes", .integer(file.weightBytes(of: index))))
    }
    let bytes = file.accumulatorBytes(of: index)
    if bytes > 0 {
      members.append(
        (
          "accumulators",
          .object(
            [("offset", .integer(Int(layer.accumulatorsOffset))), ("bytes", .integer(bytes))]
              + Self.region(file.model, Int(layer.accumulatorsOffset)))
        ))
    }
    return .object(members)
  }

  private func tensor(_ index: Int) -> [(name: String, value: JSONValue)] {
    let tensor = file.model.tensor(index)
    let hasScales = inspection.source?.hasScales ?? true
    return [
      ("shape", .array([tensor.height, tensor.width, tensor.channels].map { .integer(Int($0)) })),
      ("type", .string(tensor.elementBytes == 2 ? "int16" : "int8")),
      ("scale", hasScales ? .number(Double(shortest: Float(bitPattern: tensor.scaleBits))) : .null),
      ("zero_point", hasScales ? .integer(Int(tensor.zeroPoint)) : .null),
      (
        "ring",
        .object(
          [
            ("offset", .integer(Int(tensor.ringOffset))), ("rows", .integer(Int(tensor.ringRows))),
            ("row_bytes", .integer(tensor.rowBytes)), ("bytes", .integer(tensor.ringBytes)),
            ("shares", .bool(tensor.shares)),
          ] + Self.region(file.model, Int(tensor.ringOffset)))
      ),
    ]
  }

  private static func region(_ model: Model, _ offset: Int) -> [(name: String, value: JSONValue)] {
    model.region(of: offset).map { [("region", .string($0))] } ?? []
  }
}
