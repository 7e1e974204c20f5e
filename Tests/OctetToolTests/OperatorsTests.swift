import Foundation
import OctetNetwork
import TestSupport
import Testing

/// `octet operators`.
@Suite struct OperatorsTests {
  private struct Entry: Decodable {
    let name: String
    let becomes: String?
    let conditions: String?
    let grammar: String?
    let number: Int?
  }

  private func entries(_ arguments: [String] = []) throws -> [String: [Entry]] {
    let result = try OctetProcess.run(["operators", "--json"] + arguments)
    #expect(result.status == 0)
    return try JSONDecoder().decode([String: [Entry]].self, from: Data(result.output.utf8))
  }

  @Test func `every format is listed, for people and for programs`() throws {
    let result = try OctetProcess.run("operators")
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    let lines = result.output.split(separator: "\n")
    for line in lines { #expect(line.count <= 80, "\(line)") }
    let found = try entries()
    #expect(Set(found.keys) == ["onnx", "keras", "tflite", "network", "octet"])
    for entry in found.values.joined() {
      // A long name has a line of its own.
      let isListed = lines.contains { $0 == "  \(entry.name)" || $0.hasPrefix("  \(entry.name) ") }
      #expect(isListed, "\(entry.name)")
      #expect([entry.becomes != nil, entry.grammar != nil, entry.number != nil].filter(\.self).count == 1)
    }
    #expect(found["network"]?.map(\.grammar) == FloatLayerKind.grammars.map(\.grammar))
  }

  @Test(arguments: [
    ("onnx", "Conv"), ("keras", "Conv2D"), ("tflite", "CONV_2D"), ("network", "conv"),
    ("octet", "convolution"),
  ])
  func `one format is listed alone`(format: String, name: String) throws {
    let result = try OctetProcess.run("operators", "--format", format)
    #expect(result.output.contains("\n  \(name) "))
    #expect(!result.output.contains("\n\n"))
    let found = try entries(["--format", format])
    #expect(Array(found.keys) == [format])
    #expect(found[format]?.contains { $0.name == name } == true)
  }
}
