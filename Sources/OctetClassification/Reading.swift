import Octet
import OctetImages

/// What a model made of one picture, or of one item of an array.
package struct Reading: Sendable {
  /// Of the first output.
  package let answer: OutputReading
  /// Of the outputs behind it, which most models do not have.
  package let others: [OutputReading]
  /// What the network saw; without pixels where those were not kept. Nil for an item of an array.
  package let picture: FittedPicture?

  /// The class that was found; nil where the first output holds none.
  package var classIndex: Int? {
    if case .classes(let found) = answer { found.index } else { nil }
  }

  /// In 1/65,536, one for each class or label of the first output; empty for an output without probabilities.
  package var probabilities: [UInt32] {
    switch answer {
    case .classes(let found): found.probabilities
    case .labels(let found): found.probabilities
    case .numbers: []
    }
  }
}

/// What a model answers at one output.
package enum OutputReading: Sendable {
  case classes(ClassReading)
  case labels(LabelReading)
  /// A result of regression, an embedding, a map, as real numbers.
  case numbers([Float])
}

/// One class of several.
package struct ClassReading: Sendable {
  package let index: Int
  /// The class that came second.
  package let runnerUp: Int
  /// In 1/65,536, one for each class; empty for a model without probabilities.
  package let probabilities: [UInt32]
  /// In steps of the logits' scale, less their zero point.
  package let logits: [Int32]
}

/// Labels that can hold together.
package struct LabelReading: Sendable {
  /// Those whose logit is above zero, which is a probability above one half.
  package let held: [Int]
  /// In 1/65,536, one for each label; empty for a model without probabilities.
  package let probabilities: [UInt32]
  /// In steps of the logits' scale, less their zero point.
  package let logits: [Int32]
}

extension Reading {
  /// Reads what a model made of a picture or an item.
  init(_ model: Model, _ memory: RunMemory, _ picture: FittedPicture?) {
    answer = OutputReading(model, memory, output: 0)
    others =
      model.outputCount == 1 ? [] : (1..<model.outputCount).map { OutputReading(model, memory, output: $0) }
    self.picture = picture
  }
}

extension OutputReading {
  fileprivate init(_ model: Model, _ memory: RunMemory, output: Int) {
    let outcome = Outcome(model, memory, output: output)
    let hasProbabilities = model.head(ofOutput: output) != .linear
    switch model.meaning(ofOutput: output) {
    case .classes:
      let probabilities =
        hasProbabilities ? Self.probabilities(outcome, model.classCount(ofOutput: output)) : []
      self = .classes(ClassReading(outcome, probabilities))
    case .labels:
      let logits = Self.logits(outcome)
      self = .labels(
        LabelReading(
          held: logits.indices.filter { logits[$0] > 0 },
          probabilities: hasProbabilities ? Self.probabilities(outcome, outcome.count) : [], logits: logits))
    case .numbers where hasProbabilities:
      self = .numbers(Self.probabilities(outcome, outcome.count).map { Float($0) / 65_536 })
    case .numbers:
      let scale = Float(bitPattern: model.tensor(model.output(output).tensor).scaleBits)
      self = .numbers(Self.logits(outcome).map { scale * Float($0) })
    }
  }

  fileprivate static func logits(_ outcome: Outcome) -> [Int32] {
    var logits: [Int32] = []
    logits.reserveCapacity(outcome.count)
    outcome.forEachLogit { logits.append($0) }
    return logits
  }

  private static func probabilities(_ outcome: Outcome, _ count: Int) -> [UInt32] {
    var probabilities: [UInt32] = []
    probabilities.reserveCapacity(count)
    outcome.forEachProbability { probabilities.append($0) }
    return probabilities
  }
}

extension ClassReading {
  fileprivate init(_ outcome: Outcome, _ probabilities: [UInt32]) {
    let logits = OutputReading.logits(outcome)
    guard let best = outcome.classIndex else { preconditionFailure("this output holds classes") }
    var second = best == 0 ? 1 : 0
    if logits.count > 1 {
      for index in 0..<logits.count where index != best && logits[index] > logits[second] { second = index }
    }
    index = best
    runnerUp = second
    self.probabilities = probabilities
    self.logits = logits
  }
}
