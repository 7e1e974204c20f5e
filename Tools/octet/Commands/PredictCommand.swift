import FoundationEssentials
import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText
import OctetTraining

/// `octet predict`: what a model answers for each item, in numbers.
enum PredictCommand: Command {
  static let name = "predict"

  static let description = CommandDescription(
    name: name,
    summary: "give a model's outputs for each item of an array",
    discussion: """
      DATA is a .npy file of items, or anything that --data accepts elsewhere (then its test items, if it \
      has some). An array has the shape and axis order of the input in the model's own format, with the \
      items first. Floats are inputs as they are, uint8 numbers are pixels, int8 numbers are the input \
      integers of an int8 model, or what --input-scale says.

      The outputs are in the model's own order too, after a closing softmax or sigmoid. They are printed as \
      a JSON object per item, or written to the file of --out. Of a model with several outputs all are \
      given, each under its name; an .npy file holds one, which --output chooses. An item that cannot be \
      read is an error, and nothing is written then.
      """,
    positionals: [
      PositionalDescription(
        .input("MODEL"), help: "the model: .octet, .safetensors, .onnx, .keras, .h5 or .tflite, float or int8"
      ),
      PositionalDescription(
        .input("DATA", folder: DataOption.reading),
        help: "a .npy or .npz file of items, a folder or table, or the word random"),
    ],
    options: [
      OptionDescription(
        "integers", help: "give the integer outputs of an int8 model, before a closing softmax or sigmoid"),
      OptionDescription(
        "out", takes: .output("FILE"), help: "write the outputs to FILE.npy, FILE.npz, FILE.csv or FILE.jsonl"
      ),
      PredictionOutput.option,
      DataOption.inputScale,
      ForeignModelOptions.pixels,
      MaxWorkOption.option,
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "number of threads"),
    ],
    examples: [
      "octet predict cnn-two-pool.octet digits.npy",
      "octet predict mine.onnx items.npy --out answers.npy",
      "octet predict two-outputs.keras items.npy --out answers.npz",
      "octet predict mine-int8.tflite items.npy --integers --out integers.npy",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let path = arguments.positionals[0]
    let output = try PredictionOutput(arguments)
    let wantsIntegers = arguments.flag("integers")
    let workers = Workers(
      count: try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount)
    if let path = output.path { try AtomicFile.requireWritable(path: path) }

    if path.lowercased().hasSuffix(".octet") {
      guard arguments.value("pixels") == nil else {
        throw arguments.usageError("--pixels is for models from elsewhere; \(path) contains that itself")
      }
      let file = try OctetModelFile.open(path, workLimit: MaxWorkOption.limit(arguments))
      let run = IntegerPrediction(
        model: file.model, path: path, wantsIntegers: wantsIntegers, workers: workers)
      let items = try PredictionItems(arguments, DataRequest(file))
      return try output.write(run.run(items, output))
    }
    let pixels = try ForeignModelOptions(arguments, path: path, takesClasses: false).pixels
    if let network = try IntegerModelSource.read(path: path) {
      let items = try PredictionItems(arguments, DataRequest(network))
      let run = try converted(
        network, items, pixels, wantsIntegers: wantsIntegers, workers,
        workLimit: MaxWorkOption.limit(arguments))
      return try output.write(run.run(items.madeIntegers(network.onnxIntegers), output))
    }
    guard !wantsIntegers else {
      throw FileContentError(
        path: path, reason: "it is a float model, and --integers is for int8 models: quantize it first")
    }
    let model = try FloatModelSource.read(path: path)
    let run = FloatPrediction(model: model, path: path, pixels: pixels ?? .unit, workers: workers)
    let request = DataRequest(
      model, path: path, PictureOptions(), takesPixels: pixels != nil, isKept: false)
    try output.write(run.run(PredictionItems(arguments, request), output))
  }

  /// A file of integers, converted as `octet quantize` does; pixels are its input through `pixels`, all else
  /// is its own integers.
  private static func converted(
    _ network: LiteNetwork, _ items: PredictionItems, _ pixels: PixelRange?, wantsIntegers: Bool,
    _ workers: Workers, workLimit: UInt64
  ) throws -> IntegerPrediction {
    // Several sigmoids at the end are left to the head, whatever they mean: it is finer, and --integers are those
    // before it.
    var outputs = try network.decidedOutputs(inputCount: 0)
    if !wantsIntegers { outputs = network.closingSigmoidsAsNumbers(outputs) }
    let quantized = try LiteIntegerConversion.model(
      network, outputs: outputs, picture: nil, pixels: items.values.areBytes ? pixels ?? .unit : nil)
    let bytes = OctetFile(quantized).bytes
    let model: Model
    do throws(ModelError) {
      model = try Model(copying: bytes, workLimit: workLimit)
    } catch {
      throw MaxWorkOption.refusal(error, path: network.path, limit: workLimit) {
        try Model(copying: bytes, workLimit: .max)
      }
    }
    return IntegerPrediction(
      model: model, path: network.path, fileOutputs: outputs, closing: network.closingEncodings(),
      wantsIntegers: wantsIntegers, workers: workers)
  }
}
