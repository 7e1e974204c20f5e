import COctetHost
import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// What `octet_quantize` makes: the file, and what is to be said of it.
struct QuantizedFile {
  let bytes: [UInt8]
  let report: JSONValue

  /// - Parameters:
  ///   - test: what the report compares on; nil for the calibration items.
  ///   - wantsReport: without it nothing is tested.
  init(
    _ path: String, _ options: inout Options, calibration: LabeledItems?, test: LabeledItems?,
    wantsReport: Bool, progress: @escaping (Int, Int) -> Void
  ) throws {
    let format = ForeignFileFormat(path: path)
    let bytes = try format.map { _ in try ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile) }
    if format == .lite, let bytes {
      let network = try LiteNetwork(bytes, path: path)
      if network.isInteger {
        self = try Self.converted(network, &options, calibration, test: test)
        return
      }
    }
    guard let calibration else {
      throw Failure(
        Int(OCTET_BAD_ITEMS), "\(path): a float model needs calibration items, such as it was trained on")
    }
    let (classNames, pixels, settings) = (
      try options.classNames(), try options.pixels(), try options.settings()
    )
    let repairs = try options.flag("repair") ?? false
    let workers = try options.workers()
    try options.finish()
    let read =
      if let format, let bytes {
        try FloatModel(format, bytes, path: path)
      } else {
        try FloatModelFile.load(path: path)
      }
    var model = try Self.taking(
      read, path: path, isOwn: format == nil, calibration.values, pixels: pixels, classNames: classNames)
    model = try Self.explained(path) { () throws(NetworkError) in
      try model.deciding(given: classNames, targets: calibration.targets)
    }
    model.pictureForm =
      model.pictureForm
      ?? .of(recipe: model.recipeName, for: model.network.input, classNames: model.classNames)
    var repair: Repair?
    let (quantized, images): (QuantizedNetwork, LabeledItems)
    if repairs {
      let found = try Repair(model, images: calibration, settings: settings, workers: workers) {
        progress($0.tried, $0.expected)
      }
      progress(found.tried, found.tried)
      (quantized, images, repair) = (found.quantized, found.images, found)
    } else {
      let quantizer = try Quantizer(model, images: calibration, settings: settings, workers: workers)
      (quantized, images) = (try quantizer.run { progress($0, quantizer.steps) }, quantizer.images)
    }
    if let fault = quantized.model.fault { throw QuantizationError.limit(fault) }
    let file = OctetFile(quantized.model)
    let integer = try Model(copying: file.bytes, workLimit: .max)
    self.bytes = file.bytes
    guard wantsReport else {
      report = .null
      return
    }
    let tested = try TargetedItems(
      test ?? calibration, outputs: model.outputDescriptions(), input: GivenInput(model, pixels: pixels),
      origin: "the arrays")
    let found = try OutputComparison(
      tested, float: FloatRunner(model, on: tested.items, workers: workers),
      integer: IntegerRunner(
        integer, on: tested.items, workers: workers, names: tested.outputs.map(\.name))
    ).run()
    report = .object(
      Self.members(integer, file, path)
        + [
          ("method", .string((repair?.method ?? settings.method).rawValue)),
          ("calibration_images", .integer(images.count)),
          ("tested_on", .string(test == nil ? "calibration" : "test")),
        ]
        + QuantizationJSON.members(
          try QuantizationReport(quantized, images: images, workers: workers))
        + (repair.map { [("repair", RepairJSON.value($0))] } ?? [])
        + OutputJSON(outputs: found.outputs, items: tested).members)
  }

  private init(bytes: [UInt8], report: JSONValue) {
    self.bytes = bytes
    self.report = report
  }

  /// The model for the values that it is given.
  private static func taking(
    _ model: FloatModel, path: String, isOwn: Bool, _ values: ItemValues, pixels: PixelRange?,
    classNames: [String]?
  ) throws -> FloatModel {
    if isOwn, pixels != nil || classNames != nil {
      throw Failure(
        Int(OCTET_BAD_OPTIONS), "\(path): classes and pixels are for models from elsewhere; this one has both"
      )
    }
    guard values.areBytes else {
      guard pixels == nil else {
        throw Failure(
          Int(OCTET_BAD_OPTIONS),
          "options: pixels says what pixels were, and the items hold floats: leave it out")
      }
      return model
    }
    if isOwn { return model }
    guard pixels != nil || !model.scalesPixels else {
      throw Failure(
        Int(OCTET_UNFIT_MODEL),
        "\(path): its first layer scales its input: say what pixels of 0 and 255 were, most likely with the option "
          + "pixels \"0:255\"")
    }
    return try explained(path) { () throws(NetworkError) in try model.taking(pixels: pixels ?? .unit) }
  }

  private static func explained<Value>(
    _ path: String, _ body: () throws(NetworkError) -> Value
  ) throws(Failure) -> Value {
    do throws(NetworkError) {
      return try body()
    } catch {
      throw Failure(Int(OCTET_UNFIT_MODEL), "\(path): \(error)")
    }
  }

  /// Takes over the integers of a full-integer .tflite file.
  private static func converted(
    _ network: LiteNetwork, _ options: inout Options, _ calibration: LabeledItems?, test: LabeledItems?
  ) throws -> QuantizedFile {
    let (classNames, pixels, memory) = (
      try options.classNames(), try options.pixels(), try options.memory()
    )
    let workers = try options.workers()
    try options.finish()
    let items = test ?? calibration
    let outputs = try explained(network.path) { () throws(NetworkError) in
      try network.decidedOutputs(given: classNames, targets: items?.targets ?? .none)
    }
    if let shape = items?.shape, !network.input.takes(shape) {
      throw QuantizationError.shape(images: shape, network: network.input)
    }
    var quantized = try LiteIntegerConversion.model(
      network, outputs: outputs, picture: items?.shape,
      pixels: pixels ?? (items?.values.areBytes == true ? .unit : nil))
    if let items, !items.values.areBytes { quantized.inputKind = .features }
    quantized.pictureForm = .usual(for: network.input, classNames: outputs.firstClassNames)
    (quantized.memoryGoal, quantized.holdsInput) = (memory.goal, memory.holdsInput)
    if let fault = quantized.fault { throw QuantizationError.limit("\(network.path): \(fault)") }
    let file = OctetFile(quantized)
    let model = try Model(copying: file.bytes, workLimit: .max)
    let about = members(model, file, network.path)
    let described = model.outputDescriptions(names: outputs.map(\.name), layouts: outputs.map(\.layout))
    guard let items else {
      return QuantizedFile(bytes: file.bytes, report: .object(about + OutputJSON.untested(described)))
    }
    let tested = try TargetedItems(
      items, outputs: described, input: GivenInput(network, pixels: pixels), origin: "the arrays")
    guard tested.targets.contains(where: \.isKnown) else {
      return QuantizedFile(bytes: file.bytes, report: .object(about + OutputJSON.untested(described)))
    }
    let found = try OutputComparison(
      tested, float: nil,
      integer: IntegerRunner(model, on: items, workers: workers, names: described.map(\.name))
    ).run()
    return QuantizedFile(
      bytes: file.bytes,
      report: .object(about + OutputJSON(outputs: found.outputs, items: tested).members))
  }

  private static func members(
    _ model: Model, _ file: OctetFile, _ path: String
  ) -> [(name: String, value: JSONValue)] {
    [
      ("source", .string(path)), ("file_bytes", .integer(file.bytes.count)),
      ("arena_bytes", .integer(model.firstRegionBytes + model.secondRegionBytes)),
    ]
  }
}

/// Quantizes a float model, or takes over integers.
@c @implementation
public func octet_quantize(
  _ path: UnsafePointer<CChar>, _ options: UnsafePointer<CChar>?, _ calibration: UnsafePointer<octet_items>?,
  _ test: UnsafePointer<octet_items>?, _ progress: octet_progress?, _ context: UnsafeMutableRawPointer?,
  _ file: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ bytes: UnsafeMutablePointer<Int>,
  _ report: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  status {
    var options = try Options(options)
    let made = try QuantizedFile(
      String(cString: path), &options,
      calibration: calibration.map { try LabeledItems($0.pointee, "calibration") },
      test: test.map { try LabeledItems($0.pointee, "test") }, wantsReport: report != nil
    ) { done, total in progress?(context, done, total) }
    file.pointee = copied(made.bytes)
    bytes.pointee = made.bytes.count
    report?.pointee = copied(made.report.text)
  }
}
