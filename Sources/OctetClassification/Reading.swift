import Octet
import OctetImages

/// What a model made of one picture, or of one item of an array.
package struct Reading: Sendable {
  package let classIndex: Int
  /// The class that came second; its probability is among `probabilities`.
  package let runnerUp: Int
  /// In 1/65,536, one for each class; empty for a model without probabilities.
  package let probabilities: [UInt32]
  /// In steps of the logits' scale, less their zero point.
  package let logits: [Int32]
  /// What the network saw; without pixels where those were not kept. Nil for an item of an array.
  package let picture: FittedPicture?
}

extension Reading {
  /// Reads what a model made of a picture or an item.
  init(_ outcome: Outcome, _ model: Model, _ picture: FittedPicture?) {
    var logits: [Int32] = []
    logits.reserveCapacity(outcome.count)
    outcome.forEachLogit { logits.append($0) }
    guard let best = outcome.classIndex else {
      preconditionFailure("a picture classifier takes models of classes only")
    }
    var second = best == 0 ? 1 : 0
    if logits.count > 1 {
      for index in 0..<logits.count where index != best && logits[index] > logits[second] { second = index }
    }
    var probabilities: [UInt32] = []
    if model.head != .linear {
      probabilities.reserveCapacity(model.classCount)
      outcome.forEachProbability { probabilities.append($0) }
    }
    classIndex = best
    runnerUp = second
    self.probabilities = probabilities
    self.logits = logits
    self.picture = picture
  }
}
