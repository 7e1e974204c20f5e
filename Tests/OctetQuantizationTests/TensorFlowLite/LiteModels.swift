import Foundation
import Testing

/// The .tflite files beside the tests, and what LiteRT's reference kernels said of them.
struct LiteModel: CustomTestStringConvertible {
  struct Answers: Decodable {
    let pictures: [[UInt8]]
    let outputs: [[Float]]
    /// For integer models: what goes into the last function.
    let logits: [[Int]]?
    /// The same of large outputs, as the CRC-32 of each.
    let checksums: [[UInt32]]?
  }

  let url: URL
  var testDescription: String { url.lastPathComponent }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Models")

  static let all: [LiteModel] =
    ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
    .filter { $0.pathExtension == "tflite" }.sorted { $0.path < $1.path }.map(LiteModel.init)

  static let integer = all.filter { ["int8", "uint8", "edges", "legacy"].contains($0.form) }
  static let float = all.filter { !["int8", "uint8", "edges", "legacy"].contains($0.form) }

  var form: String { String(url.deletingPathExtension().lastPathComponent.split(separator: "-").last ?? "") }

  func bytes() throws -> [UInt8] { Array(try Data(contentsOf: url)) }

  func answers() throws -> Answers {
    try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
  }
}
