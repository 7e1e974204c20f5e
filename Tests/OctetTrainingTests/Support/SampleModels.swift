import Foundation
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

/// Small networks with random weights.
enum SampleModels {
  static let text = """
    input 6x6x1
    conv 2 3x3 relu
    batchnorm
    flatten
    dense 3 softmax

    """

  static func network(seed: UInt64 = 3) throws -> Network {
    try Network(
      NetworkDescription(text: text), capacity: 4, seed: seed, workers: Workers(count: 1), forTraining: false)
  }

  static func model() throws -> FloatModel {
    var settings = TrainingSettings()
    settings.optimizer = .sgd(momentum: 0.9)
    settings.augmentation.shift = 1.5
    return FloatModel(
      network: try network(), classNames: ["0", "zwei \"2\"", "é"], recipeName: "sample", settings: settings,
      history: [try record(1).withoutTimes, try record(2).withoutTimes],
      metrics: .object([("test_accuracy", .number(0.1)), ("confusion", .array([.array([1, 2])]))]),
      octetVersion: "1.2.3")
  }

  static func record(_ epoch: Int) throws -> EpochRecord {
    let text = """
      {"epoch":\(epoch),"learningRate":0.001,"loss":\(1 / Double(epoch + 2)),"accuracy":0.1,"seconds":1e-9,
      "imagesPerSecond":123456.789}
      """
    return try JSONDecoder().decode(EpochRecord.self, from: Data(text.utf8))
  }

  /// Images of 6x6 in three classes, each class its own pattern.
  static func images(count: Int = 24) -> LabeledItems {
    var random = RandomStream(seed: 1, purpose: .testing)
    var pixels: [UInt8] = []
    let labels = (0..<count).map { UInt8($0 % 3) }
    for label in labels {
      for place in 0..<36 {
        pixels.append(UInt8(place % 3 == Int(label) ? 200 : 20) &+ UInt8.random(in: 0...50, using: &random))
      }
    }
    return LabeledItems(
      shape: ImageShape(height: 6, width: 6, channels: 1), pixels: pixels, labels: labels,
      classNames: ["a", "b", "c"])
  }
}
