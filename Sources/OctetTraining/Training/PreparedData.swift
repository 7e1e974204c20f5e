import OctetData
import OctetHost

/// A data set made ready for one run: classes chosen, size limited, test images set aside.
package struct PreparedData: Sendable {
  package let training: LabeledItems
  package let test: LabeledItems
  /// What the data is and where it came from, with what was done to it.
  package let origin: String

  /// The share held out where the data has no test images and no share was asked for.
  package static let usualTestSplit = 0.2

  /// Random choices follow from the seed alone, and keep the order of the images.
  package init(_ data: DataSet, settings: TrainingSettings) throws(FileError) {
    var data = data
    if let digits = settings.digits { data = try data.keeping(classes: digits) }
    var remarks: [String] = []
    var training = PreparedData.limited(data.train, settings)
    if training.count < data.train.count {
      remarks.append("\(training.count) of the training images drawn at random")
    }
    var split = settings.testSplit
    if data.test == nil, split == 0 { split = PreparedData.usualTestSplit }
    if split == 0, let test = data.test {
      self.test = test
    } else {
      let count = Int((Double(training.count) * split).rounded())
      guard count > 0, count < training.count else {
        throw FileError(
          "test-split", "\(split) of \(training.count) images leaves none to test or none to train on",
          advice: "use more images or another share")
      }
      let held = PreparedData.draw(count, of: training.count, seed: settings.seed, part: 1)
      let isHeld = Set(held)
      test = training.selecting(held)
      training = training.selecting((0..<training.count).filter { !isHeld.contains($0) })
      remarks.append("\(count) of them held out for the test")
    }
    self.training = training
    origin = ([data.origin] + remarks).joined(separator: "; ")
  }

  /// As many of the images as the settings ask for, drawn by the seed.
  package static func limited(_ images: LabeledItems, _ settings: TrainingSettings) -> LabeledItems {
    guard let most = settings.images, most < images.count else { return images }
    return images.selecting(draw(most, of: images.count, seed: settings.seed, part: 0))
  }

  /// `count` different numbers below `total`, in order.
  private static func draw(_ count: Int, of total: Int, seed: UInt64, part: UInt64) -> [Int] {
    var random = RandomStream(seed: seed, purpose: .selection, part)
    return Array(0..<total).shuffled(using: &random).prefix(count).sorted()
  }
}
