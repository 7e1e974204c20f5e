/// Which labels a model gives items, of which several can hold together.
package struct LabelAnswers: Sendable {
  package let count: Int
  /// `items x labels`.
  package private(set) var flags: [Bool] = []
  /// Probabilities, or scores that hold above 0, `items x labels`.
  package private(set) var values: [Float] = []

  /// - Parameter count: labels.
  package init(count: Int) { self.count = count }

  package mutating func add(_ batch: OutputBatch) {
    flags += batch.flags
    values += batch.values
  }

  package var items: Int { flags.count / count }

  package func flags(_ item: Int) -> ArraySlice<Bool> { flags[item * count..<(item + 1) * count] }

  /// For each item whether all of its labels are right.
  ///
  /// - Parameter truth: 0 or 1, `items x labels`.
  package func allRight(_ truth: [UInt8]) -> [Bool] {
    (0..<items).map { item in
      (item * count..<(item + 1) * count).allSatisfy { flags[$0] == (truth[$0] == 1) }
    }
  }

  /// How a label was found, over all items.
  package struct Scores: Sendable, Equatable {
    package var truePositives = 0
    package var falsePositives = 0
    package var falseNegatives = 0
    package var trueNegatives = 0

    package var items: Int { truePositives + falsePositives + falseNegatives + trueNegatives }
    package var accuracy: Double? { share(truePositives + trueNegatives, items) }
    /// Nil where the label was never given.
    package var precision: Double? { share(truePositives, truePositives + falsePositives) }
    /// Nil where the label never holds.
    package var recall: Double? { share(truePositives, truePositives + falseNegatives) }
    /// Nil where the label neither holds nor was given.
    package var f1: Double? { share(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
    /// Items of which the label holds.
    package var support: Int { truePositives + falseNegatives }

    private func share(_ part: Int, _ whole: Int) -> Double? {
      whole == 0 ? nil : Double(part) / Double(whole)
    }
  }

  /// - Parameter truth: 0 or 1, `items x labels`.
  package func scores(_ truth: [UInt8]) -> [Scores] {
    var scores = [Scores](repeating: Scores(), count: count)
    for (place, flag) in flags.enumerated() {
      switch (truth[place] == 1, flag) {
      case (true, true): scores[place % count].truePositives += 1
      case (false, true): scores[place % count].falsePositives += 1
      case (true, false): scores[place % count].falseNegatives += 1
      case (false, false): scores[place % count].trueNegatives += 1
      }
    }
    return scores
  }
}
