import Octet
import OctetCommandLine
import OctetData
import OctetHostKernels
import OctetInterchange
import OctetNetwork

/// `octet-bench inferences`: so many inferences and nothing else, for programs that count instructions from outside.
///
/// The digits are always the same ones. What a run costs besides its inferences goes away in the difference of two
/// runs.
enum InferencesCommand: Command {
  static let name = "inferences"

  static let description = CommandDescription(
    name: name,
    summary: "run a model a fixed number of times on one thread, without looking at a clock",
    discussion: "OCTET_KERNELS chooses the kernels, as for octet bench.",
    positionals: [PositionalDescription(.input("MODEL"), help: "the .octet file")],
    options: [
      OptionDescription("count", takes: .text("N"), default: "4", help: "inferences"),
      OptionDescription("batch", help: "as many images together as there are digits"),
    ],
    examples: ["valgrind --tool=callgrind octet-bench inferences cnn-two-pool.octet --count 8"])

  private static let digitCount = 4

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let path = arguments.positionals[0]
    let count = try arguments.integer("count", in: 1...1_000_000) ?? 4
    let model = try OctetModelFile(path: path).model
    let digits = SyntheticDigits.generate(count: digitCount, seed: SyntheticDigits.usualSeed)
    let bytes = model.imageBytes
    guard digits.shape.count == bytes else {
      throw BenchError.model(
        path: path,
        reason: "the model takes images of \(bytes) bytes, and the digits have \(digits.shape.count)")
    }
    let kernels = try HostKernels(model)
    let isBatch = arguments.flag("batch")
    let arenaBytes = isBatch ? BatchSession.arenaBytes(model, kernels) : kernels.arenaBytes(of: model)
    var storage = [UInt32](repeating: 0, count: (arenaBytes + 3) / 4)
    var words = storage.mutableSpan
    var arena = words.mutableBytes
    // The sum of the classes, so that the answers have to be worked out.
    var classes = 0
    if isBatch {
      var session = try BatchSession(model, arenas: &arena, kernels: kernels)
      for first in stride(from: 0, to: count, by: digitCount) {
        try session.run(images: digits.pixels.span.extracting(0..<min(digitCount, count - first) * bytes)) {
          classes += $1.answer?.classIndex ?? 0
        }
      }
    } else {
      var session = try Session(model, arena: &arena, kernels: kernels)
      for index in 0..<count {
        let place = index % digitCount * bytes
        try session.run(image: digits.pixels.span.extracting(place..<place + bytes))
        classes += session.answer?.classIndex ?? 0
      }
    }
    try StandardOutput.write(
      "\(count) inferences with \(kernels.instructionSet.rawValue) kernels: \(classes)\n")
  }
}
