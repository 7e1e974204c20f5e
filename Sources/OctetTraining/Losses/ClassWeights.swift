/// How much the loss of an item counts in training, by its class.
package enum ClassWeights: Hashable, Sendable {
  /// A number for each class, in their order.
  case given([Float])
  /// So that each class counts as much as every other: items / (classes * items of the class).
  case balanced

  package static let grammar = "balanced, or a number above 0 for each class with commas between, such as 1,5"

  package init?(_ text: String) {
    if text == "balanced" {
      self = .balanced
      return
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let weights = parts.compactMap { Float(String($0)) }
    guard weights.count == parts.count, weights.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    self = .given(weights)
  }

  package var text: String {
    switch self {
    case .given(let weights): weights.map { "\($0)" }.joined(separator: ",")
    case .balanced: "balanced"
    }
  }

  /// The weight of each class; nil where there are not as many as classes.
  ///
  /// - Parameter labels: of the items that are trained on.
  package func weights(labels: [UInt16], classes: Int) -> [Float]? {
    switch self {
    case .given(let weights): return weights.count == classes ? weights : nil
    case .balanced:
      var counts = [Int](repeating: 0, count: classes)
      for label in labels { counts[Int(label)] += 1 }
      // A class without items is never looked up.
      return counts.map { $0 == 0 ? 0 : Float(Double(labels.count) / (Double(classes) * Double($0))) }
    }
  }
}
