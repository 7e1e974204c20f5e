import Foundation
import OctetHost
import OctetImages
import OctetInterchange
import OctetQuantization
import TestSupport
import Testing

/// Models of numbers where classes are needed, and models whose classes have no names.
struct ModelsWithoutClassesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static func model(_ name: String) -> String {
    Python.repository.appending(path: "Tests/OctetQuantizationTests/TensorFlowLite/Models/\(name)").path
  }

  private static func gray(_ side: Int) -> [UInt8] {
    let pixels = [UInt8](repeating: 90, count: side * side)
    return PNGWriter.encode(width: side, height: side, pixels: pixels.span)
  }

  @Test func `numbers are no classes, and classes without names have numbers`() throws {
    let (out, data, page) = (folder.path("numbers.octet"), folder.path("eight.csv"), folder.path("page.html"))
    let rows = (0..<6).map { row in ([row % 3] + (0..<64).map { $0 * (row + 2) % 256 }) }
    try folder.write(
      rows.map { $0.map(String.init).joined(separator: ",") }.joined(separator: "\n") + "\n", to: "eight.csv")
    try folder.write(Self.gray(8), to: "8.png")
    let functions = Self.model("functions-int8.tflite")
    #expect(try OctetProcess.run("quantize", functions, "--out", out, "-q").status == 0)
    try OctetProcess.run("classify", out, folder.path("8.png"), "--csv")
      .expectRefusal(1, "no classes", "--csv")
    for command in [["evaluate", out, "--data", data], ["report", out, "--data", data, "--out", page]] {
      try OctetProcess.run(command).expectRefusal(1, "has 3 classes", "what the model should give: 3 numbers")
    }
    #expect(try OctetProcess.run("bench", out, "--rounds", "1").status == 0)

    let path = Self.model("residual-int8.tflite")
    let network = try LiteNetwork(ByteFile.contents(at: path, limit: 1 << 20), path: path)
    var outputs = try network.decidedOutputs()
    outputs[0].names = []
    let unnamed = try LiteIntegerConversion.model(network, outputs: outputs, picture: nil, pixels: .unit)
    try folder.write(OctetFile(unnamed).bytes, to: "unnamed.octet")
    try folder.write(Self.gray(9), to: "9.png")
    let command = [
      "classify", folder.path("unnamed.octet"), folder.path("9.png"), "--fit", "exact", "--invert", "no",
    ]
    let answer = try OctetProcess.run(command + ["--json"])
    try #require(answer.status == 0, "\(answer.output)\(answer.errors)")
    let found = try answer.objects()
    let name = try #require(found.first?["class"] as? String)
    #expect(["0", "1", "2", "3"].contains(name))
    #expect(try OctetProcess.run(command).output.hasPrefix("\(name)  "))
    #expect(try OctetProcess.run(command + ["--csv"]).output.contains("9.png,\(name),"))
  }
}
