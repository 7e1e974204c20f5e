import COctetHost
import Octet
import OctetData
import OctetHostKernels
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// Tests a model.
@c @implementation
public func octet_evaluate(
  _ model: OpaquePointer, _ options: UnsafePointer<CChar>?, _ items: UnsafePointer<octet_items>,
  _ report: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  status {
    var options = try Options(options)
    let (workers, pixels) = (try options.workers(), try options.pixels())
    try options.finish()
    let model = object(model, as: HostModel.self).model
    let items = try LabeledItems(items.pointee, "items")
    let outputs = model.outputDescriptions()
    let tested = try TargetedItems(
      items, outputs: outputs, input: GivenInput(model, pixels: pixels), origin: "the arrays")
    guard tested.targets.contains(where: \.isKnown) else {
      throw Failure(
        Int(OCTET_BAD_ITEMS),
        "items: a model is tested with targets, and these have \(items.targets.description); the model gives "
          + outputs.map(\.words).joined(separator: "; "))
    }
    let found = try OutputComparison(
      tested, float: nil, integer: IntegerRunner(model, on: items, workers: workers)
    ).run()
    let result = found.outputs[0]
    var members = OutputJSON(outputs: found.outputs, items: tested).members
    if found.outputs.count == 1, let confusion = result.confusion(result.judged) {
      members.append(("confusion_matrix", ComparisonJSON.matrix(confusion)))
    }
    report.pointee = copied(
      JSONValue.object(members + [("seconds", .number(found.seconds))]).text)
  }
}

/// All that is to be said of a model.
@c @implementation
public func octet_host_describe(
  _ model: OpaquePointer, _ json: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
) -> Int32 {
  let shared = object(model, as: HostModel.self)
  let model = shared.model
  let input = model.inputScale
  func sides(_ tensor: TensorRecord) -> JSONValue {
    .array([tensor.height, tensor.width, tensor.channels].map { .integer(Int($0)) })
  }
  let outputs = (0..<model.outputCount).map { index in
    JSONValue.object([
      ("meaning", .string("\(model.meaning(ofOutput: index))")),
      ("head", .string("\(model.head(ofOutput: index))")),
      ("shape", sides(model.tensor(model.output(index).tensor))),
      ("names", .array(model.labels(ofOutput: index).map { .string($0) })),
    ])
  }
  json.pointee = copied(
    JSONValue.object([
      ("file_bytes", .integer(model.fileBytes.count)),
      ("arena_bytes", .integer(model.firstRegionBytes + model.secondRegionBytes)),
      ("layers", .integer(model.layerCount)), ("work", .integer(Int(clamping: model.work.total))),
      ("kernels", .string(shared.kernels.instructionSet.rawValue)),
      (
        "input",
        .object([
          ("kind", .string("\(model.inputKind)")), ("shape", sides(model.input)),
          ("scale", .number(Double(input.scale))), ("zero_point", .integer(input.zeroPoint)),
        ])
      ),
      ("outputs", .array(outputs)),
    ]).text)
  return Int32(OCTET_OK)
}
