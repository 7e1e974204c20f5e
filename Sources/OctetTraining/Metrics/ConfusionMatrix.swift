/// How often each class was taken for each class.
package struct ConfusionMatrix: Equatable, Sendable {
  package let classNames: [String]

  /// `counts[truth][predicted]`
  package private(set) var counts: [[Int]]

  package init(classNames: [String]) {
    self.classNames = classNames
    counts = Array(repeating: Array(repeating: 0, count: classNames.count), count: classNames.count)
  }

  package mutating func add(truth: Int, predicted: Int) { counts[truth][predicted] += 1 }

  package var total: Int { counts.joined().reduce(0, +) }

  package var correct: Int { counts.indices.reduce(0) { $0 + counts[$1][$1] } }

  package var accuracy: Double { ratio(correct, total) }

  /// Figures of one class, of all, or of the positive one.
  package struct Scores: Equatable, Sendable {
    package let precision: Double
    package let recall: Double
    package let f1: Double
    /// Images that truly belong to the class.
    package let support: Int

    package init(precision: Double, recall: Double, f1: Double, support: Int) {
      self.precision = precision
      self.recall = recall
      self.f1 = f1
      self.support = support
    }
  }

  /// The figures of one class; a share of nothing counts as zero.
  package func scores(of index: Int) -> Scores {
    let hits = counts[index][index]
    let support = counts[index].reduce(0, +)
    let taken = counts.reduce(0) { $0 + $1[index] }
    return Scores(
      precision: ratio(hits, taken), recall: ratio(hits, support), f1: ratio(2 * hits, taken + support),
      support: support)
  }

  /// The classes that occur, as a truth or as an answer. Means are taken over these alone, as scikit-learn does: a
  /// class that that neither occurs nor is answered says nothing about a classifier.
  package var countedClasses: [Int] {
    counts.indices.filter { index in counts[index].contains { $0 > 0 } || counts.contains { $0[index] > 0 } }
  }

  /// The plain mean over the classes that occur.
  package var macroAverage: Scores {
    average { _ in 1 }
  }

  /// The mean over the classes, each weighted by its images.
  package var weightedAverage: Scores {
    average { Double($0.support) }
  }

  /// The class that a question with two answers asks for: the second, to which a single output near 1 points. Nil with
  /// more classes.
  package var positiveClass: Int? { classNames.count == 2 ? 1 : nil }

  /// The one set of figures to quote: those of the positive class, or the plain mean where there is none.
  package var headline: Scores { positiveClass.map(scores(of:)) ?? macroAverage }

  /// Pairs of different classes, the most frequent confusion first.
  package var confusions: [(truth: Int, predicted: Int, count: Int)] {
    var pairs: [(truth: Int, predicted: Int, count: Int)] = []
    for truth in counts.indices {
      for predicted in counts.indices where predicted != truth && counts[truth][predicted] > 0 {
        pairs.append((truth, predicted, counts[truth][predicted]))
      }
    }
    return pairs.sorted { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }
  }

  private func average(_ weight: (Scores) -> Double) -> Scores {
    let all = countedClasses.map(scores(of:))
    let weights = all.map(weight)
    let sum = weights.reduce(0, +)
    func mean(_ figure: (Scores) -> Double) -> Double {
      sum == 0 ? 0 : zip(all, weights).reduce(0) { $0 + figure($1.0) * $1.1 } / sum
    }
    return Scores(precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1), support: total)
  }

  private func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 0 : Double(part) / Double(whole) }
}

extension ConfusionMatrix {
  /// The accuracy that answers as frequent as these would have if they had nothing to do with the images.
  package var chanceAccuracy: Double {
    guard total > 0 else { return 0 }
    let whole = Double(total)
    return counts.indices.reduce(0) { sum, index in
      let truths = counts[index].reduce(0, +)
      let answers = counts.reduce(0) { $0 + $1[index] }
      return sum + Double(truths) / whole * Double(answers) / whole
    }
  }

  /// Images below which an accuracy near chance can be chance itself.
  private static let fewestImages = 20
  /// Cohen's kappa below which answers are as good as blind: 0 is chance, 1 is all right. Always answering the most
  /// frequent class gives 0 too, however frequent it is.
  private static let leastKappa = 0.1

  /// Whether the answers say next to nothing about the images. False where too few images, or images of one class only,
  /// cannot show it.
  package var isNearChance: Bool {
    let truths = counts.filter { row in row.contains { $0 > 0 } }.count
    let chance = chanceAccuracy
    guard total >= Self.fewestImages, truths > 1, chance < 1 else { return false }
    return (accuracy - chance) / (1 - chance) < Self.leastKappa
  }
}

/// How a network did on a set of images.
package struct Evaluation: Equatable, Sendable {
  package let loss: Double
  package let items: Int
  /// Nil where the network tells no classes apart.
  package let confusion: ConfusionMatrix?

  package var accuracy: Double? { confusion?.accuracy }
}
