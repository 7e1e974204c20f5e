import FoundationEssentials
import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetQuantization
import OctetReports
import OctetText

/// `octet evaluate`: how a model does on images, and what quantization cost.
enum EvaluateCommand: Command {
  static let name = "evaluate"

  static let description = CommandDescription(
    name: name,
    summary: "test a model, or an int8 model against its float model",
    discussion: """
      Runs the model on the test images, on all cores: an int8 model in the integer runtime, a float model \
      as it was trained, a full-integer .tflite file as octet quantize converts it. With --against the float \
      network runs on the same images as the int8 model, and the difference is given with a 95 % interval.

      Of classes it gives the accuracy, of labels the scores of each, of numbers the mean errors and R², each \
      against what the data says the model should give. Numbers that are as many as the input's are compared \
      with the input; with data of two classes the AUC tells how well that error finds the anomalies. What \
      the data does not say is compared between the two models alone.
      """,
    positionals: [
      PositionalDescription(.input("MODEL"), help: "the .octet file, or \(FloatModelSource.kinds)")
    ],
    options: [
      DataOption.option,
      DataOption.inputScale,
      OptionDescription(
        "against", takes: .input(), help: "the float model that an .octet file was made from"),
      ForeignModelOptions.classes,
      ForeignModelOptions.pixels,
      PictureOptions.fit(default: PictureOptions.decided),
      PictureOptions.invert(default: PictureOptions.decided),
      PictureOptions.order,
      EvaluationSubject.anomaly,
      AnswerList.option,
      MaxWorkOption.option,
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "number of threads"),
      OptionDescription("quiet", short: "q", help: "show no progress"),
      OptionDescription("json", help: "print one JSON object"),
    ] + ReportOption.all,
    examples: [
      "octet evaluate cnn-two-pool.octet --report page.html",
      "octet evaluate cnn-two-pool.octet --against cnn-two-pool.safetensors --json",
      "octet evaluate mine.keras --data pictures --pixels 0:255 --answers answers.csv",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
  }

  static func run(_ arguments: ParsedArguments) throws {
    let threads =
      try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
    let target = try ReportOption.target(arguments)
    let list = try AnswerList.Target(arguments)
    let subject = try EvaluationSubject(arguments, showsPage: target != nil)
    let run = EvaluationRun(
      subject: subject, workers: Workers(count: threads), showsProgress: !arguments.flag("quiet"))
    let result = try run.run()
    if arguments.flag("json") {
      try StandardOutput.write(JSONValue.object(result.members).text + "\n")
    } else {
      try StandardOutput.write(result.text)
    }
    // Behind what is printed: a full disk loses no result.
    if let list {
      try list.write(result.list)
      if !arguments.flag("json") { try StandardOutput.write("\nWrote \(list.path.shown)\n") }
    }
    if let target {
      try target.write(try run.page(result))
      if !arguments.flag("json") { try StandardOutput.write(target.announcement) }
    }
    try result.warnings.write()
  }
}
