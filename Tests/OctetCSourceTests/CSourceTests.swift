import Foundation
import Octet
import OctetCSource
import TestSupport
import Testing

/// Models written as C99, compiled with every warning an error, give the bits of the plain reference.
struct CSourceTests {
  /// Runs a program to its end and gives what it printed.
  private static func run(_ program: String, _ arguments: [String], in folder: URL) throws -> (
    status: Int32, text: String
  ) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// A program that runs every model on its pictures: a line of class, logits and probabilities for each.
  private static func mainProgram(_ models: [(name: String, drawn: RandomModel)]) throws -> String {
    var text = "#include <stdint.h>\n#include <stdio.h>\n"
    var body = ""
    for (name, drawn) in models {
      let model = try Model(copying: drawn.bytes)
      text += """
        void \(name)_start(void); void \(name)_row(const uint8_t *pixels); int \(name)_class(void);
        void \(name)_run(const int8_t *input);
        int32_t \(name)_logit(int32_t index); uint32_t \(name)_probability(int index);
        \(model.classCount > 0 ? "extern const char *const \(name)_labels[];" : "")

        """
      if model.outputCount > 1 {
        text += """
          int \(name)_class_of(int output); int32_t \(name)_logit_of(int output, int32_t index);
          uint32_t \(name)_probability_of(int output, int index);

          """
      }
      for seed in 0..<2 as Range<UInt64> {
        let pixels = drawn.pixels(seed: seed)
        let input = model.holdsInput ? drawn.held(pixels).map { Int($0) } : pixels.map { Int($0) }
        text += """
          static const \(model.holdsInput ? "int8_t" : "uint8_t") \(name)_input\(seed)[] =
            {\(input.map(String.init).joined(separator: ","))};

          """
        body +=
          model.holdsInput
          ? "  \(name)_run(\(name)_input\(seed));\n"
          : """
            \(name)_start();
            for (i = 0; i < \(model.imageHeight); i++) \(name)_row(\(name)_input\(seed) + i * \(model.imageRowBytes));

          """
        body += "  printf(\"\(name) %d\", \(name)_class());\n"
        for (index, output) in WholeLayerReference(drawn.bytes).run(pixels).outputs.enumerated() {
          let (call, argument) = index == 0 ? ("", "") : ("_of", "\(index), ")
          if index > 0 { body += "  printf(\" %d\", \(name)_class_of(\(index)));\n" }
          body += """
              for (i = 0; i < \(output.values.count); i++) printf(" %ld", (long)\(name)_logit\(call)(\(argument)i));
              for (i = 0; i < \(output.probabilities.count); i++)
                printf(" %lu", (unsigned long)\(name)_probability\(call)(\(argument)i));

            """
        }
        body += "  printf(\"\\n\");\n"
      }
    }
    return text + "int main(void) {\n  int i;\n" + body + "  return 0;\n}\n"
  }

  private static func expected(_ name: String, _ drawn: RandomModel) throws -> [String] {
    let model = try Model(copying: drawn.bytes)
    return (0..<2 as Range<UInt64>).map { seed in
      let outcome = WholeLayerReference(drawn.bytes).run(drawn.pixels(seed: seed))
      let numbers = outcome.outputs.enumerated().flatMap { index, output in
        let zero = Int(model.tensor(model.output(index).tensor).zeroPoint)
        return [output.predictedClass ?? 0] + output.values.map { $0 - zero } + output.probabilities
      }
      return numbers.reduce(name) { "\($0) \($1)" }
    }
  }

  /// A compiler's way to the kernels of a chip, and how many of the models take it.
  ///
  /// On a host those with instructions of Arm's are plain C that does the same.
  @Test(arguments: [
    ([], 28), (["-DOCTET_CHIP=0"], 12), (["-DOCTET_CHIP=2"], 16), (["-DOCTET_CHIP=3"], 16), (["-Os"], 12),
  ])
  func `random models in C give the bits of the reference`(options: [String], count: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "octet-c-\(ProcessInfo.processInfo.processIdentifier)-\(options.joined())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let random = (0..<60 as Range<UInt64>).map { seed in
      (name: "m\(seed)", drawn: RandomModel(seed: 7000 + seed, layerCount: seed % 3 == 0 ? 15 : nil))
    }
    let ties = (0..<8).map { (name: "t\($0)", drawn: RandomModel(tiesFrom: 7000 + $0)) }
    let models = (ties + random).prefix(count)
    var files = ["main.c"]
    var lines: [String] = []
    for (name, drawn) in models {
      try CSource(Model(copying: drawn.bytes), prefix: name).source
        .write(to: folder.appending(path: "\(name).c"), atomically: false, encoding: .utf8)
      files.append("\(name).c")
      lines += try Self.expected(name, drawn)
    }
    try Self.mainProgram(Array(models)).write(
      to: folder.appending(path: "main.c"), atomically: false, encoding: .utf8)
    // What a model's kinds of layer do not need is left out.
    let parts: [(of: [LayerKind], text: String)] = [
      ([.convolution, .depthwiseConvolution], "static void convolve("),
      ([.maximumPooling, .averagePooling], "static void pool("),
      (
        LayerKind.allCases.filter { $0.traits.contains(.secondInput) && !$0.traits.contains(.concatenation) },
        "static void join_rows("
      ), ([.concatenation], "static void concatenate("), ([.arrangement], "static void arrange("),
      ([.resampling], "static void resample("), ([.softmax], "static void softmax("),
      ([.dense], "static int32_t dot("), ([.table], "case TABLE:"),
    ]
    for (_, drawn) in models {
      let model = try Model(copying: drawn.bytes)
      let source = CSource(model, prefix: "octet").source
      for part in parts {
        #expect(source.contains(part.text) == !Set(part.of).isDisjoint(with: model.kinds), "\(part.text)")
      }
    }
    let compiled = try Self.run(
      "gcc",
      ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", "-o", "models"]
        + options
        + files, in: folder)
    try #require(compiled.status == 0, "\(compiled.text.prefix(2000))")
    let printed = try Self.run("./models", [], in: folder)
    #expect(printed.status == 0)
    let found = printed.text.split(separator: "\n").map(String.init)
    try #require(found.count == lines.count)
    for (own, expected) in zip(found, lines) where own != expected {
      Issue.record("C says \(own.prefix(200)), the reference \(expected.prefix(200))")
    }
  }
}
