import Foundation
import Octet
import OctetCommandLine
import OctetInterchange
import OctetQuantization
import OctetTraining

/// `octet evaluate`: how an integer model does on images, and what quantization cost.
enum EvaluateCommand: Command {
  static let description = CommandDescription(
    name: "evaluate",
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
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "cores to use"),
      OptionDescription("quiet", short: "q", help: "show no progress"),
      OptionDescription("json", help: "print one JSON object"),
    ],
    examples: [
      "octet evaluate cnn-two-pool.octet",
      "octet evaluate cnn-two-pool.octet --against cnn-two-pool.safetensors --json",
    ])

  static func run(_ arguments: ParsedArguments) throws {
    let file = try OctetModelFile(path: arguments.positionals[0])
    let labels = file.model.labels
    let threads =
      try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
    guard arguments.value("against") != nil || arguments.value("pixels") == nil else {
      throw arguments.usageError("--pixels is for the model that --against names")
    }
    let float = try arguments.value("against").map { path in
      let foreign = try ForeignModelOptions(arguments, path: path, takesClasses: false)
      // A model from elsewhere has no names of its own.
      var model = try FloatModelSource.load(path: path, pixels: foreign.pixels)
      if !FloatModelSource.isOwn(path), model.classNames.count == labels.count { model.classNames = labels }
      guard model.classNames == labels else {
        throw FileContentError(
          path: path,
          reason: "its classes are \(model.classNames.joined(separator: ", ")), those of \(file.path) are "
            + "\(labels.joined(separator: ", ")): compare two models of the same classes")
      }
      return model
    }
    let images: LabeledImages
    let origin: String
    if let float {
      let data = try ModelData.prepared(for: float, arguments)
      (images, origin) = (data.test, data.origin)
    } else {
      (images, origin) = try ModelData.test(classNames: labels, arguments)
    }
    let answers = ModelAnswers(
      images: images, workers: Workers(count: threads), showsProgress: !arguments.flag("quiet"))
    let start = monotonicTime()
    let classes = try answers.integer(file.model)
    let seconds = (monotonicTime() - start) / .seconds(1)
    let comparison = try float.map { model in
      PairedComparison(
        labels: images.labels, float: try answers.float(model), quantized: classes, classNames: labels)
    }
    let confusion = answers.confusion(classes)
    if arguments.flag("json") {
      let members: [(name: String, value: JSONValue)] =
        [("model", .string(file.path)), ("data", .string(origin))]
        + (comparison.map(ComparisonJSON.members) ?? ComparisonJSON.members(confusion))
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
  }
}
