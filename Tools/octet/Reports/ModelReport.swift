import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining

/// Gathers what there is to say about a model, and the sections that say it.
struct ModelReport {
  let arguments: ParsedArguments
  /// The test image whose way through the layers is drawn.
  let image: Int
  let threads: Int
  let isQuiet: Bool

  private var workers: Workers { Workers(count: threads) }

  // MARK: a float model

  func float(path: String) throws -> Page {
    let foreign = try ForeignModelOptions(arguments, path: path)
    let (model, data) = try ModelData.prepared(path: path, foreign, arguments)
    let tested = try tested(
      data.test, try model.outputDescriptions(), GivenInput(model, pixels: foreign.pixels), data.origin,
      needsTargets: true)
    let found = try answers(tested).run(float: (path, model), integer: nil).outputs
    let network = try model.makeNetwork(capacity: 1, workers: workers)
    return Page(
      title: Folder.name(of: path), about: "A float model. Data: \(data.origin).",
      [Self.dataSection(data)] + Self.training(model)
        + OutputSections(items: tested, outputs: found).evaluations + [
          try FloatNetworkReport(network: network, workers: workers).section(chosen(tested, found))
        ])
  }

  /// - Parameter needsTargets: whether there is nothing to show without.
  private func tested(
    _ items: LabeledItems, _ outputs: [OutputDescription], _ input: GivenInput, _ origin: String,
    needsTargets: Bool
  ) throws -> TargetedItems {
    let tested = try TargetedItems(
      items, outputs: outputs, input: input, origin: origin, anomaly: arguments.value("anomaly"))
    if outputs.count == 1, outputs[0].meaning == .classes {
      try items.requireClasses(origin, ReportOption.purpose)
    }
    if needsTargets { try ModelData.requireTargets(tested, outputs, origin, ReportOption.purpose) }
    return tested
  }

  private static func dataSection(_ data: PreparedData) -> Section {
    DataSection(parts: [("Training images", data.training), ("Test images", data.test)]).section
  }

  /// None for a model that was trained elsewhere.
  private static func training(_ model: FloatModel) -> [Section] {
    if model.history.isEmpty { return [] }
    let stopping = TrainingSetting.earlyStopping.name
    return [
      TrainingSection(
        history: model.history, settings: model.settings.map { ($0.name, $0.value) },
        keepsBest: model.settings.contains { $0.name == stopping && $0.value != "off" }
      ).section
    ]
  }

  // MARK: an integer model

  func integer(path: String) throws -> Page {
    let file = try OctetModelFile.open(path, workLimit: MaxWorkOption.limit(arguments))
    guard let floatPath = arguments.value("against") else {
      let outputs = file.model.outputDescriptions()
      let (images, origin) = try ModelData.test(
        outputs, arguments, DataRequest(file, PictureOptions(arguments)))
      let tested = try tested(
        images.withScale(of: file.model), outputs, GivenInput(file.model, outputs, arguments), origin,
        needsTargets: true)
      let found = try answers(tested).run(float: nil, integer: file.model).outputs
      return Page(
        title: Folder.name(of: path), about: "An int8 model. Data: \(origin).",
        OutputSections(items: tested, outputs: found).evaluations + [
          try IntegerNetworkReport(file: file).section(chosen(tested, found)),
          DataSection(parts: [("Test images", images)]).section,
        ])
    }
    let foreign = try ForeignModelOptions(arguments, path: floatPath, takesClasses: false)
    let read = try FloatModelSource.read(path: floatPath, toCompareWith: file)
    let located = try DataOption.locate(arguments, DataRequest(file, PictureOptions(arguments)))
    let model = try FloatModelSource.model(
      read, path: floatPath, for: located.data.train.values, pixels: foreign.pixels)
    let data = try ModelData.prepared(for: model, located.data)
    let tested = try tested(
      data.test, try model.outputDescriptions(), GivenInput(model, pixels: foreign.pixels), data.origin,
      needsTargets: false)
    let found = try answers(tested).run(float: (floatPath, model), integer: file.model).outputs
    let sections = OutputSections(items: tested, outputs: found)
    return Page(
      title: Folder.name(of: path),
      about: "An int8 model beside its float model, \(Folder.name(of: floatPath)). Data: \(data.origin).",
      sections.comparisons + [try quantization(model, data, file)] + sections.evaluations
        + [try IntegerNetworkReport(file: file).section(chosen(tested, found))] + Self.training(model)
        + [Self.dataSection(data)])
  }

  /// What quantization did is not in the file; it is measured on a second one, which must come out the same.
  private func quantization(_ model: FloatModel, _ data: PreparedData, _ file: OctetModelFile) throws
    -> Section
  {
    var model = model
    model.pictureForm = file.model.pictureForm
    let quantizer = try Quantizer(
      model, images: data.training, settings: QuantizationSettings(), workers: workers)
    let quantized = try quantizer.run()
    guard OctetFile(quantized.model).bytes.elementsEqual(file.model.fileBytes) else {
      return Section(
        "quantization", title: "Quantization",
        [
          .paragraph(
            """
            The file is not what octet quantize makes of this model and data with its usual settings, so \
            its noise cannot be measured here: octet quantize --report measures it while it quantizes.
            """)
        ])
    }
    return try QuantizationMeasurement(
      quantized: quantized,
      report: try QuantizationReport(quantized, images: quantizer.images, workers: workers),
      images: quantizer.images, workers: workers
    ).section(sizes: ReportSizes.of(model, file))
  }

  // MARK: both

  private func answers(_ items: TargetedItems) throws -> ModelAnswers {
    guard image < items.items.count else {
      throw FileError(
        "--image \(image)", "is beyond the \(items.items.count) test images",
        advice: "the last is \(items.items.count - 1)")
    }
    return ModelAnswers(items: items, workers: workers, showsProgress: !isQuiet)
  }

  private func chosen(_ items: TargetedItems, _ outputs: [OutputResult]) -> ChosenImage {
    ChosenImage(items: items, index: image, outputs: outputs)
  }
}

/// What a page compares before and after quantization.
enum ReportSizes {
  static func of(_ model: FloatModel, _ file: OctetModelFile) -> [(name: String, bytes: Int)] {
    [
      ("float weights", model.parameters.reduce(0) { $0 + 4 * $1.values.count }),
      (".octet file", file.fileBytes), ("memory to run", file.model.ownArenaBytes),
    ]
  }
}

/// The picture whose way through the network is drawn.
struct ChosenImage {
  let items: TargetedItems
  let index: Int
  let outputs: [OutputResult]

  var images: LabeledItems { items.items }

  /// The bytes that the runtime is fed.
  func fed(to model: Model) -> [UInt8] {
    images.values[index * images.shape.count..<(index + 1) * images.shape.count].fed(to: model.inputScale)
  }

  var picture: PalettePicture { images.picture(index) }

  /// What it truly is, the answer, which one it is.
  var lines: [String] { outputs.flatMap(lines) + ["no. \(index)"] }

  private func lines(_ result: OutputResult) -> [String] {
    let names = result.output.names
    let prefix = outputs.count == 1 ? "" : "\(result.output.name): "
    if let found = result.judged?.classes {
      let sure = found.hasProbabilities ? " (\(NumberText.percent(found.confidence(index))))" : ""
      let answer = "taken for \(names[found.classes[index]])\(sure)"
      guard let truth = result.trueClasses else { return [prefix + answer] }
      return [prefix + names[Int(truth[index])], answer]
    }
    if let found = result.judged?.labels {
      let holding = zip(names, found.flags(index)).filter(\.1).map(\.0).joined(separator: ", ")
      return ["\(prefix)labels: \(holding.isEmpty ? "none" : holding)"]
    }
    guard let errors = result.judged?.errors else { return [] }
    return ["\(prefix)mean square error \(NumbersText.short(errors.square[index]))"]
  }
}

/// What a quantization did, measured for a page.
struct QuantizationMeasurement {
  let quantized: QuantizedNetwork
  let report: QuantizationReport
  /// Those that the ranges were taken from.
  let images: LabeledItems
  let workers: Workers

  /// Images whose values are counted for the histograms.
  private static let histogramImages = 256

  /// - Parameter sizes: of files and memory, what was first.
  func section(sizes: [(name: String, bytes: Int)]) throws -> Section {
    let histograms = try Calibration(quantized.network, workers: workers).run(
      images.prefix(Self.histogramImages), progress: { _ in })
    return QuantizationSection(
      report: report, distributions: LayerDistribution.all(quantized, histograms: histograms.outputs),
      sizes: sizes
    ).section
  }
}
