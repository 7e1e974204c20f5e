import Foundation
import Octet
import OctetData
import OctetImages
import OctetNetwork
import TestSupport

/// A folder with digits as PNG files, and the shipped model that reads them.
struct ClassifySample {
  let folder: TemporaryFolder
  let digits: LabeledItems

  /// Of the repository.
  static let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Models/cnn-two-pool.octet").path

  init(digits count: Int = 40) throws {
    folder = try TemporaryFolder()
    digits = SyntheticDigits.generate(count: count, seed: 77)
    try FileManager.default.createDirectory(atPath: folder.path("digits"), withIntermediateDirectories: false)
    for index in 0..<count { try folder.write(png(index), to: name(index)) }
  }

  /// Inside the folder. The name begins with the label.
  func name(_ index: Int) -> String {
    "digits/\(digits.classNames[Int(digits.labels[index])])-\(String(format: "%05d", index)).png"
  }

  func path(_ index: Int) -> String { folder.path(name(index)) }

  var paths: [String] { (0..<digits.count).map(path) }

  func pixels(_ index: Int) -> [UInt8] {
    Array(digits.pixels[index * digits.shape.count..<(index + 1) * digits.shape.count])
  }

  func png(_ index: Int) -> [UInt8] { Self.png(pixels(index), width: 28) }

  static func png(_ pixels: [UInt8], width: Int) -> [UInt8] {
    PNGWriter.encode(width: width, height: pixels.count / width, pixels: pixels.span)
  }

  func classify(
    _ arguments: [String], input: String = "", output: OctetProcess.Output = .captured
  ) throws -> OctetProcess.Result {
    try OctetProcess.run(["classify", Self.model] + arguments, input: input, output: output)
  }

  /// What the runtime itself makes of pixels: class, logits, and probabilities in 1/65,536.
  static func answer(_ pixels: [UInt8]) throws -> (index: Int, logits: [Int], probabilities: [Int]) {
    let model = try Model(copying: Array(try Data(contentsOf: URL(filePath: Self.model))))
    var storage = [UInt32](repeating: 0, count: model.arenaBytes / 4 + 1)
    var words = storage.mutableSpan
    var arena = words.mutableBytes
    var session = try Session(model, arena: &arena)
    try session.run(image: pixels.span)
    var logits: [Int] = []
    var probabilities: [Int] = []
    for index in 0..<model.classCount {
      logits.append(Int(session.logit(index)))
      probabilities.append(Int(session.probability(of: index)))
    }
    return (session.answer?.classIndex ?? -1, logits, probabilities)
  }
}
