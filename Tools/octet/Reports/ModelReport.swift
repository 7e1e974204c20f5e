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
    try data.test.requireClasses(data.origin, ReportOption.purpose)
    let answers = try answers(data.test, model.classNames).float(model, path: path)
    let network = try model.makeNetwork(capacity: 1, workers: workers)
    return Page(
      title: Folder.name(of: path), about: "A float model. Data: \(data.origin).",
      [Self.dataSection(data)] + Self.training(model) + [
        EvaluationSection(images: data.test, answers: answers).section,
        try FloatNetworkReport(network: network, workers: workers).section(chosen(data.test, answers)),
      ])
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
    let file = try OctetModelFile.openClassifier(path, workLimit: MaxWorkOption.limit(arguments))
    guard let floatPath = arguments.value("against") else {
      let (images, origin) = try ModelData.test(
        classNames: file.model.labels, arguments, DataRequest(file, PictureOptions(arguments)))
      try images.requireClasses(origin, ReportOption.purpose)
      let answers = try answers(images, file.model.labels).integer(file.model)
      return Page(
        title: Folder.name(of: path), about: "An int8 model. Data: \(origin).",
        [
          EvaluationSection(images: images, answers: answers).section,
          try IntegerNetworkReport(file: file).section(chosen(images, answers)),
          DataSection(parts: [("Test images", images)]).section,
        ])
    }
    let foreign = try ForeignModelOptions(arguments, path: floatPath, takesClasses: false)
    let read = try FloatModelSource.read(path: floatPath, toCompareWith: file)
    let located = try DataOption.locate(arguments, DataRequest(file, PictureOptions(arguments)))
    let model = try FloatModelSource.model(
      read, path: floatPath, for: located.data.train.values, pixels: foreign.pixels)
    let data = try ModelData.prepared(for: model, located.data)
    try data.test.requireClasses(data.origin, ReportOption.purpose)
    let float = try answers(data.test, model.classNames).float(model, path: floatPath)
    let integer = try answers(data.test, model.classNames).integer(file.model)
    return Page(
      title: Folder.name(of: path),
      about: "An int8 model beside its float model, \(Folder.name(of: floatPath)). Data: \(data.origin).",
      [
        ComparisonSection(images: data.test, float: float, quantized: integer).section,
        try quantization(model, data, file),
        EvaluationSection(images: data.test, answers: integer).section,
        try IntegerNetworkReport(file: file).section(chosen(data.test, integer)),
      ] + Self.training(model) + [Self.dataSection(data)])
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

  private func answers(_ images: LabeledItems, _ classNames: [String]) throws -> ModelAnswers {
    guard image < images.count else {
      throw FileError(
        "--image \(image)", "is beyond the \(images.count) test images",
        advice: "the last is \(images.count - 1)")
    }
    return ModelAnswers(
      images: images, classNames: classNames, workers: workers, showsProgress: !isQuiet)
  }

  private func chosen(_ images: LabeledItems, _ answers: ClassAnswers) -> ChosenImage {
    ChosenImage(images: images, index: image, answers: answers)
  }
}

/// What a page compares before and after quantization.
enum ReportSizes {
  static func of(_ model: FloatModel, _ file: OctetModelFile) -> [(name: String, bytes: Int)] {
    [
      ("float weights", model.parameters.reduce(0) { $0 + 4 * $1.values.count }),
      (".octet file", file.fileBytes), ("memory to run", file.model.arenaBytes),
    ]
  }
}

/// The picture whose way through the network is drawn.
struct ChosenImage {
  let images: LabeledItems
  let index: Int
  let answers: ClassAnswers

  /// The bytes that the runtime is fed.
  func fed(to model: Model) -> [UInt8] {
    images.values[index * images.shape.count..<(index + 1) * images.shape.count].fed(to: model.inputScale)
  }

  var picture: PalettePicture { images.picture(index) }

  /// What it truly is, the answer, which one it is.
  var lines: [String] {
    let names = images.classNames
    let sure = answers.hasProbabilities ? " (\(NumberText.percent(answers.confidence(index))))" : ""
    return [
      names[Int(images.labels[index])], "taken for \(names[answers.classes[index]])\(sure)", "no. \(index)",
    ]
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
