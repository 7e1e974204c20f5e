import Octet
import OctetNetwork
import OctetTraining

/// What is known of an output of a model, float or integer.
package struct OutputDescription: Sendable, Equatable {
  package let name: String
  package let meaning: OutputMeaning
  /// Of classes, labels or numbers, in the order of the values; classes and labels always have some.
  package let names: [String]
  package let shape: ImageShape
  /// Whether the values of classes and labels are probabilities.
  package let hasProbabilities: Bool
  /// How the model's own format lays out an item.
  package let layout: ArrayLayout

  package init(
    name: String, meaning: OutputMeaning, names: [String], shape: ImageShape, hasProbabilities: Bool,
    layout: ArrayLayout? = nil
  ) {
    self.name = name
    self.meaning = meaning
    self.shape = shape
    self.hasProbabilities = hasProbabilities
    self.layout = layout ?? ArrayLayout(shape)
    let count = meaning == .classes ? max(shape.count, 2) : shape.count
    self.names = names.isEmpty && meaning != .numbers ? (0..<count).map(String.init) : names
  }

  /// One value tells two classes apart.
  package var classCount: Int { max(shape.count, 2) }

  /// "10 classes", "a number", "3 numbers", "numbers of 8x8x1".
  package var words: String {
    switch meaning {
    case .classes: "\(classCount) classes"
    case .labels: shape.count == 1 ? "1 label" : "\(shape.count) labels"
    case .numbers where !shape.isFlat: "numbers of \(shape)"
    case .numbers: shape.count == 1 ? "a number" : "\(shape.count) numbers"
    }
  }
}

/// What a model gives for some items at one output.
package struct OutputBatch: Sendable {
  /// Of classes: the probability of each, `items x classes`; none without probabilities. Of labels: their
  /// probabilities, or scores that hold above 0, `items x labels`. Numbers: those of the items one after the other.
  package var values: [Float] = []
  /// Of classes: the answer to each item.
  package var classes: [Int] = []
  /// Of labels: whether each holds, `items x labels`.
  package var flags: [Bool] = []
  /// Of more than five classes: what they are ranked by, `items x classes`.
  package var scores: [Float] = []

  package init() {}

  package static func += (left: inout OutputBatch, right: OutputBatch) {
    left.values += right.values
    left.classes += right.classes
    left.flags += right.flags
    left.scores += right.scores
  }
}

/// A model over the items that it was made for.
package protocol ItemRunner {
  /// In the order of the model.
  var outputs: [OutputDescription] { get }

  /// What the model gives for a range of items, one batch for each output.
  func run(_ items: Range<Int>) throws -> [OutputBatch]
}

extension OutputBatch {
  /// Classes beyond which the five best say something.
  package static let mostWithoutRanking = 5
}
