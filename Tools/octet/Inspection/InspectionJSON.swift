import Octet
import OctetInterchange

/// What an .octet file holds, for programs.
struct InspectionJSON {
  let file: OctetModelFile

  var value: JSONValue {
    let model = file.model
    return .object([
      ("file", .string(file.path)), ("file_bytes", .integer(file.fileBytes)),
      ("weight_bytes", .integer(file.weightBytes)), ("arena_bytes", .integer(model.arenaBytes)),
      ("parameters", .integer(sum(file.parameters))), ("work", Self.work(model.work)),
      ("multiply_adds", .integer(sum(file.multiplyAdds))),
      ("head", .string("\(model.head)")), ("classes", .array(model.labels.map { .string($0) })),
      ("outputs", .array((0..<model.outputCount).map(output))),
      ("input_kind", .string("\(model.inputKind)")), ("pictures", Self.form(model.pictureForm)),
      ("input", .object(tensor(0))), ("layers", .array((0..<model.layerCount).map(layer))),
    ])
  }

  /// How pictures become the model's input.
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

  private func layer(_ index: Int) -> JSONValue {
    let layer = file.model.layer(index)
    var inputs = [Int(layer.input)]
    if layer.kind.traits.contains(.secondInput) { inputs.append(Int(layer.secondInput)) }
    var members: [(name: String, value: JSONValue)] = [
      ("kind", .string("\(layer.kind.name)")), ("summary", .string(file.summary(of: index))),
      ("reads", .array(inputs.map { .integer($0) })),
      ("parameters", .integer(file.parameters(of: index))),
      ("multiply_adds", .integer(file.multiplyAdds(of: index))),
      ("work", Self.work(file.model.work(ofLayer: index))),
      ("minimum", .integer(Int(layer.minimum))), ("maximum", .integer(Int(layer.maximum))),
      ("output", .object(tensor(index + 1))),
    ]
    members.append(("rounding", .string("\(layer.rounding)")))
    let bytes = file.accumulatorBytes(of: index)
    if bytes > 0 {
      members.append(
        (
          "accumulators",
          .object([("offset", .integer(Int(layer.accumulatorsOffset))), ("bytes", .integer(bytes))])
        ))
    }
    return .object(members)
  }

  private func tensor(_ index: Int) -> [(name: String, value: JSONValue)] {
    let tensor = file.model.tensor(index)
    return [
      ("shape", .array([tensor.height, tensor.width, tensor.channels].map { .integer(Int($0)) })),
      ("type", .string(tensor.elementBytes == 2 ? "int16" : "int8")),
      ("scale", .number(Double(Float(bitPattern: tensor.scaleBits)))),
      ("zero_point", .integer(Int(tensor.zeroPoint))),
      (
        "ring",
        .object([
          ("offset", .integer(Int(tensor.ringOffset))), ("rows", .integer(Int(tensor.ringRows))),
          ("row_bytes", .integer(tensor.rowBytes)), ("bytes", .integer(tensor.ringBytes)),
        ])
      ),
    ]
  }
}
