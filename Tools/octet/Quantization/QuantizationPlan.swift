import FoundationEssentials
import OctetCommandLine
import OctetInterchange
import OctetQuantization
import OctetTraining

/// What one `octet quantize` is to do, read from its command line; nothing has been computed or written yet.
struct QuantizationPlan {
  let modelPath: String
  let outputPath: String
  let model: FloatModel
  /// What pixels of 0 and 255 were in training, if the user has said it.
  let pixels: PixelRange?
  let data: PreparedData
  let settings: QuantizationSettings
  let threads: Int
  let isQuiet: Bool
  let isJSON: Bool
  let target: ReportTarget?
  /// The size that the file may have, where bits are chosen by it.
  let budget: Int?
  /// Whether remedies are looked for.
  let repairs: Bool
  /// Nil where nothing is trained.
  let finetuning: FinetuningPlan?

  init(_ arguments: ParsedArguments, settings: QuantizationSettings) throws {
    self.settings = settings
    budget = try BitsOption.budget(arguments)
    repairs = try RepairOption.isGiven(arguments)
    modelPath = arguments.positionals[0]
    outputPath = QuantizeCommand.outputPath(arguments)
    threads = try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount
    isQuiet = arguments.flag("quiet")
    isJSON = arguments.flag("json")
    target = try ReportOption.target(arguments)
    let foreign = try ForeignModelOptions(arguments, path: modelPath)
    pixels = foreign.pixels
    (model, data) = try ModelData.prepared(path: modelPath, foreign, arguments, isKept: true)
    finetuning = try FinetuningPlan(
      arguments, model: model, data: data, outputPath: outputPath, seed: settings.seed, pixels: pixels)
  }
}
