import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetHostKernels
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetText

/// `octet bench`: how fast an integer model is on this machine.
enum BenchCommand: Command {
  static let name = "bench"

  static let description = CommandDescription(
    name: name,
    summary: "measure how fast an .octet file runs on this machine",
    discussion: """
      Measures the time for one image, images per second in batches of 256 on one thread and on several, and \
      the memory that opening the model and the first answer take. The time for one image is CPU time, so \
      that other programs disturb it little; images per second are wall-clock time, with each thread bound \
      to its own processor. The fastest kernels that the processor supports are used; \
      OCTET_KERNELS=avx512vnni, avx2, neon or plain forces others.
      """,
    positionals: [PositionalDescription(.input(), help: "the .octet file")],
    options: [
      DataOption.option,
      OptionDescription("noise", help: "use random pixels instead of images"),
      OptionDescription(
        "layers", help: "also show the time of each layer, and what bounds it on this machine"),
      OptionDescription(
        "threads", takes: .text("N"), default: "2", help: "number of threads for the second throughput"),
      MaxWorkOption.option,
      OptionDescription("rounds", takes: .text("N"), default: "15", help: "repetitions of each measurement"),
      OptionDescription("json", help: "print one JSON object"),
    ],
    examples: [
      "octet bench cnn-two-pool.octet --layers", "OCTET_KERNELS=avx2 octet bench cnn-two-pool.octet --json",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
  }

  static func run(_ arguments: ParsedArguments) throws {
    let before = ResidentMemory.bytes
    let file = try OctetModelFile.open(arguments.positionals[0], workLimit: MaxWorkOption.limit(arguments))
    let threads = try arguments.integer("threads", in: 1...1024) ?? 2
    let rounds = try arguments.integer("rounds", in: 1...1000) ?? 15
    let kernels = try HostKernels(file.model)
    let black = [UInt8](repeating: 0, count: file.model.imageBytes)
    ModelBenchmark(model: file.model, kernels: kernels, pixels: black, rounds: 1).answerOnce()
    let memory = ResidentMemory.bytes.flatMap { after in before.map { after - $0 } }
    let (pixels, images) = try pixels(file, arguments)
    let benchmark = ModelBenchmark(model: file.model, kernels: kernels, pixels: pixels, rounds: rounds)
    let rates = benchmark.rates()
    let isByLayer = arguments.flag("layers")
    let report = BenchmarkReport(
      file: file, kernels: kernels.instructionSet.rawValue, images: images, latency: benchmark.latency(),
      throughputs: benchmark.throughputs(threads: threads == 1 ? [1] : [1, threads]),
      memory: memory, layers: isByLayer ? benchmark.layerSeconds() : nil,
      bounds: (0..<file.model.layerCount).map { layer in rates.flatMap { kernels.bound(of: layer, $0) } },
      rates: rates)
    if arguments.flag("json") {
      try StandardOutput.write(report.json().text + "\n")
    } else {
      try StandardOutput.write(report.text())
    }
  }

  /// The first test images, or noise.
  private static func pixels(_ file: OctetModelFile, _ arguments: ParsedArguments) throws -> ([UInt8], String)
  {
    let bytes = file.model.imageBytes
    // What tells no classes apart has none that data could be found by.
    if arguments.flag("noise") || (file.model.meaning != .classes && arguments.value("data") == nil) {
      var random = RandomStream(seed: 1, purpose: .testing)
      let pixels = (0..<64 * bytes).map { _ in UInt8.random(in: 0...255, using: &random) }
      return (pixels, "64 \(file.model.inputKind == .pictures ? "images" : "items") of noise")
    }
    let (images, origin) = try ModelData.test(
      file.model.outputDescriptions(), arguments, DataRequest(file))
    guard images.shape.count == bytes else {
      throw FileContentError(
        path: file.path,
        reason:
          "it takes \(bytes) bytes, the \(images.values.noun)s have \(images.shape.count): use --noise or other data"
      )
    }
    let used = images.prefix(ModelBenchmark.batch)
    let words =
      arguments.value("data") == DataOption.randomName
      ? "\(used.count) \(origin)" : "\(used.counted) of \(origin)"
    return (used.values.fed(to: file.model.inputScale), words)
  }
}
