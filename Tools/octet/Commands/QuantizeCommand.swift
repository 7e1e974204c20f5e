import FoundationEssentials
import Octet
import OctetCommandLine
import OctetHost
import OctetInterchange
import OctetQuantization

/// `octet quantize`: from a float model to an .octet file.
enum QuantizeCommand: Command {
  static let name = "quantize"

  static let description = CommandDescription(
    name: name,
    summary: "turn a float model into an int8 model",
    discussion: """
      Runs some of the training images through the network to choose scales, converts weights and biases to \
      integers, and writes the .octet file. Then it reports the error of each layer, and tests the float and \
      the int8 model on the same test images. The same model, data and options give the same bytes.

      A full-integer .tflite file is converted with its own integers and scales, without calibration. It needs \
      no data, and is tested only on what --data names.
      """,
    positionals: [PositionalDescription(.input(), help: FloatModelSource.kinds)],
    options: [
      DataOption.option,
      DataOption.inputScale,
      OptionDescription("out", takes: .output(), default: "MODEL.octet", help: "the int8 model to write"),
      ForeignModelOptions.classes,
      ForeignModelOptions.pixels,
      PictureOptions.fit(default: PictureOptions.decided),
      PictureOptions.invert(default: PictureOptions.decided),
      PictureOptions.order,
      OptionDescription(
        "calibration-images", takes: .text("N"), default: "\(defaults.calibrationImages)",
        help: "training images used to find the ranges of values"),
      OptionDescription(
        "method", takes: .choice("NAME", of: CalibrationMethod.allCases.map(\.rawValue)),
        default: defaults.method.rawValue, help: "how the range of a layer is chosen"),
      BitsOption.option,
      BitsOption.budget,
      OptionDescription(
        "seed", takes: .text("N"), default: "\(defaults.seed)",
        help: "seed of the choice of images, and of random items"),
      OptionDescription(
        "weight-scales", takes: .choice("HOW", of: ["search", "largest", "layer"]), default: "search",
        help: "of each output: the scale with the smallest error, or the largest weight's; or one for a layer"
      ),
      RepairOption.option,
    ] + FinetuningPlan.options + MemoryOption.options + [
      OptionDescription("no-bias-correction", help: "do not correct the mean error of each output"),
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "number of threads"),
      OptionDescription("quiet", short: "q", help: "print nothing but errors; test only for a report"),
      OptionDescription("json", help: "print one JSON object"),
    ] + ReportOption.all,
    examples: [
      "octet quantize cnn-two-pool.safetensors --report page.html",
      "octet quantize mine.safetensors --data digits --method percentile",
      "octet quantize mine.onnx --data pictures --pixels=-1:1",
      "octet quantize mine.keras --data pictures --bits 4",
      "octet quantize mine.onnx --data pictures --bits 4 --finetune 3",
      "octet quantize mine.onnx --data pictures --repair",
      "octet quantize mine.tflite --data pictures --classes cat,dog",
    ])

  private static let defaults = QuantizationSettings()

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
    if (arguments.value("finetune").flatMap { Int($0) } ?? 0) > 0 {
      files.add(
        CommandFiles.Output(
          FinetuningPlan.checkpointPath(beside: outputPath(arguments)), name: "the checkpoint"))
    }
    if arguments.value("out") == nil {
      files.add(CommandFiles.Output(outputPath(arguments), name: "the model"))
    }
  }

  /// Where the model goes.
  static func outputPath(_ arguments: ParsedArguments) -> String {
    arguments.value("out") ?? "\(FloatModelSource.stem(of: arguments.positionals[0])).octet"
  }

  static func run(_ arguments: ParsedArguments) throws {
    let path = arguments.positionals[0]
    if let mistake = FileKind.mistakenForFloat(path) { throw mistake }
    // What is wrong with options is said before data is looked for.
    _ = try settings(arguments)
    if let network = try IntegerModelSource.read(path: path) { return try convert(network, arguments) }
    try QuantizationRun(QuantizationPlan(arguments, settings: settings(arguments))).run()
  }

  /// The options that say how to calibrate.
  private static let calibrationOptions = [
    "calibration-images", "method", "bits", "budget", "finetune", "seed", "weight-scales",
  ]

  private static func convert(_ network: LiteNetwork, _ arguments: ParsedArguments) throws {
    let given =
      calibrationOptions.first { arguments.value($0) != nil }
      ?? ["no-bias-correction", "repair"].first { arguments.flag($0) }
    if let option = given {
      throw arguments.usageError(
        "--\(option) is for float models; \(network.path) keeps its own integers")
    }
    let request = DataRequest(network, PictureOptions(arguments), isKept: true)
    let target = try ReportOption.target(arguments)
    let hasData = arguments.value("data") != nil
    guard hasData || target == nil else {
      throw arguments.usageError("the page of --report shows test images: name some with --data")
    }
    try IntegerConversionRun(
      network: network,
      outputPath: outputPath(arguments),
      located: hasData ? DataOption.locate(arguments, request) : nil, pictures: request,
      options: ForeignModelOptions(arguments, path: network.path), memory: MemoryOption(arguments),
      threads: arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount,
      isQuiet: arguments.flag("quiet"), isJSON: arguments.flag("json"), target: target
    ).run()
  }

  private static func settings(_ arguments: ParsedArguments) throws -> QuantizationSettings {
    var settings = defaults
    if let count = try arguments.integer("calibration-images", in: 1...10_000_000) {
      settings.calibrationImages = count
    }
    if let method = arguments.value("method").flatMap(CalibrationMethod.init) { settings.method = method }
    if let seed = try arguments.integer("seed", in: 0...) { settings.seed = UInt64(seed) }
    settings.weights = BitsOption.encoding(arguments)
    settings.searchesWeightScales = arguments.value("weight-scales") != "largest"
    settings.sharesWeightScales = arguments.value("weight-scales") == "layer"
    let memory = try MemoryOption(arguments)
    (settings.memory, settings.holdsInput) = (memory.goal, memory.holdsInput)
    settings.correctsBias = !arguments.flag("no-bias-correction")
    return settings
  }
}
