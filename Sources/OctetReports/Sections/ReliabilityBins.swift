/// Answers by the probability that they were given with, in ten steps.
package struct ReliabilityBins: Equatable, Sendable {
  /// Answers of one step.
  package struct Bin: Equatable, Sendable {
    package var count = 0
    package var right = 0
    var sum = 0.0

    /// The mean of the probabilities.
    package var confidence: Double { count == 0 ? 0 : sum / Double(count) }
    package var accuracy: Double { count == 0 ? 0 : Double(right) / Double(count) }
  }

  package private(set) var bins = [Bin](repeating: Bin(), count: 10)

  package init() {}

  /// Counts an answer, unless its probability is no number.
  package mutating func add(probability: Double, isRight: Bool) {
    guard !probability.isNaN else { return }
    let probability = min(max(probability, 0), 1)
    let place = min(Int(probability * 10), 9)
    bins[place].count += 1
    bins[place].right += isRight ? 1 : 0
    bins[place].sum += probability
  }

  /// By how much the probabilities differ from how often the answers are right, in the mean over the answers.
  package var expectedError: Double {
    let total = bins.reduce(0) { $0 + $1.count }
    guard total > 0 else { return 0 }
    return bins.reduce(0) { $0 + Double($1.count) * abs($1.accuracy - $1.confidence) } / Double(total)
  }
}
