import Foundation
import OctetText
import Testing

/// A recipe's network: its outputs for a few images.
struct GoldenNetwork: Decodable, CustomTestStringConvertible {
  /// The recipe, and its candidate after a slash.
  let name: String
  let parameters: Int
  let outputs: [[Float]]

  var testDescription: String { name }

  var recipe: String { name.split(separator: "/").first.map(String.init) ?? name }
  var candidate: String { name.split(separator: "/").last.map(String.init) ?? name }
}

/// A network of one layer or few, flattened at its end.
struct GoldenLayer: Decodable, CustomTestStringConvertible {
  let name: String
  let network: String
  /// Inputs are uniform in `low..<high`.
  let low: Float
  let high: Float
  let outputs: [[Float]]

  var testDescription: String { name }
}

/// A loss over an activation, image by image.
struct GoldenLoss: Decodable, CustomTestStringConvertible {
  let loss: String
  let activation: String
  /// Before the activation.
  let values: [[Float]]
  let labels: [Int]
  let losses: [Float]

  var testDescription: String { "\(loss) of \(values[0].count) \(activation)" }
}

/// Three steps of training.
struct GoldenTraining: Decodable, CustomTestStringConvertible {
  let name: String
  let recipe: String
  let labels: [UInt8]
  /// Before each step.
  let losses: [Float]
  /// After the last step.
  let parameters: [String: [Float]]

  var testDescription: String { name }
}

/// Reads the files that Tools/golden/keras_golden.py wrote.
enum GoldenCases {
  static func networks() throws -> [GoldenNetwork] { try read("networks") }
  static func layers() throws -> [GoldenLayer] { try read("layers") }
  static func losses() throws -> [GoldenLoss] { try read("losses") }
  static func training() throws -> [GoldenTraining] { try read("training") }

  private static func read<Case: Decodable>(_ name: String) throws -> [Case] {
    let file = Bundle.module.bundleURL.appending(path: "Values/\(name).json")
    return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
  }
}
