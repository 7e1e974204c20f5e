import FoundationEssentials
import Octet
import OctetCommandLine
import OctetInterchange
import OctetQuantization
import OctetReports
import OctetTraining

/// `octet evaluate`: how an integer model does on images, and what quantization cost.
enum EvaluateCommand: Command {
  static let name = "evaluate"

  static let description = CommandDescription(
    name: name,
    summary: "test an int8 model, alone or against its float model",
    discussion: """
      Runs the integer runtime on the test images, on all cores. With --against the float network runs on the same \
      images, and the difference comes with an interval that counts the pairs of answers that differ.
      """,
    positionals: [PositionalDescription(.file(), help: "the .octet file")],
    options: [
      DataOption.option,
      OptionDescription("against", takes: .file(), help: FloatModelSource.kinds),
      ForeignModelOptions.pixels,
      PictureOptions.fit(default: "as the model says"),
      PictureOptions.invert(default: "as the model says"),
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "cores to use"),
      OptionDescription("quiet", short: "q", help: "show no progress"),
      OptionDescription("json", help: "print one JSON object"),
    ] + ReportOption.all,
    examples: [
      "octet evaluate cnn-two-pool.octet --report page.html",
      "octet evaluate cnn-two-pool.octet --against cnn-two-pool.safetensors --json",
    ])

  static func run(_ arguments: ParsedArguments) throws {
    guard arguments.value("against") != nil || arguments.value("pixels") == nil else {
      throw arguments.usageError("--pixels is for the model that --against names")
    }
    let file = try OctetModelFile(path: arguments.positionals[0])
    let target = try ReportOption.target(arguments)
    let labels = file.model.labels
    let threads =
      try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
    let float = try arguments.value("against").map { path in
      let foreign = try ForeignModelOptions(arguments, path: path, takesClasses: false)
      return (
        path: path, model: try FloatModelSource.load(path: path, toCompareWith: file, pixels: foreign.pixels)
      )
    }
    let request = PictureRequest(file.model, PictureOptions(arguments))
    let images: LabeledImages
    let origin: String
    if let float {
      let data = try ModelData.prepared(for: float.model, DataOption.locate(arguments, request).data)
      (images, origin) = (data.test, data.origin)
    } else {
      (images, origin) = try ModelData.test(classNames: labels, arguments, request)
    }
    let answers = ModelAnswers(
      images: images, workers: Workers(count: threads), showsProgress: !arguments.flag("quiet"))
    let start = monotonicTime()
    let found = try answers.integer(file.model)
    let seconds = (monotonicTime() - start) / .seconds(1)
    let floatAnswers = try float.map { try answers.float($0.model, path: $0.path) }
    let comparison = floatAnswers.map { before in
      PairedComparison(
        labels: images.labels, float: before.classes, quantized: found.classes, classNames: labels)
    }
    let confusion = found.confusion(images)
    if arguments.flag("json") {
      let members: [(name: String, value: JSONValue)] =
        [("model", .string(file.path)), ("data", .string(origin))]
        + (comparison.map(ComparisonJSON.members) ?? ComparisonJSON.members(confusion))
        + EvaluationJSON.means(confusion)
        + [
          ("confusion_matrix", ComparisonJSON.matrix(confusion)), ("file_bytes", .integer(file.fileBytes)),
          ("arena_bytes", .integer(file.model.arenaBytes)), ("seconds", .number(seconds)),
          ("images_per_second", .number(Double(images.count) / max(seconds, 1e-9))),
        ]
      try StandardOutput.write(JSONValue.object(members).text + "\n")
    } else {
      try StandardOutput.write("Data: \(origin)\n")
      if let comparison {
        try StandardOutput.write(ComparisonText(comparison: comparison).text())
      } else {
        try StandardOutput.write(ConfusionText(confusion).text(name: "Test images"))
      }
    }
    if let target {
      var sections = [EvaluationSection(images: images, answers: found).section]
      if let floatAnswers {
        sections.append(ComparisonSection(images: images, float: floatAnswers, quantized: found).section)
      }
      let chosen = ChosenImage(images: images, index: 0, answers: found)
      sections.append(try IntegerNetworkReport(file: file).section(chosen))
      try target.write(
        Page(title: "Evaluation of \(Folder.name(of: file.path))", about: "Data: \(origin).", sections))
      if !arguments.flag("json") { try StandardOutput.write(target.announcement) }
    }
  }
}
